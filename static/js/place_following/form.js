// Following a place: a circle that is drawn by tapping, by the keyboard and by a slider; the form works without any of it.

import { leaflet } from "../leaflet.js";
import { createMap, showReports } from "../map/base.js";
import { placeByKeyboard } from "../map/keyboard.js";
import { followSearches } from "../search.js";

const DECIMALS = 6;
const SMALLEST = 50;
const LARGEST = 5000;
const STEPS = 100;

const form = document.getElementById("follow-place");

if (form) {
  followChoice();
  followSearches();
  draw();
}

/** A street or a circle: only the one that is chosen is shown. */
function followChoice() {
  const street = document.getElementById("whole-street");
  const radios = [...form.querySelectorAll("input[name=what]")];
  if (!street || !radios.length) return;
  const show = () => {
    const isStreet = radios.find((radio) => radio.checked)?.value === "street";
    street.hidden = !isStreet;
    document.getElementById("circle").hidden = isStreet;
    // A map that was hidden when it was made does not know its size.
    if (!isStreet) window.dispatchEvent(new Event("resize"));
  };
  for (const radio of radios) radio.addEventListener("change", show);
  show();
}

function draw() {
  const fields = [form.elements.lat, form.elements.lon];
  const radius = form.elements.radius;
  const line = document.getElementById("place-status");
  document.getElementById("map-tools").hidden = false;
  const slider = makeSlider(radius);
  let circle = { put() {} };

  const metres = () => Math.min(LARGEST, Math.max(SMALLEST, Math.round(Number(radius.value)) || 0));
  const say = () => {
    if (place()) line.textContent = line.dataset.sayCircle.replace("{n}", inWords(metres()));
  };
  function place() {
    const numbers = fields.map((field) => Number(field.value.replace(",", ".")));
    return fields.every((field) => field.value.trim()) && numbers.every(Number.isFinite) ? numbers : null;
  }
  function choose(lat, lon, { pan = false } = {}) {
    fields[0].value = lat.toFixed(DECIMALS);
    fields[1].value = lon.toFixed(DECIMALS);
    circle.put([lat, lon], metres(), { pan });
    say();
    document.dispatchEvent(new CustomEvent("gatami:place", { detail: { lat, lon } }));
  }
  for (const field of fields) field.addEventListener("change", () => { if (place()) choose(...place(), { pan: true }); });
  radius.addEventListener("input", () => {
    slider.show(metres());
    if (place()) circle.put(place(), metres(), { pan: true });
    say();
  });
  document.addEventListener("gatami:choose", ({ detail }) => choose(detail.lat, detail.lon, { pan: true }));

  drawOn(document.getElementById("map"), { choose, start: place(), metres }).then((made) => {
    circle = made;
    if (place()) circle.put(place(), metres(), { pan: true });
    say();
  }, () => {
    for (const id of ["map", "map-help", "use-middle"]) document.getElementById(id).hidden = true;
    line.textContent = line.dataset.sayNomap;
  });
}

async function drawOn(box, { choose, start }) {
  const map = await createMap(box, start ? { lat: start[0], lon: start[1], zoom: 15 } : {});
  const L = await leaflet();
  showReports(map, { filters: { status: "open" } });
  const shape = L.circle([0, 0], { radius: SMALLEST, className: "map-circle", interactive: false, renderer: L.svg() });
  map.on("click", ({ latlng }) => choose(latlng.lat, latlng.lng));
  const middle = () => choose(map.getCenter().lat, map.getCenter().lng);
  document.getElementById("use-middle").addEventListener("click", middle);
  placeByKeyboard(box, middle);
  return {
    put(at, metres, { pan }) {
      shape.setLatLng(at).setRadius(metres).addTo(map);
      if (pan || !map.getBounds().contains(shape.getBounds())) map.fitBounds(shape.getBounds(), { animate: false, padding: [16, 16] });
    },
  };
}

/** A slider beside the number: its steps grow, because 50 metres matter in a street and not in a town. */
function makeSlider(radius) {
  const box = document.getElementById("slider");
  const input = document.createElement("input");
  Object.assign(input, { type: "range", min: 0, max: STEPS, step: 1, id: "radius-slider" });
  input.setAttribute("aria-label", box.dataset.say);
  const show = (metres) => {
    input.value = String(Math.round((STEPS * Math.log(metres / SMALLEST)) / Math.log(LARGEST / SMALLEST)));
    input.setAttribute("aria-valuetext", inWords(metres));
  };
  input.addEventListener("input", () => {
    const exact = SMALLEST * (LARGEST / SMALLEST) ** (Number(input.value) / STEPS);
    const step = exact < 200 ? 10 : exact < 1000 ? 50 : 100;
    radius.value = String(Math.min(LARGEST, Math.max(SMALLEST, Math.round(exact / step) * step)));
    input.setAttribute("aria-valuetext", inWords(Number(radius.value)));
    radius.dispatchEvent(new Event("input", { bubbles: true }));
  });
  show(Math.min(LARGEST, Math.max(SMALLEST, Number(radius.value) || SMALLEST)));
  box.append(input);
  box.hidden = false;
  // While the slider itself moves, it must not jump to the rounded number.
  return { show: (metres) => { if (document.activeElement !== input) show(metres); } };
}

function inWords(metres) {
  return metres < 1000 ? `${metres}\u00a0m` : `${(metres / 1000).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })}\u00a0km`;
}
