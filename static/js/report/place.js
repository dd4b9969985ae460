// Where it is: the map, the coordinates and the position of the phone lead to the same two fields.

import { chooseOnMap } from "./map.js";
import { findMe, canFindMe } from "./position.js";
import { offerSwap } from "./swap.js";

const DECIMALS = 6;

/** Follows the choice of a place. */
export function followPlace(form) {
  const fields = [form.elements.lat, form.elements.lon];
  const say = speaker();
  const place = { map: null };

  function choose(lat, lon, { words = say.words.sayPlaced, pan = false, by = "", vague = false } = {}) {
    fields[0].value = lat.toFixed(DECIMALS);
    fields[1].value = lon.toFixed(DECIMALS);
    place.map?.put(lat, lon, { pan });
    say(words);
    // Other parts of the form follow the place by this; `by` names the part that chose it, where it was not a person.
    document.dispatchEvent(new CustomEvent("gatami:place", { detail: { lat, lon, by } }));
    check(lat, lon, say, vague);
  }

  for (const field of fields) {
    field.addEventListener("change", () => {
      const point = read(fields);
      if (point === null) say(say.words.sayNone, "problem");
      else if (point) choose(...point, { pan: true });
    });
  }
  chooseOnMap(document.getElementById("map"), { choose, start: read(fields) }).then(
    (map) => {
      place.map = map;
      // It may have moved while the map was on its way.
      const at = read(fields);
      if (at) map.put(...at, { pan: true });
      document.dispatchEvent(new CustomEvent("gatami:map", { detail: map }));
      document.getElementById("use-middle").addEventListener("click", () => choose(...map.middle()));
    },
    () => say(say.words.sayNomap),
  );
  // Other parts choose a place by this: {lat, lon, words, pan, by, vague}; `vague` is a place such as a street.
  document.addEventListener("gatami:choose", ({ detail }) => choose(detail.lat, detail.lon, detail));
  document.addEventListener("gatami:start", () => {
    const start = read(fields);
    // Once: where the pin has just moved onto a lamp, its place is asked about already.
    if (start && !asked) check(...start, say);
  });
  offerMyPosition(choose, say);
}

function offerMyPosition(choose, say) {
  const button = document.getElementById("locate");
  document.getElementById("map-tools").hidden = false;
  button.hidden = !canFindMe();
  button.addEventListener("click", async () => {
    say(say.words.saySearching);
    button.setAttribute("aria-busy", "true");
    const found = await findMe();
    button.removeAttribute("aria-busy");
    if (found.problem) say(say.words[found.problem], "problem");
    else choose(found.lat, found.lon, { words: say.words.sayFound.replace("{n}", found.metres), pan: true });
    // On a phone the map is below the fold, and whoever cannot see the pin cannot tell that it is wrong.
    if (!found.problem) document.getElementById("map").scrollIntoView({ block: "nearest" });
  });
}

/** Both fields as numbers; undefined while one is empty, null when they are no numbers. */
function read(fields) {
  let texts = fields.map((field) => field.value.trim());
  if (texts[0] && !texts[1]) texts = texts[0].split(/,\s+|;\s*|\s+/);
  if (texts.length !== 2 || !texts[0] || !texts[1]) return undefined;
  const numbers = texts.map((text) => Number(text.replace(",", ".").replace("°", "")));
  const fits = Math.abs(numbers[0]) <= 90 && Math.abs(numbers[1]) <= 180;
  return fits ? numbers : null;
}

function speaker() {
  const line = document.getElementById("place-status");
  const say = (words, kind = "") => {
    line.textContent = words;
    line.dataset.kind = kind;
  };
  say.words = line.dataset;
  return say;
}

let asked = 0;

/** Outside our area the page says so at once, and whom to ask; the server decides, and again when the form is sent. */
async function check(lat, lon, say, vague = false) {
  const mine = ++asked;
  const box = document.getElementById("outside");
  try {
    const answer = await fetch(`/place?lat=${lat}&lon=${lon}`, { headers: { accept: "application/json" } });
    const facts = await answer.json();
    if (mine !== asked || !answer.ok) return;
    box.hidden = facts.inside;
    if (!facts.inside) tell(facts, say);
    offerSwap(facts.swapped, lat, lon);
    document.dispatchEvent(new CustomEvent("gatami:facts", { detail: { lat, lon, vague, ...facts } }));
    // A register has just told whose road it is: who gets the report may be somebody else now.
    if (facts.fresh) document.getElementById("report").dispatchEvent(new CustomEvent("gatami:again"));
  } catch {
    // Without a network the server says it when the form is sent.
  }
}

function tell(facts, say) {
  document.getElementById("outside-text").textContent = facts.swapped ? "" : facts.text;
  document.getElementById("outside-contacts").replaceChildren(...(facts.swapped ? [] : facts.contacts.map(contact)));
  // Whom to ask stands in the box, and is said there only.
  const swapped = facts.swapped ? ` ${say.words.saySwapped}` : "";
  say(facts.nowhere ? facts.text : say.words.sayOutside + swapped, "problem");
}

function contact({ name, phone, url }) {
  const line = document.createElement("li");
  line.append(url ? link(url, name) : name);
  if (phone) line.append(" ", link(`tel:${phone.replaceAll(" ", "")}`, phone));
  return line;
}

function link(href, text) {
  const anchor = document.createElement("a");
  anchor.href = href;
  anchor.textContent = text;
  return anchor;
}
