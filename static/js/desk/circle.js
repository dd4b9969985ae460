// Choosing by a circle on the map of the list: dragged from its middle, or by keyboard with a middle and a width.
// The map can be missing: around the report in front it works as well.

import { leaflet } from "../leaflet.js";
import { shown } from "./front.js";
import * as list from "./list.js";
import { chooseWhere } from "./many.js";
import { sentence } from "./saying.js";

const EARTH_M = 6_371_008.8;
const LEAST_M = 10;
let map = null;
let L = null;
let middle = null;
let ring = null;
let dots = [];

const field = () => document.getElementById("circle-metres");

/** Shows the button that opens the map, and follows what is in it. */
export function startCircle() {
  const opener = document.querySelector("[data-opens-circle]");
  const section = document.getElementById("circle");
  if (!opener || !section) return;
  opener.hidden = false;
  const open = (on) => {
    section.hidden = !on;
    opener.setAttribute("aria-expanded", String(on));
    if (on) draw(document.getElementById("circle-map"));
    (on ? document.getElementById("circle-map") : opener).focus();
  };
  opener.addEventListener("click", () => open(section.hidden));
  section.querySelector("[data-closes-circle]").addEventListener("click", () => open(false));
  section.querySelector("[data-around]").addEventListener("click", aroundReport);
  field().addEventListener("input", () => middle && choose());
  document.getElementById("workbench").addEventListener("gatami:listed", drawDots);
  document.addEventListener("gatami:chosen", paint);
}

/** Chooses what lies around the report in front. */
function aroundReport() {
  const row = list.row(shown());
  if (!row?.dataset.lat) return;
  middle = placeOf(row);
  choose();
}

function choose() {
  const metres = Math.max(LEAST_M, Number(field().value) || 0);
  const n = chooseWhere((row) => row.dataset.lat && distance(middle, placeOf(row)) <= metres);
  document.getElementById("circle-said").textContent = sentence("sayInside", { n, metres: Math.round(metres) });
  if (!map) return;
  ring = ring ?? L.circle(middle, { radius: metres, className: "circle__ring", interactive: false }).addTo(map);
  ring.setLatLng(middle).setRadius(metres);
}

async function draw(box) {
  if (map) {
    map.invalidateSize();
    drawDots();
    return;
  }
  try {
    L = await leaflet();
  } catch {
    box.classList.add("map--missing");
    return;
  }
  if (map) return;
  const say = box.dataset;
  box.replaceChildren();
  map = L.map(box, { zoomControl: false, scrollWheelZoom: true });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ position: "topright", zoomInTitle: say.sayZoomIn, zoomOutTitle: say.sayZoomOut }).addTo(map);
  L.tileLayer(say.tiles, { attribution: say.attribution, maxZoom: 20, maxNativeZoom: 18 }).addTo(map);
  const places = list.rows().filter((row) => row.dataset.lat).map(placeOf);
  if (places.length) map.fitBounds(L.latLngBounds(places).pad(0.1), { maxZoom: 16 });
  else map.setView([Number(say.lat), Number(say.lon)], Number(say.zoom));
  drawDots();
  dragToDraw(box);
  byKeyboard(box);
}

function drawDots() {
  if (!map) return;
  dots.forEach(({ dot }) => dot.remove());
  dots = list.rows().filter((row) => row.dataset.lat).map((row) => {
    const icon = L.divIcon({ className: "map-dot map-dot--new", iconSize: [18, 18], html: "" });
    return { reference: row.dataset.reference, dot: L.marker(placeOf(row), { icon, keyboard: false, interactive: false }).addTo(map) };
  });
  paint();
}

function paint() {
  for (const { reference, dot } of dots) {
    const chosen = list.row(reference)?.querySelector("[name=chosen]").checked;
    dot.getElement()?.classList.toggle("map-dot--chosen", Boolean(chosen));
  }
}

/** Dragging draws; with the button let go, it moves the map as on other maps. */
function dragToDraw(box) {
  const button = document.querySelector("[data-draws]");
  const follow = () => {
    const draws = button.getAttribute("aria-pressed") === "true";
    map.dragging[draws ? "disable" : "enable"]();
    box.classList.toggle("circle__map--draws", draws);
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    follow();
  });
  follow();
  let from = null;
  box.addEventListener("pointerdown", (event) => {
    if (!box.classList.contains("circle__map--draws") || event.button || event.target.closest(".leaflet-control")) return;
    from = map.mouseEventToLatLng(event);
    box.setPointerCapture(event.pointerId);
  });
  box.addEventListener("pointermove", (event) => from && drawTo(from, event));
  box.addEventListener("pointerup", (event) => {
    if (from) drawTo(from, event);
    from = null;
  });
  box.addEventListener("pointercancel", () => { from = null; });
}

function drawTo(from, event) {
  const metres = from.distanceTo(map.mouseEventToLatLng(event));
  if (metres < LEAST_M) return;
  middle = [from.lat, from.lng];
  field().value = Math.round(metres);
  choose();
}

function byKeyboard(box) {
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== box) return;
    event.preventDefault();
    event.stopPropagation();
    const { lat, lng } = map.getCenter();
    middle = [lat, lng];
    choose();
  });
}

function placeOf(row) {
  return [Number(row.dataset.lat), Number(row.dataset.lon)];
}

/** Metres between two places in degrees. */
function distance([lat, lon], [otherLat, otherLon]) {
  const rad = Math.PI / 180;
  const half = Math.sin(((otherLat - lat) * rad) / 2) ** 2
    + Math.cos(lat * rad) * Math.cos(otherLat * rad) * Math.sin(((otherLon - lon) * rad) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.sqrt(half));
}
