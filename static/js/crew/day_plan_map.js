// All rounds of a plan on one map: each with a colour, a pattern and a letter.

import { leaflet } from "../leaflet.js";

function stop(L, latlng, { sign, letter, number }) {
  const icon = L.divIcon({ className: `plan-stop plan-stop--${sign}`, iconSize: [32, 32], html: "" });
  const marker = L.marker(latlng, { icon, keyboard: false, interactive: false });
  marker.on("add", () => { marker.getElement().textContent = `${letter}${number}`; });
  return marker;
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
  const rounds = L.geoJSON(await answer.json(), {
    style: ({ properties }) => ({ className: `plan-line plan-line--${properties.sign}` }),
    pointToLayer: ({ properties }, latlng) => (properties.kind === "stop"
      ? stop(L, latlng, properties)
      : L.circleMarker(latlng, { radius: 9, className: "map-me" })),
  }).addTo(map);
  map.fitBounds(rounds.getBounds(), { padding: [30, 30], maxZoom: 17 });
}

showRounds(document.querySelector("[data-plan-map]"));
