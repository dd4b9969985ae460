// The report and its neighbours on a map; a click moves the pin of the form "Place", which is saved by its own button.

import { leaflet } from "../leaflet.js";

const CLOSE = 17;

/** Draws the map, if there is one and Leaflet is here; otherwise the box keeps its sentence. */
export function start(root) {
  const box = root.querySelector("#desk-map");
  if (!box) return null;
  const gone = new AbortController();
  show(box, gone.signal);
  return () => gone.abort();
}

async function show(box, gone) {
  try {
    const L = await leaflet();
    if (gone.aborted) return;
    const map = draw(L, box, gone);
    // A map listens to the window: one that is left behind would do so for ever.
    gone.addEventListener("abort", () => map.remove());
  } catch {
    box.classList.add("map--missing");
  }
}

function draw(L, box, gone) {
  const say = box.dataset;
  const report = say.report ? JSON.parse(say.report) : null;
  box.replaceChildren();
  const map = L.map(box, { zoomControl: false, scrollWheelZoom: false });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ position: "topright", zoomInTitle: say.sayZoomIn, zoomOutTitle: say.sayZoomOut }).addTo(map);
  L.tileLayer(say.tiles, { attribution: say.attribution, maxZoom: 20, maxNativeZoom: 18 }).addTo(map);
  const pin = makePin(L, say.sayPin);
  if (report) {
    map.setView([report.lat, report.lon], CLOSE);
    pin.setLatLng([report.lat, report.lon]).addTo(map);
    report.near.forEach((near, index) => drawNeighbour(L, map, near, index));
  } else {
    map.setView([Number(say.lat), Number(say.lon)], Number(say.zoom));
  }
  followPlace(map, pin, gone);
  return map;
}

function makePin(L, title) {
  const icon = L.divIcon({ className: "map-pin", iconSize: [40, 48], iconAnchor: [20, 48] });
  return L.marker([0, 0], { icon, draggable: true, keyboard: false, title, alt: title, zIndexOffset: 1000 });
}

function drawNeighbour(L, map, near, index) {
  const icon = L.divIcon({ className: `map-dot map-dot--${near.status}`, iconSize: [22, 22], html: "" });
  const marker = L.marker([near.lat, near.lon], { icon, keyboard: false, title: `${index + 1}: ${near.reference}` });
  marker.on("click", () => { location.href = `/staff/reports/${near.reference}`; });
  marker.addTo(map);
}

/** A new place goes into the fields of the form, and the form comes in sight. */
function followPlace(map, pin, gone) {
  const fields = ["place-lat", "place-lon"].map((id) => document.getElementById(id));
  if (!fields[0]) return;
  const panel = fields[0].closest("details");
  panel.querySelector("[data-needs-map]").hidden = false;
  const choose = ({ lat, lng }) => {
    fields[0].value = lat.toFixed(6);
    fields[1].value = lng.toFixed(6);
    pin.setLatLng([lat, lng]).addTo(map);
    panel.open = true;
  };
  map.on("click", ({ latlng }) => choose(latlng));
  // The search has filled in the fields itself, for pages whose map did not come.
  document.addEventListener("gatami:choose", ({ detail }) => {
    choose({ lat: detail.lat, lng: detail.lon });
    map.setView([detail.lat, detail.lon], Math.max(map.getZoom(), CLOSE));
  }, { signal: gone });
  // With the keyboard the arrows move the map, and Enter puts the pin in its middle.
  map.getContainer().addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== event.currentTarget) return;
    event.preventDefault();
    event.stopPropagation();
    choose(map.getCenter());
  });
  pin.on("dragend", () => choose(pin.getLatLng()));
}
