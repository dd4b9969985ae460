// What is worth driving to: the faults on a map, and how many are chosen. The list says everything without it.

import { leaflet } from "../leaflet.js";

const items = [...document.querySelectorAll("[data-fault]")];

function show(item) {
  for (const other of items) other.classList.toggle("is-shown", other === item);
  item.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

// The corner at the top left holds the buttons for zooming: no fault is put under them.
const FIT = { paddingTopLeft: [72, 24], paddingBottomRight: [24, 24], maxZoom: 16 };

function dots(L, map, item) {
  for (const pair of item.dataset.lamps.trim().split(/\s+/).filter(Boolean)) {
    L.circleMarker(pair.split(",").map(Number), { radius: 6, className: "fault-lamp", interactive: false }).addTo(map);
  }
}

function marker(L, map, item) {
  const icon = L.divIcon({ className: "map-stop", iconSize: [30, 30], html: "" });
  const place = [Number(item.dataset.lat), Number(item.dataset.lon)];
  const behind = -100 * Number(item.dataset.rank);
  const pin = L.marker(place, { icon, keyboard: false, zIndexOffset: behind }).addTo(map);
  pin.getElement().textContent = item.dataset.rank;
  pin.on("click", () => show(item));
  const forward = (yes) => {
    pin.setZIndexOffset(yes ? 10000 : behind);
    pin.getElement().classList.toggle("map-stop--next", yes);
  };
  for (const kind of ["pointerenter", "focusin"]) item.addEventListener(kind, () => forward(true));
  for (const kind of ["pointerleave", "focusout"]) item.addEventListener(kind, () => forward(item.contains(document.activeElement)));
}

async function showMap(box) {
  const L = await leaflet().catch(() => null);
  if (!L) {
    box.hidden = true;
    return;
  }
  const map = L.map(box, { zoomControl: false });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: box.dataset.sayZoomIn, zoomOutTitle: box.dataset.sayZoomOut }).addTo(map);
  L.tileLayer(box.dataset.tiles, { attribution: box.dataset.attribution, maxZoom: 20, maxNativeZoom: 18 }).addTo(map);
  map.fitBounds(items.map((item) => [Number(item.dataset.lat), Number(item.dataset.lon)]), FIT);
  for (const item of items) dots(L, map, item);
  for (const item of items) marker(L, map, item);
}

function countChosen(form) {
  const boxes = [...form.querySelectorAll("input[name=report]")];
  const status = form.querySelector("[data-chosen]");
  const most = Number(form.dataset.most);
  const say = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    const words = chosen > most ? status.dataset.tooMany : status.dataset.words;
    status.textContent = chosen ? words.replace("{n}", chosen) : "";
  };
  const button = form.querySelector("[data-choose-shown]");
  button.hidden = false;
  button.addEventListener("click", () => {
    boxes.forEach((box, place) => { box.checked = place < most; });
    say();
  });
  form.addEventListener("change", say);
  say();
}

const map = document.querySelector("[data-fault-map]");
if (map) showMap(map);
const form = document.querySelector("form[data-most]");
if (form) countChosen(form);
