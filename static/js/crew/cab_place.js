// Where the phone is, as long as it may be known.

let here = null;
const listeners = new Set();

/** {lat, lon, accuracy, at} or null; what is older than two minutes says nothing about now. */
export const whereAmI = () => (here && Date.now() - here.at < 120_000 ? here : null);

/** `moved(here)` is called at each new place. */
export function onMove(moved) {
  listeners.add(moved);
}

function watch() {
  navigator.geolocation.watchPosition(({ coords }) => {
    here = { lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy, at: Date.now() };
    for (const moved of listeners) moved(here);
  }, () => {}, { enableHighAccuracy: true, maximumAge: 15_000 });
}

/** Watches at once where that was allowed before; else when `button` is tapped, so that nobody is asked out of the blue. */
export async function startPlace(button) {
  if (!navigator.geolocation) return;
  const allowed = await navigator.permissions?.query({ name: "geolocation" }).then(({ state }) => state, () => "prompt");
  if (allowed === "granted") return watch();
  button.hidden = allowed === "denied";
  button.addEventListener("click", () => { button.hidden = true; watch(); }, { once: true });
}
