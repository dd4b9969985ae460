// Which photos of a form are on the server, for a page that is loaded again or that somebody comes back to.
// In the tab only, and for as long as the server keeps photos without a report.

const NAME = "gatami:photos";
const KEPT_MS = 24 * 3600 * 1000;

/** `load()` gives `{photos: [{id, thumbnail}], gone}` where this page was loaded again, else nothing. */
export function remember() {
  const again = ["reload", "back_forward"].includes(performance.getEntriesByType("navigation")[0]?.type);
  if (!again) forget();
  return {
    load() {
      const all = read();
      const photos = all.filter(({ at }) => Date.now() - at < KEPT_MS);
      write(photos);
      return { photos, gone: photos.length < all.length };
    },
    add({ id, thumbnail }) {
      write([...read().filter((photo) => photo.id !== id), { id, thumbnail, at: Date.now() }]);
    },
    remove(id) {
      write(read().filter((photo) => photo.id !== id));
    },
  };
}

/** After the report is sent. */
export function forget() {
  write([]);
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME)) ?? [];
  } catch {
    return [];
  }
}

function write(photos) {
  try {
    if (photos.length) sessionStorage.setItem(NAME, JSON.stringify(photos));
    else sessionStorage.removeItem(NAME);
  } catch {
    // A browser that keeps nothing: the photos are lost with the page, as its fields are.
  }
}
