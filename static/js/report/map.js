// The map of the report form: our area, what is reported already, and one pin that can be tapped, dragged or typed into place.

import { leaflet } from "../leaflet.js";
import { showReports } from "./reported.js";

const CLOSE = 17;

/**
 * Makes the map. `choose(lat, lon, options)` is told of every place; `start` is [lat, lon] or nothing.
 * Gives `put(lat, lon, {pan})` and `middle()`; rejects when there is no Leaflet.
 */
export async function chooseOnMap(box, { choose, start }) {
  const L = await leaflet().catch((error) => {
    box.hidden = true;
    document.getElementById("use-middle").hidden = true;
    document.getElementById("map-help").hidden = true;
    throw error;
  });
  const say = box.dataset;
  const map = L.map(box, { zoomControl: false, attributionControl: true });
  map.attributionControl.setPrefix(false);
  map.setView(start ?? [Number(say.lat), Number(say.lon)], start ? CLOSE : Number(say.zoom));
  L.control.zoom({ position: "topright", zoomInTitle: say.sayZoomIn, zoomOutTitle: say.sayZoomOut }).addTo(map);
  L.tileLayer(say.tiles, { attribution: say.attribution, maxZoom: 20, maxNativeZoom: 18 }).addTo(map);
  outlineArea(L, map);
  showReports(L, map, say);

  const pin = makePin(L, say.sayPin);
  function put(lat, lon, { pan = false } = {}) {
    pin.setLatLng([lat, lon]).addTo(map);
    if (pan) map.setView([lat, lon], Math.max(map.getZoom(), CLOSE));
  }
  if (start) put(...start);
  map.on("click", ({ latlng }) => choose(latlng.lat, latlng.lng));
  pin.on("dragend", () => choose(pin.getLatLng().lat, pin.getLatLng().lng));
  const middle = () => [map.getCenter().lat, map.getCenter().lng];
  placeByKeyboard(box, () => choose(...middle()));
  return { put, middle };
}

function makePin(L, title) {
  const icon = L.divIcon({ className: "map-pin", iconSize: [40, 48], iconAnchor: [20, 48] });
  return L.marker([0, 0], { icon, draggable: true, autoPan: true, keyboard: false, title, alt: title, zIndexOffset: 1000 });
}

/** With the keyboard a cross marks the middle; Leaflet moves the map under it, Enter puts the pin there. */
function placeByKeyboard(box, placeInMiddle) {
  const cross = document.createElement("div");
  cross.className = "map-cross";
  cross.hidden = true;
  cross.append(drawing("pin"));
  box.append(cross);
  box.addEventListener("focus", () => { cross.hidden = !box.matches(":focus-visible"); });
  box.addEventListener("blur", () => { cross.hidden = true; });
  box.addEventListener("keydown", (event) => {
    if (event.target === box && event.key.startsWith("Arrow")) cross.hidden = false;
    if (event.target !== box || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    placeInMiddle();
  });
}

function drawing(name) {
  const there = document.querySelector("svg.icon use").getAttribute("href").split("#")[0];
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon icon--xl");
  use.setAttribute("href", `${there}#${name}`);
  svg.append(use);
  return svg;
}

async function outlineArea(L, map) {
  try {
    const answer = await fetch("/map/area.json");
    if (answer.ok) L.geoJSON(await answer.json(), { interactive: false, style: { className: "map-area" } }).addTo(map);
  } catch {
    // The outline helps, but the server decides what is ours.
  }
}
