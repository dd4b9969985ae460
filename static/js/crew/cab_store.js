// What a crew has with it for a shift: its rounds, what it tapped there, and the photos of that; in IndexedDB.
//
// A round:  {base, driver, name, data, kept_at, arrived: {stop id: time}, seen: [key], at: stop id}
// An entry: {key, order, base, driver, state, tries, body, photos: [key], photos_before: [key], conflict, sentence}
//   state: "waiting", then what the server made of it: "applied", "conflict", "refused"
// A photo:  {key, entry, bytes, type, sent}

import { storage } from "../storage.js";

const NAME = "gatami-rounds";
const STORES = ["rounds", "entries", "photos", "facts"];
/** A round that was forgotten on a tablet goes after this long. */
export const KEPT_MS = 3 * 86_400_000;

const kept = storage(NAME, (database) => {
  database.createObjectStore("rounds", { keyPath: "base" });
  database.createObjectStore("entries", { keyPath: "key" });
  database.createObjectStore("photos", { keyPath: "key" });
  database.createObjectStore("facts");
});
const { tell } = kept;
const inStores = (mode, work) => kept.inStores(STORES, mode, work);
/** `told()` is called when anything changed, here, in another tab or in the service worker. */
export const onChange = (told) => kept.onChange(told);

const byOrder = (one, other) => one.order - other.order;

export const loadRound = (base) => inStores("readonly", ({ rounds }) => rounds.get(base));
export const loadRounds = () => inStores("readonly", ({ rounds }) => rounds.getAll());
export const loadPhoto = (key) => inStores("readonly", ({ photos }) => photos.get(key));

/** The taps of one round or, without it, of all rounds, in the order in which they were made. */
export async function loadEntries(base) {
  const found = await inStores("readonly", ({ entries }) => entries.getAll());
  return found.filter((entry) => !base || entry.base === base).sort(byOrder);
}

/** Keeps what `merge(round or undefined)` makes of a round with what the server says; what it has taken over meanwhile need not be laid on top any more. */
export async function keepRound(base, merge, takenOver = []) {
  await inStores("readwrite", ({ rounds, entries }) => {
    const request = rounds.get(base);
    request.onsuccess = () => rounds.put(merge(request.result));
    for (const entry of takenOver) {
      // What the crew has to read stays until it was read.
      if (entry.sentence) entries.put({ ...entry, over: true });
      else entries.delete(entry.key);
    }
  });
  tell();
}

/** Changes one row in one transaction, if it is there. */
async function change(store, key, edit) {
  await inStores("readwrite", (stores) => {
    const request = stores[store].get(key);
    request.onsuccess = () => {
      if (!request.result) return;
      edit(request.result);
      stores[store].put(request.result);
    };
  });
  tell();
}

export const changeRound = (base, edit) => change("rounds", base, edit);
export const changeEntry = (key, edit) => change("entries", key, edit);
export const changePhoto = (key, edit) => change("photos", key, edit);

/** One tap with its photos, all of it or nothing; its number comes after all others of this phone. */
export async function addEntry(entry, photosOfIt) {
  await inStores("readwrite", ({ entries, photos, facts }) => {
    for (const photo of photosOfIt) photos.put(photo);
    const last = facts.get("order");
    last.onsuccess = () => {
      const order = (last.result ?? 0) + 1;
      facts.put(order, "order");
      entries.put({ ...entry, order, state: "waiting", tries: 0 });
    };
  });
  tell();
}

/** Takes a tap back that was never tried to be sent; false when it may have been. */
export async function takeBack(key) {
  let taken = false;
  await inStores("readwrite", ({ entries, photos }) => {
    const request = entries.get(key);
    request.onsuccess = () => {
      const entry = request.result;
      if (!entry || entry.tries || entry.state !== "waiting") return;
      taken = true;
      entries.delete(key);
      for (const photo of [...entry.photos, ...entry.photos_before]) photos.delete(photo);
    };
  });
  tell();
  return taken;
}

/** Writes down that this is tried now, so that it is not taken back behind the sender's back; false if it is gone. */
export async function tryNow(key) {
  let there = false;
  await change("entries", key, (entry) => { entry.tries += 1; there = true; });
  return there;
}

/** What the server made of a tap. Its photos are with the server, or will not be wanted. */
export async function settle(key, { result, conflict, sentence }) {
  await inStores("readwrite", ({ entries, photos }) => {
    const request = entries.get(key);
    request.onsuccess = () => {
      const entry = request.result;
      if (!entry) return;
      for (const photo of [...entry.photos, ...entry.photos_before]) photos.delete(photo);
      entries.put({ ...entry, state: result, conflict, sentence });
    };
  });
  tell();
}

const draftsOf = (base) => IDBKeyRange.bound(`draft ${base} `, `draft ${base} \uffff`);

/** What was begun at a stop and not tapped off: a phone may close the page while its camera is open. */
export const keepDraft = (base, draft) => inStores("readwrite", ({ facts }) => facts.put(draft, `draft ${base} ${draft.stop_id}`));
export const loadDrafts = (base) => inStores("readonly", ({ facts }) => facts.getAll(draftsOf(base)));
export const forgetDraft = (base, stop_id) => inStores("readwrite", ({ facts }) => facts.delete(`draft ${base} ${stop_id}`));

export const forgetEntry = (key) => inStores("readwrite", ({ entries }) => entries.delete(key)).then(tell);

/** Takes rounds off the phone; with `work` also what was tapped there. */
export async function forgetRounds(bases, { work = false } = {}) {
  const gone = new Set(bases);
  const taps = work ? (await loadEntries()).filter(({ base }) => gone.has(base)) : [];
  await inStores("readwrite", ({ rounds, entries, photos, facts }) => {
    for (const base of gone) rounds.delete(base);
    for (const base of gone) facts.delete(draftsOf(base));
    for (const entry of taps) {
      entries.delete(entry.key);
      for (const photo of [...entry.photos, ...entry.photos_before]) photos.delete(photo);
    }
  });
  tell();
}

/** Whether this phone has ever kept a round: pages that only tidy up need not make a store. */
export async function isUsed() {
  if (!indexedDB.databases) return true;
  return (await indexedDB.databases()).some(({ name }) => name === NAME);
}
