// The way of a fixed round: shown, and drawn by taps into the field of points, which is what counts.

import { leaflet } from "../leaflet.js";

/** The lines of the field, [lat, lon] each; what cannot be read yet is left out. */
export function readWay(text) {
  const point = (line) => line.trim().split(/[,; ]+/).map(Number);
  return text.split(/\n\s*\n/)
    .map((part) => part.split("\n").filter((line) => line.trim()).map(point).filter(([lat, lon]) => Number.isFinite(lat) && Number.isFinite(lon)))
    .filter((line) => line.length);
}

function makeMap(L, box) {
  const map = L.map(box, { zoomControl: false });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: box.dataset.sayZoomIn, zoomOutTitle: box.dataset.sayZoomOut }).addTo(map);
  L.tileLayer(box.dataset.tiles, { attribution: box.dataset.attribution, maxZoom: 20, maxNativeZoom: 18 }).addTo(map);
  return map;
}

async function showWay(box) {
  const L = await leaflet().catch(() => null);
  if (!L) {
    box.hidden = true;
    return;
  }
  const map = makeMap(L, box);
  const field = box.dataset.wayField && document.getElementById(box.dataset.wayField);
  const text = () => field?.value ?? box.dataset.way;
  const drawn = L.featureGroup().addTo(map);
  const draw = () => {
    drawn.clearLayers();
    for (const line of readWay(text())) {
      L.polyline(line, { className: "map-track", interactive: false }).addTo(drawn);
      if (!("wayPlain" in box.dataset)) L.circleMarker(line[0], { radius: 7, className: "map-me", interactive: false }).addTo(drawn);
      if (field) for (const point of line.slice(1)) L.circleMarker(point, { radius: 4, className: "map-me", interactive: false }).addTo(drawn);
    }
  };
  draw();
  if (drawn.getLayers().length) map.fitBounds(drawn.getBounds(), { paddingTopLeft: [72, 25], paddingBottomRight: [25, 25], maxZoom: 17 });
  else map.setView([Number(box.dataset.lat ?? 0), Number(box.dataset.lon ?? 0)], Number(box.dataset.zoom ?? 13));
  if (field) followTaps(map, box, field, draw);
}

function followTaps(map, box, field, draw) {
  const status = document.querySelector("[data-way-status]");
  const changed = () => {
    draw();
    status.textContent = box.dataset.sayPoints.replace("{n}", readWay(field.value).flat().length);
  };
  const add = ({ lat, lng }) => {
    const before = field.value.replace(/[ \t]+$/, "");
    const gap = !before || before.endsWith("\n") ? "" : "\n";
    field.value = `${before}${gap}${lat.toFixed(6)}, ${lng.toFixed(6)}`;
    changed();
  };
  map.on("click", ({ latlng }) => add(latlng));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== box) return;
    event.preventDefault();
    add(map.getCenter());
  });
  field.addEventListener("input", changed);
  const button = (name, press) => {
    const found = document.querySelector(name);
    found.hidden = false;
    found.addEventListener("click", () => { press(); changed(); });
  };
  button("[data-way-undo]", () => { field.value = field.value.trimEnd().split("\n").slice(0, -1).join("\n"); });
  button("[data-way-break]", () => { if (field.value.trim()) field.value = `${field.value.trimEnd()}\n\n`; });
}

for (const box of document.querySelectorAll("[data-way-map]")) showWay(box);
