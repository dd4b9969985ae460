// The map of a planned round: the way as it is driven, the stops with their numbers, and what waits nearby.

import { leaflet } from "../leaflet.js";

const drawn = new WeakMap();
// The corner at the top left holds the buttons for zooming: no stop is put under them.
const FIT = { paddingTopLeft: [72, 24], paddingBottomRight: [24, 24], maxZoom: 17 };

function stopMarker(L, latlng, { number, done, locked }) {
  const shape = `map-stop${done ? " map-stop--done" : ""}${locked ? " map-stop--locked" : ""}`;
  const icon = L.divIcon({ className: shape, iconSize: [30, 30], html: "" });
  const stop = L.marker(latlng, { icon, keyboard: false, interactive: false });
  stop.on("add", () => { stop.getElement().textContent = done ? "✓" : String(number); });
  return stop;
}

function point(L, { properties }, latlng, stops) {
  if (properties.kind === "stop") {
    const stop = stopMarker(L, latlng, properties);
    stops.set(String(properties.id), stop);
    return stop;
  }
  const near = properties.kind === "near";
  const shape = { radius: near ? 7 : 9, className: near ? "map-near" : "map-me", interactive: false };
  return L.circleMarker(latlng, shape);
}

function mapOf(L, box) {
  const map = L.map(box, { zoomControl: false });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: box.dataset.sayZoomIn, zoomOutTitle: box.dataset.sayZoomOut }).addTo(map);
  L.tileLayer(box.dataset.tiles, { attribution: box.dataset.attribution, maxZoom: 20, maxNativeZoom: 18 }).addTo(map);
  return map;
}

/** Draws the round, or draws it anew after a change; the box stays hidden where there is no map. */
export async function drawRound(box) {
  const L = await leaflet().catch(() => null);
  const answer = L && (await fetch(box.dataset.way).catch(() => null));
  if (!answer?.ok) {
    if (!drawn.has(box)) box.hidden = true;
    return;
  }
  const before = drawn.get(box);
  const map = before?.map ?? mapOf(L, box);
  before?.way.remove();
  const stops = new Map();
  const way = L.geoJSON(await answer.json(), {
    style: ({ properties }) => ({ className: properties.done ? "map-track map-track--done" : "map-track", interactive: false }),
    pointToLayer: (feature, latlng) => point(L, feature, latlng, stops),
  });
  if (!before) map.fitBounds(way.getBounds(), FIT);
  way.addTo(map);
  drawn.set(box, { map, way, stops });
}

/** Puts the marker of one stop before the others, which may cover it; the last one goes back to its place. */
export function bringForward(box, id) {
  const here = drawn.get(box);
  const stop = here?.stops.get(id);
  if (!stop || here.first === stop) return;
  for (const [one, forward] of [[here.first, false], [stop, true]]) {
    one?.setZIndexOffset(forward ? 10000 : 0);
    one?.getElement()?.classList.toggle("map-stop--next", forward);
  }
  here.first = stop;
}
