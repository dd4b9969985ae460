// Starting with a photo: where it was taken is shown, and becomes the place of the report when the person says yes.

import { createMap } from "../map/base.js";
import { leaflet } from "../leaflet.js";
import { beginningOf, hidesItsPlace } from "../photo/beginning.js";

const PATIENCE_MS = 15_000;

/** Offers the way in; `photos` is the form's photo field. */
export function startWithPhoto(form, photos) {
  const way = document.querySelector("#photo-first [data-first-way]");
  const status = document.querySelector("#photo-first [data-first-status]");
  const input = way.querySelector("input");
  const box = placeBox(form, { done: (words) => { status.textContent = words; } });
  way.hidden = false;
  input.disabled = false;
  // The camera's own file: a chooser that is told to take pictures only hands out copies without a place on some phones.
  input.addEventListener("change", () => {
    const [file] = input.files;
    input.value = "";
    if (file) begin(file);
  });

  async function begin(file) {
    box.hide();
    status.textContent = status.dataset.sayLooking;
    const { place, unreachable } = await ask(file, form.elements.csrf_token.value);
    const whole = !place && !unreachable && (await hidesItsPlace(file));
    const taken = photos.add([file], { place: whole, told: (answer) => { if (whole) answered(answer); } });
    if (!taken) status.textContent = status.dataset.sayFull;
    else if (!whole) answered({ place, unreachable, id: "" });
  }

  function answered(answer) {
    status.textContent = "";
    // What is no photo is told where the photos are.
    if (answer.id === undefined) document.getElementById("photos").scrollIntoView();
    else box.show(answer.place, answer);
  }
}

/** `{place}` or, without an answer, `{unreachable}`. */
async function ask(file, token) {
  try {
    const body = await beginningOf(file);
    if (!body) return { place: null };
    const headers = { "content-type": "application/octet-stream", "x-csrf-token": token };
    const answer = await fetch("/photos/position", { method: "POST", body, headers, signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok ? { place: await answer.json() } : { unreachable: true };
  } catch {
    return { unreachable: true };
  }
}

function placeBox(form, { done }) {
  const box = document.getElementById("photo-place");
  const part = (name) => box.querySelector(`[data-place-${name}]`);
  const title = document.getElementById("photo-place-title");
  const [yes, me, no] = [part("yes"), part("me"), part("no")];
  const locate = document.getElementById("locate");
  let place = null;
  let map = null;

  // Enter in a field of the form presses its first button that sends; that must be none of these.
  for (const button of [yes, no]) button.type = "button";
  const proposed = form.elements.proposed.value.split(",").map(Number);
  if (!box.hidden && proposed.length === 2) place = { lat: proposed[0], lon: proposed[1] };
  yes.addEventListener("click", () => {
    const words = document.querySelector("#photo-first [data-first-status]").dataset.sayHere;
    document.dispatchEvent(new CustomEvent("gatami:choose", { detail: { lat: place.lat, lon: place.lon, words, pan: true, by: "photo" } }));
    leave("what", words);
  });
  me.addEventListener("click", () => {
    locate.click();
    leave("where", "");
  });
  no.addEventListener("click", () => leave("where", ""));

  function hide() {
    box.hidden = true;
    form.elements.proposed.value = "";
  }
  function leave(next, words) {
    hide();
    done(words);
    const heading = document.getElementById(next);
    heading.tabIndex = -1;
    heading.focus();
  }
  function show(found, { unreachable }) {
    place = found;
    const state = !found ? "Nowhere" : found.inside ? "Here" : "Elsewhere";
    title.textContent = title.dataset[unreachable ? "sayUnknown" : `say${state}`];
    const say = part("notes").dataset;
    const notes = found?.notes ?? [unreachable ? say.sayNonetwork : say.sayNowhere];
    part("notes").replaceChildren(...notes.map(paragraph));
    part("near").textContent = found?.inside ? where(found, part("near").dataset.sayNear) : "";
    yes.hidden = state !== "Here";
    me.hidden = state !== "Nowhere" || !locate || locate.hidden;
    form.elements.proposed.value = state === "Here" ? `${found.lat}, ${found.lon}` : "";
    box.hidden = false;
    draw(state === "Here" ? found : null);
    box.focus();
  }
  async function draw(found) {
    const element = part("map");
    map?.remove();
    map = null;
    element.hidden = !found;
    if (!found) return;
    try {
      const L = await leaflet();
      map = await createMap(element, { lat: found.lat, lon: found.lon, zoom: 17 });
      const icon = L.divIcon({ className: "map-pin", iconSize: [40, 48], iconAnchor: [20, 48] });
      L.marker([found.lat, found.lon], { icon, interactive: false, keyboard: false }).addTo(map);
    } catch {
      // The address, or the coordinates, stand above it.
      element.hidden = true;
    }
  }
  return { show, hide };
}

function where({ near, lat, lon }, words) {
  const position = `(${lat.toFixed(5)}, ${lon.toFixed(5)})`;
  return near ? `${words.replace("{address}", near)} ${position}` : position;
}

function paragraph(text) {
  const made = document.createElement("p");
  made.textContent = text;
  return made;
}
