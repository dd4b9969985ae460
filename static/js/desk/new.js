// A report for somebody on the phone, by keyboard in the order of the call: what, where, questions, words, who.
// Enter in the kind takes the best one and goes to the place; Enter there goes on to the questions; Ctrl+Enter sends.

import { takePhotos } from "../photo/field.js";
import { followSearches } from "../search.js";
import { findKinds } from "./kinds.js";
import { start as showMap } from "./map.js";

const form = document.getElementById("new-report");
const token = form.elements.csrf_token.value;
const PATIENCE_MS = 250;
const DIGITS = 8;

/** Posts in the body: what is said on the phone may stand in no address. */
async function ask(path, fields, signal) {
  const body = new URLSearchParams({ csrf_token: token, ...fields });
  const answer = await fetch(`/staff/reports/new/${path}`, { method: "POST", body, signal });
  if (!answer.ok) throw new Error(answer.status);
  return answer;
}

/** Puts a part of the page that the server made in place of what the box held. */
async function fill(box, answer) {
  box.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
}

/** Only the last of several questions is answered. */
function inTurn(wait) {
  let timer = 0;
  let stop = new AbortController();
  return (work) => {
    clearTimeout(timer);
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    timer = setTimeout(() => work(signal).catch(() => {}), wait);
  };
}

function showKind(code) {
  const kept = document.querySelector(`#kinds template[data-category="${CSS.escape(code)}"]`);
  for (const [box, part] of [["about-category", "[data-stops]"], ["questions", "[data-questions]"]]) {
    const filled = kept?.content.querySelector(part).cloneNode(true);
    document.getElementById(box).replaceChildren(...(filled ? filled.childNodes : []));
  }
  form.elements.asked.value = code;
  lookAround();
}

const aroundInTurn = inTurn(0);
function lookAround() {
  const { category, lat, lon } = form.elements;
  const answers = [...new FormData(form)].filter(([name, value]) => name.startsWith("answers.") && value);
  aroundInTurn(async (signal) => {
    const fields = { category: category.value, lat: lat.value, lon: lon.value, ...Object.fromEntries(answers) };
    const answer = await ask("around", fields, signal);
    await fill(document.getElementById("caller-here"), answer);
  });
}

const callerInTurn = inTurn(PATIENCE_MS);
function lookForCaller() {
  const { phone, email, name } = form.elements;
  const known = phone.value.replace(/\D/g, "").length >= DIGITS || /@.+\../.test(email.value);
  if (!known) return;
  callerInTurn(async (signal) => {
    const answer = await ask("caller", { phone: phone.value, email: email.value }, signal);
    const box = document.getElementById("caller-earlier");
    await fill(box, answer);
    const use = box.querySelector("[data-known-name]");
    if (!use || (name.value && email.value)) return;
    use.hidden = false;
    use.querySelector("button").addEventListener("click", () => {
      name.value ||= use.dataset.knownName;
      email.value ||= use.dataset.knownEmail;
      use.hidden = true;
      name.focus();
    });
  });
}

function goOn() {
  const first = document.querySelector("#questions input, #questions select, #questions textarea");
  (first ?? form.elements.description).focus();
}

form.elements.category.addEventListener("change", (event) => showKind(event.target.value));
form.elements.phone.addEventListener("input", lookForCaller);
form.elements.email.addEventListener("change", lookForCaller);
form.addEventListener("change", (event) => {
  if (event.target.name?.startsWith("answers.") || ["lat", "lon"].includes(event.target.name)) lookAround();
});
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector(".sticky-actions button"));
});
document.addEventListener("gatami:choose", ({ detail }) => {
  lookAround();
  // A street is not yet where it is: then the words for the place come next.
  if (document.activeElement?.id === "place-search") detail.vague ? form.elements.address.focus() : goOn();
});
for (const id of ["place-lat", "place-lon"]) document.getElementById(id).addEventListener("input", lookAround);
document.getElementById("desk-map")?.addEventListener("click", () => setTimeout(lookAround));

findKinds(document.querySelector("[data-kind-finder]"), {
  ask: async (words, signal) => (await ask("kinds", { words }, signal)).json(),
  choose: (code) => {
    form.elements.category.value = code;
    showKind(code);
    document.getElementById("place-search").focus();
  },
});
followSearches();
takePhotos(document.getElementById("photos"));
showMap(form);
