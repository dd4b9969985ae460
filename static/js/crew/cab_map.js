// Maps of the round: the way, the stops and the lamps as our own lines, over tiles where there are any.

import { leaflet } from "../leaflet.js";
import { tilesOf } from "./cab_tiles.js";

const flip = (line) => line.map(([lon, lat]) => [lat, lon]);

/** A map in the box with what does not change, or null where there is no Leaflet. */
export async function openMap(box, { base, data, tiles }) {
  const L = await leaflet().catch(() => null);
  if (!L || !box.isConnected) return null;
  const map = L.map(box, { zoomControl: false, preferCanvas: false, attributionControl: Boolean(tiles.url) });
  map.attributionControl?.setPrefix(false);
  L.control.zoom({ zoomInTitle: box.dataset.sayZoomIn ?? "+", zoomOutTitle: box.dataset.sayZoomOut ?? "−" }).addTo(map);
  map.setView([data.start.lat, data.start.lon], 15);
  if (tiles.url) tilesOf(L, base, tiles).addTo(map);
  const { roads = [], lamps = [] } = data.vectors ?? {};
  for (const road of roads) L.polyline(flip(road), { className: "cab-road", interactive: false }).addTo(map);
  for (const [lon, lat] of lamps) L.circleMarker([lat, lon], { radius: 3, className: "cab-lamp", interactive: false }).addTo(map);
  const moving = L.layerGroup().addTo(map);
  return { L, map, moving };
}

/** Draws ways and stops anew, with one stop in the middle of sight; all of them where there is none. */
export function drawRound({ L, map, moving }, { data, stops, current, here, onChoose }) {
  moving.clearLayers();
  const bounds = [];
  let before = data.start;
  for (const stop of stops) {
    const line = stop.leg_line ? flip(stop.leg_line) : [[before.lat, before.lon], [stop.lat, stop.lon]];
    const now = stop.id === current?.id;
    L.polyline(line, { className: now ? "map-track cab-way cab-way--now" : "map-track cab-way", interactive: false }).addTo(moving);
    if (now) bounds.push(...line);
    before = stop;
  }
  for (const stop of stops) placeStop(L, stop, stop.id === current?.id, onChoose).addTo(moving);
  if (here) L.circleMarker([here.lat, here.lon], { radius: 9, className: "map-me", interactive: false }).addTo(moving);
  const near = here && current && Math.abs(here.lat - current.lat) + Math.abs(here.lon - current.lon) < 0.05;
  if (near) bounds.push([here.lat, here.lon]);
  if (!bounds.length) bounds.push([data.start.lat, data.start.lon], ...stops.map(({ lat, lon }) => [lat, lon]));
  map.invalidateSize();
  map.fitBounds(bounds, { paddingTopLeft: [76, 34], paddingBottomRight: [34, 34], maxZoom: 17, animate: false });
}

function placeStop(L, { lat, lon, number, completed_at }, now, onChoose) {
  const looks = ["map-stop", completed_at ? "map-stop--done" : "", now ? "map-stop--next" : ""].join(" ").trim();
  const icon = L.divIcon({ className: looks, iconSize: now ? [40, 40] : [30, 30], html: "" });
  const marker = L.marker([lat, lon], { icon, keyboard: false, interactive: Boolean(onChoose), zIndexOffset: now ? 1000 : 0 });
  marker.on("add", () => { marker.getElement().textContent = completed_at ? "✓" : String(number); });
  if (onChoose) marker.on("click", () => onChoose(number));
  return marker;
}
