// All rounds of a plan on one map: each with a colour, a pattern and a letter.

import { leaflet } from "../leaflet.js";

// The corner at the top left holds the buttons for zooming: no stop is put under them.
const FIT = { paddingTopLeft: [72, 24], paddingBottomRight: [24, 24], maxZoom: 17 };

function stop(L, latlng, { sign, letter, number }, stops) {
  const icon = L.divIcon({ className: `plan-stop plan-stop--${sign}`, iconSize: [32, 32], html: "" });
  const marker = L.marker(latlng, { icon, keyboard: false, interactive: false });
  marker.on("add", () => { marker.getElement().textContent = `${letter}${number}`; });
  stops.push({ letter, marker });
  return marker;
}

/** The stops of the round that is pointed at, or has the focus, lie before those of the others. */
function bringForward({ target }, stops) {
  const letter = target.closest?.("[data-letter]")?.dataset.letter;
  if (letter) for (const one of stops) one.marker.setZIndexOffset(one.letter === letter ? 10000 : 0);
}

async function showRounds(box) {
  if (!box) return;
  const L = await leaflet().catch(() => null);
  const answer = L && (await fetch(box.dataset.rounds).catch(() => null));
  if (!answer?.ok) {
    box.hidden = true;
    return;
  }
  const map = L.map(box, { zoomControl: false });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: box.dataset.sayZoomIn, zoomOutTitle: box.dataset.sayZoomOut }).addTo(map);
  L.tileLayer(box.dataset.tiles, { attribution: box.dataset.attribution, maxZoom: 20, maxNativeZoom: 18 }).addTo(map);
  const stops = [];
  const rounds = L.geoJSON(await answer.json(), {
    style: ({ properties }) => ({ className: `plan-line plan-line--${properties.sign}` }),
    pointToLayer: ({ properties }, latlng) => (properties.kind === "stop"
      ? stop(L, latlng, properties, stops)
      : L.circleMarker(latlng, { radius: 9, className: "map-me" })),
  }).addTo(map);
  map.fitBounds(rounds.getBounds(), FIT);
  for (const kind of ["pointerover", "focusin"]) document.addEventListener(kind, (event) => bringForward(event, stops));
}

showRounds(document.querySelector("[data-plan-map]"));
