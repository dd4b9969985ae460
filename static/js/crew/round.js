// The round on the map: the line in driving order, and the numbered stops.

import { leaflet } from "../leaflet.js";

function marker(L, latlng, { kind, number, done }) {
  if (kind === "start") return L.circleMarker(latlng, { radius: 9, className: "map-me" });
  const icon = L.divIcon({ className: done ? "map-stop map-stop--done" : "map-stop", iconSize: [34, 34], html: "" });
  const stop = L.marker(latlng, { icon, keyboard: false, interactive: false });
  stop.on("add", () => { stop.getElement().textContent = done ? "✓" : String(number); });
  return stop;
}

async function showRound(box) {
  const L = await leaflet().catch(() => null);
  const answer = L && (await fetch(box.dataset.round).catch(() => null));
  if (!answer?.ok) {
    box.hidden = true;
    return;
  }
  const map = L.map(box, { zoomControl: false });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: box.dataset.sayZoomIn, zoomOutTitle: box.dataset.sayZoomOut }).addTo(map);
  L.tileLayer(box.dataset.tiles, { attribution: box.dataset.attribution, maxZoom: 20, maxNativeZoom: 18 }).addTo(map);
  const round = L.geoJSON(await answer.json(), {
    style: { className: "map-track" },
    pointToLayer: (feature, latlng) => marker(L, latlng, feature.properties),
  }).addTo(map);
  map.fitBounds(round.getBounds(), { padding: [30, 30], maxZoom: 17 });
}

showRound(document.querySelector("[data-round-map]"));
