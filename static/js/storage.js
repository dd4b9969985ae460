// What this phone keeps in IndexedDB, shared by pages and service worker, which tell each other when it changes.

const VERSION = 1;

/** The database `name`; `make(database)` makes its stores the first time. Gives functions that read, write and tell. */
export function storage(name, make) {
  let opened;

  function open() {
    opened ??= new Promise((resolve, reject) => {
      const asked = indexedDB.open(name, VERSION);
      asked.onupgradeneeded = () => make(asked.result);
      asked.onsuccess = () => {
        // A newer version of the site in another tab must not wait for this one.
        asked.result.onversionchange = () => { asked.result.close(); opened = undefined; };
        resolve(asked.result);
      };
      asked.onerror = () => reject(asked.error);
      asked.onblocked = () => reject(new Error("The store is held by an older page"));
    }).catch((error) => {
      opened = undefined;
      throw error;
    });
    return opened;
  }

  /** `work({name: store})` in one transaction over these stores; gives the result of the request that it returns, once it is on the disk. */
  async function inStores(names, mode, work) {
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(names, mode, { durability: "strict" });
      const request = work(Object.fromEntries(names.map((one) => [one, transaction.objectStore(one)])));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = () => reject(transaction.error ?? new Error("Nothing was stored"));
    });
  }

  return { inStores, ...changesOf(name) };
}

/** `onChange(told)`: `told()` is called when anything changed, here, in another tab or in the service worker. */
function changesOf(name) {
  const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(name);
  const listeners = new Set();
  return {
    onChange(told) {
      listeners.add(told);
      channel?.addEventListener("message", told);
    },
    tell() {
      channel?.postMessage("changed");
      for (const told of listeners) told();
    },
  };
}
