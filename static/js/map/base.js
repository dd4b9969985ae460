// The map of our pages: the base map, the outline of our area, and what is reported, from our own server.

import { leaflet } from "../leaflet.js";

const MOST_DRAWINGS = 400;
const WAIT_MS = 200;
// What is drawn small still counts as tapped this many pixels beside it.
const FINGER = 10;

/**
 * Makes a map in `element`. Its data attributes say what is not given: data-lat, data-lon, data-zoom, data-tiles,
 * data-attribution, data-say-zoom-in, data-say-zoom-out. Rejects when there is no Leaflet; the box then says so.
 */
export async function createMap(element, { lat, lon, zoom, bounds } = {}) {
  const say = element.dataset;
  const L = await leaflet().catch((error) => {
    element.classList.add("map--missing");
    throw error;
  });
  element.replaceChildren();
  const map = L.map(element, {
    zoomControl: false, preferCanvas: true, worldCopyJump: true, renderer: L.canvas({ tolerance: FINGER }),
  });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ position: "topright", zoomInTitle: say.sayZoomIn, zoomOutTitle: say.sayZoomOut }).addTo(map);
  const tiles = say.tiles ?? say.tileUrl;
  const base = L.tileLayer(tiles, { attribution: say.attribution, maxZoom: 20, maxNativeZoom: 18 }).addTo(map);
  if (bounds) map.fitBounds(bounds);
  else map.setView([lat ?? Number(say.lat), lon ?? Number(say.lon)], zoom ?? Number(say.zoom ?? 16));
  outlineArea(L, map, base);
  return map;
}

/** The shown part as west,south,east,north, within what the server takes. */
export function boxOf(map) {
  const bounds = map.getBounds();
  const within = (value, most) => Math.max(-most, Math.min(most, value)).toFixed(5);
  return [
    within(bounds.getWest(), 180), within(bounds.getSouth(), 85),
    within(bounds.getEast(), 180), within(bounds.getNorth(), 85),
  ].join(",");
}

/**
 * Keeps the reports of the shown part on the map. `filters` gives query parameters of /api/map; `describe(properties)`
 * gives a popup's element for a report; `told(truncated)` hears whether there is more than is shown.
 */
export async function showReports(map, { filters = {}, describe, told } = {}) {
  const L = await leaflet();
  const layer = L.layerGroup().addTo(map);
  let asked = new AbortController();
  let timer;

  async function load() {
    asked.abort();
    asked = new AbortController();
    const query = new URLSearchParams({ ...filters, bbox: boxOf(map), zoom: Math.round(map.getZoom()) });
    try {
      const answer = await fetch(`/api/map?${query}`, { signal: asked.signal });
      if (!answer.ok) return;
      draw(await answer.json());
    } catch {
      // Moved on meanwhile, or no network: what is drawn stays.
    }
  }
  function draw({ features, truncated }) {
    layer.clearLayers();
    const few = features.length <= MOST_DRAWINGS;
    for (const feature of features) layer.addLayer(mark(L, map, feature, { few, describe }));
    told?.(truncated);
  }
  map.on("moveend", () => {
    clearTimeout(timer);
    timer = setTimeout(load, WAIT_MS);
  });
  await load();
  return { reload: load };
}

function mark(L, map, { geometry, properties }, { few, describe }) {
  const [lon, lat] = geometry.coordinates;
  const made = "count" in properties
    ? cluster(L, map, [lat, lon], properties, few)
    : dot(L, [lat, lon], properties, few);
  if (properties.reference && describe) made.bindPopup(() => describe(properties));
  return made;
}

function cluster(L, map, place, { count, open }, few) {
  const closer = () => map.setView(place, map.getZoom() + 2);
  const size = Math.round(30 + Math.min(18, 5 * Math.log10(count)));
  // Closed reports alone look closed; numbers are for those who cannot tell the colours.
  const name = open ? "map-count" : "map-count map-count--closed";
  const icon = L.divIcon({ className: name, html: short(count), iconSize: [size, size] });
  const made = few
    ? L.marker(place, { icon, keyboard: false, alt: "" })
    : L.circleMarker(place, { radius: 6, weight: 2, color: "#fdc42a", fillColor: "#101c3a", fillOpacity: 1 });
  return made.on("click", closer);
}

function dot(L, place, { status }, few) {
  const known = String(status).replace(/[^a-z_]/g, "");
  if (few) {
    const icon = L.divIcon({ className: `map-dot map-dot--${known}`, iconSize: [20, 20] });
    return L.marker(place, { icon, keyboard: false, alt: "" });
  }
  const open = ["new", "forwarded", "in_progress", "scheduled"].includes(known);
  return L.circleMarker(place, { radius: 6, weight: 2, color: "#fff", fillColor: open ? "#101c3a" : "#566176", fillOpacity: 1 });
}

function short(count) {
  if (count < 1000) return String(count);
  return count < 10000 ? `${(count / 1000).toFixed(1)}k` : `${Math.round(count / 1000)}k`;
}

/** Our area's outline; where no tile arrives, its named parts too, so that the map is never empty. */
async function outlineArea(L, map, base) {
  const tileFailed = new Promise((resolve) => { base.once("tileerror", resolve); });
  try {
    const answer = await fetch("/map/area.json");
    if (!answer.ok) return;
    const { features } = await answer.json();
    const renderer = L.svg();
    const draw = (drawn, className) => L.geoJSON(drawn, { interactive: false, renderer, style: { className } }).addTo(map);
    draw(features.filter(({ properties }) => !properties.part), "map-area");
    await tileFailed;
    for (const feature of features.filter(({ properties }) => properties.part)) {
      const name = document.createElement("span");
      name.textContent = feature.properties.part;
      draw(feature, "map-part").bindTooltip(name, { permanent: true, direction: "center", className: "map-name" });
    }
  } catch {
    // The outline helps, but nothing depends on it.
  }
}
