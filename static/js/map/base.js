// The map of our pages: the base map, the outline of our area, and what is reported, from our own server.

import { leaflet } from "../leaflet.js";

const MOST_DRAWINGS = 400;
const WAIT_MS = 200;
// What is drawn small still counts as tapped this many pixels beside it.
const FINGER = 10;
// Our area is drawn over the tiles (200) and under everything that is drawn on the map (400 and more).
const BELOW_DRAWINGS = 250;
// A tap on one is not a tap on the map beneath it.
const SMALL = { radius: 6, weight: 2, fillOpacity: 1, bubblingMouseEvents: false };
/** A popup stays beside the buttons at the right, so that its own button to close it can be reached. */
export const POPUP = { maxWidth: 240, autoPanPaddingTopLeft: [8, 8], autoPanPaddingBottomRight: [64, 8] };

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
  L.control.zoom({ position: "topright", zoomInTitle: say.sayZoomIn ?? "+", zoomOutTitle: say.sayZoomOut ?? "−" }).addTo(map);
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
 * gives a popup's element for a report; `told(truncated, shown)` hears whether there is more than is shown, and how many
 * are. `alike` draws all of them in one shape of their own, for a map on which lamps stand too.
 */
export async function showReports(map, { filters = {}, describe, told, alike = false } = {}) {
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
    // A popup that opens moves the map, and what is asked for then must not close it.
    const read = layer.getLayers().find((made) => made.isPopupOpen() && features.some((one) => isOf(made, one)));
    for (const made of layer.getLayers()) if (made !== read) layer.removeLayer(made);
    const few = features.length <= MOST_DRAWINGS;
    for (const feature of features) if (!isOf(read, feature)) layer.addLayer(mark(L, map, feature, { few, describe, alike }));
    told?.(truncated, features.length);
  }
  map.on("moveend", () => {
    clearTimeout(timer);
    timer = setTimeout(load, WAIT_MS);
  });
  await load();
  return { reload: load };
}

function isOf(made, { properties }) {
  return Boolean(properties.reference) && made?.reference === properties.reference;
}

function mark(L, map, { geometry, properties }, { few, describe, alike }) {
  const [lon, lat] = geometry.coordinates;
  const made = "count" in properties
    ? cluster(L, map, [lat, lon], properties, few)
    : dot(L, [lat, lon], properties, { few, alike });
  made.reference = properties.reference;
  if (properties.reference && describe) made.bindPopup(() => describe(properties), { ...POPUP, offset: [0, -10] });
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
    : L.circleMarker(place, { ...SMALL, color: "#fdc42a", fillColor: "#101c3a" });
  return made.on("click", closer);
}

function dot(L, place, { status }, { few, alike }) {
  const known = String(status).replace(/[^a-z_]/g, "");
  if (few) {
    const icon = alike
      ? L.divIcon({ className: "map-report", html: "!", iconSize: [32, 32] })
      : L.divIcon({ className: `map-dot map-dot--${known}`, iconSize: [20, 20] });
    return L.marker(place, { icon, keyboard: false, alt: "" });
  }
  const open = ["new", "forwarded", "in_progress", "scheduled"].includes(known);
  return L.circleMarker(place, { ...SMALL, color: "#fff", fillColor: open ? "#101c3a" : "#566176" });
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
    const pane = "area";
    map.createPane(pane).style.zIndex = BELOW_DRAWINGS;
    const look = { interactive: false, pane, renderer: L.svg({ pane }) };
    const draw = (drawn, className) => L.geoJSON(drawn, { ...look, style: { className } }).addTo(map);
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
