// Which lamp the report is about: tapped on the map, snapped to by the pin, or chosen from the list; and not that one.

import { showLamps } from "../map/lamps.js";

const NUMBER = "answers.mast";

/** Follows map, place and what the server says about the lamps there. */
export function followLamps(form) {
  const words = document.getElementById("map").dataset;
  const picked = { number: "", filled: "" };
  let focusLamp = false;

  function place(lamp, { by, say = "", pan = false }) {
    document.dispatchEvent(new CustomEvent("gatami:choose", {
      detail: { lat: Number(lamp.lat), lon: Number(lamp.lon), words: say, pan, by },
    }));
  }
  function take(lamp, { pan = false } = {}) {
    empty(form, picked);
    form.elements.not_lamp.value = "";
    picked.number = lamp.number ?? "";
    place(lamp, { by: "lamp", say: spoken(lamp, words), pan });
    fill(form, picked);
  }
  function snap() {
    const found = document.querySelector("#lamp[data-snap]");
    if (!found) return;
    const before = form.elements.lat.value;
    form.elements.pin.value = before ? `${before},${form.elements.lon.value}` : "";
    const name = found.querySelector("strong")?.textContent ?? "";
    place(found.dataset, { by: "snap", say: words.sayAtLamp.replace("{n}", name), pan: true });
  }
  function refuse(id) {
    const [lat, lon] = form.elements.pin.value.split(",");
    empty(form, picked);
    form.elements.not_lamp.value = id;
    if (lon === undefined) form.dispatchEvent(new CustomEvent("gatami:again"));
    else place({ lat, lon }, { by: "refused", say: words.sayBack, pan: true });
  }

  document.addEventListener("gatami:map", ({ detail }) => drawOn(detail.leaflet, take, words));
  document.addEventListener("gatami:place", ({ detail }) => { if (!detail.by) empty(form, picked); });
  // Similar reports that the page puts first are looked at in peace.
  document.addEventListener("gatami:start", () => { if (!document.getElementById("similar-first")) snap(); });
  document.addEventListener("gatami:here", () => {
    fill(form, picked);
    snap();
    if (focusLamp) document.getElementById("lamp")?.focus();
    focusLamp = false;
  });
  form.addEventListener("change", ({ target }) => {
    if (target.name === NUMBER) Object.assign(picked, { number: "", filled: "" });
    if (target.name === NUMBER || target.name === "category") form.elements.not_lamp.value = "";
    if (target.name === "category") fill(form, picked);
  });
  // These buttons send the form where there is no script.
  document.getElementById("here").addEventListener("click", (event) => {
    const button = event.target.closest("button[data-lamp], button[data-not-lamp]");
    if (!button) return;
    event.preventDefault();
    focusLamp = true;
    if (button.dataset.notLamp) refuse(button.dataset.notLamp);
    else take(button.dataset, { pan: true });
  });
}

/** The number of the lamp that was chosen, where it is asked for and nobody wrote another one. */
function fill(form, picked) {
  const field = form.elements[NUMBER];
  if (!field || !picked.number || (field.value && field.value !== picked.filled)) return;
  field.value = picked.filled = picked.number;
}

/** Another place: what the former lamp brought with it goes. A lamp that was refused stays so, else the pin snaps back. */
function empty(form, picked) {
  const field = form.elements[NUMBER];
  if (field && picked.filled && field.value === picked.filled) field.value = "";
  Object.assign(picked, { number: "", filled: "" });
  form.elements.pin.value = "";
}

function drawOn(map, choose, words) {
  const legend = document.getElementById("lamp-legend");
  showLamps(map, {
    choose,
    describe: (lamp) => describe(lamp, words),
    told({ shown, truncated }) {
      legend.hidden = shown === 0;
      document.getElementById("lamp-more").hidden = !truncated;
    },
  });
}

function nameOf({ number, street }, words) {
  if (number) return words.sayLamp.replace("{n}", number);
  return street ? words.sayLampAt.replace("{n}", street) : words.sayLampThere;
}

function spoken(lamp, words) {
  const placed = words.sayAtLamp.replace("{n}", nameOf(lamp, words));
  return lamp.reference ? `${placed} ${words.sayLampReported}` : placed;
}

function describe(lamp, words) {
  const box = document.createElement("div");
  const title = document.createElement("strong");
  title.textContent = nameOf(lamp, words);
  box.append(title);
  if (lamp.reference) box.append(line(`${words.sayLampReported} ${ago(lamp.days)}`), link(lamp, words));
  return box;
}

function line(text) {
  const made = document.createElement("p");
  made.textContent = text;
  return made;
}

function link({ reference }, words) {
  const made = document.createElement("a");
  made.href = `/reports/${encodeURIComponent(reference)}`;
  made.textContent = words.saySee;
  return made;
}

function ago(days = 0) {
  const said = new Intl.RelativeTimeFormat([document.documentElement.lang, "nb"], { numeric: "auto" }).format(-days, "day");
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
}
