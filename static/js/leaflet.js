// Leaflet for the map modules: the CDN's or our own copy, whichever vendor.js got hold of.

const PATIENCE_MS = 10000;

/**
 * The Leaflet namespace `L`. Rejects when it could be loaded from nowhere, or when the page asked for no map;
 * the page then goes on without one.
 */
export async function leaflet() {
  if (!window.gatamiLeaflet || !document.querySelector("[data-vendor='leaflet.js'], script[src*='leaflet']")) {
    throw new Error("This page has no map files");
  }
  const tooLate = new Promise((_, reject) => {
    setTimeout(() => reject(new Error("Leaflet did not arrive in time")), PATIENCE_MS);
  });
  return Promise.race([window.gatamiLeaflet, tooLate]);
}
