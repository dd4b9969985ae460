// The reports that wait on this phone, in IndexedDB; shared by pages and service worker.
//
// A report: {key, state, written_at, tries, next_try, fields: [[name, text]], photos: [{id, thumbnail, bytes, type, name}], ...}.
// state: "waiting", "failed" (with `problem` and `errors`), "sent" (nothing left but `reference` and `follow_url`).

import { storage } from "../storage.js";

const kept = storage("gatami", (database) => {
  database.createObjectStore("reports", { keyPath: "key" });
  database.createObjectStore("facts");
});
const { tell } = kept;
const inStore = (name, mode, work) => kept.inStores([name], mode, (stores) => work(stores[name]));
/** `told()` is called when anything changed, here, in another tab or in the service worker. */
export const onChange = (told) => kept.onChange(told);

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
