// One tap of the crew: kept on the phone with its key, its time and its photos, before anything else happens.

import { addEntry } from "./cab_store.js";

/** Keys of its own also where there is no TLS, and so no randomUUID. */
function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Keeps the tap; gives its key. Rejects when the phone has no room. `photos` are blobs. */
export async function tap({ base, driver }, body, { photos = [], before = [] } = {}) {
  const key = newKey();
  const rows = async (blobs) => Promise.all(blobs.map(async (blob) => ({
    // Bytes and not the file: some phones forget what a stored file pointed to.
    key: newKey(), entry: key, bytes: await blob.arrayBuffer(), type: blob.type || "image/jpeg", sent: "",
  })));
  const [after, first] = [await rows(photos), await rows(before)];
  const entry = {
    key, base, driver, body: { happened_at: new Date().toISOString(), ...body },
    photos: after.map((photo) => photo.key), photos_before: first.map((photo) => photo.key),
  };
  await addEntry(entry, [...first, ...after]);
  return key;
}
