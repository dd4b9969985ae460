// The reports that wait on this phone, in IndexedDB; shared by pages and service worker.
//
// A report: {key, state, written_at, tries, next_try, fields: [[name, text]], photos: [{id, thumbnail, bytes, type, name}], ...}.
// state: "waiting", "failed" (with `problem` and `errors`), "sent" (nothing left but `reference` and `follow_url`).

const NAME = "gatami";
const VERSION = 1;
let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("reports", { keyPath: "key" });
      asked.result.createObjectStore("facts");
    };
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

/** `work(store)` in one transaction; gives the result of the request that it returns, once it is on the disk. */
async function inStore(name, mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(name, mode);
    const request = work(transaction.objectStore(name));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error ?? new Error("Nothing was stored"));
  });
}

/** One report, or undefined. */
export const load = (key) => inStore("reports", "readonly", (store) => store.get(key));

/** Stores a report in the place of the one with its key; rejects when there is no room. */
export const keep = (report) => inStore("reports", "readwrite", (store) => store.put(report)).then(tell);

/** Takes a report off the phone. */
export const forget = (key) => inStore("reports", "readwrite", (store) => store.delete(key)).then(tell);

/** All reports, the newest first. */
export async function loadAll() {
  const found = await inStore("reports", "readonly", (store) => store.getAll());
  return found.sort((one, other) => other.written_at.localeCompare(one.written_at));
}

/** Changes one report in one transaction, if it is still there; gives what it is now. */
export async function change(key, edit) {
  let changed;
  await inStore("reports", "readwrite", (store) => {
    const request = store.get(key);
    request.onsuccess = () => {
      if (!request.result) return;
      changed = request.result;
      edit(changed);
      store.put(changed);
    };
  });
  tell();
  return changed;
}

/** Something small to remember, such as the language. */
export const remember = (name, value) => inStore("facts", "readwrite", (store) => store.put(value, name));
export const recall = (name) => inStore("facts", "readonly", (store) => store.get(name));

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("gatami-reports");
const listeners = new Set();

/** `told()` is called when anything changed, here, in another tab or in the service worker. */
export function onChange(told) {
  listeners.add(told);
  channel?.addEventListener("message", told);
}

function tell() {
  channel?.postMessage("changed");
  for (const told of listeners) told();
}
