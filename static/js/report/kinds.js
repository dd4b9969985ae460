// Finds kinds of reports by any word for them while it is typed, and guesses them from the first words of the description.

import { choose } from "./enter.js";

const PATIENCE_MS = 180;
const SLOW_TYPING_MS = 600;
const FEWEST_LETTERS = 2;
const MOST_LOCAL = 8;

/** Follows the search field and the description; what is chosen is the same radio button as in the tiles. */
export function followKinds(form) {
  followSearch(form);
  followWords(form);
}

function followSearch(form) {
  const field = form.elements.kind;
  const box = document.getElementById("kind-hits");
  const status = document.getElementById("kind-status");
  const ask = inTurn(PATIENCE_MS, (signal) => fetch(`/kinds?${new URLSearchParams({ q: field.value })}`, { signal }));
  document.getElementById("find-kind").hidden = true;

  field.addEventListener("input", () => {
    if (field.value.trim().length < FEWEST_LETTERS) {
      ask.stop();
      show(form, box, status, []);
      return;
    }
    ask.soon((parts) => show(form, box, status, parts ?? named(form, field.value, status.dataset)));
  });
  field.addEventListener("keydown", (event) => {
    // Enter would press the form's first button; here it leads to what was found.
    if (event.key === "Enter") event.preventDefault();
    if (event.key !== "Enter" && event.key !== "ArrowDown") return;
    const first = box.querySelector("input:checked") ?? box.querySelector("input");
    if (!first) return;
    event.preventDefault();
    first.focus();
    // An arrow that comes to a radio button chooses it, here as everywhere.
    if (event.key === "ArrowDown") choose(first);
  });
}

/** The words for the screen reader go where they are read out; the choices below. */
function show(form, box, status, parts) {
  const chosen = form.querySelector("input[name=category]:checked")?.value;
  const said = parts.find((part) => part.hasAttribute("data-status"));
  status.textContent = said?.textContent ?? "";
  const choices = parts.filter((part) => part !== said);
  for (const radio of choices.flatMap((part) => [...part.querySelectorAll("input")])) radio.checked = radio.value === chosen;
  box.replaceChildren(...choices);
  // A radio button that was replaced takes the choice with it.
  if (chosen && !form.querySelector("input[name=category]:checked")) radioOf(form, chosen).checked = true;
}

/** Without a network: the names that stand on the page, with a mistake in neither. */
function named(form, words, say) {
  const wanted = plain(words);
  const known = new Map();
  for (const radio of form.querySelectorAll(".tiles input[name=category], #all-kinds input[name=category]")) {
    known.set(radio.value, radio.closest("label") ?? radio.labels[0]);
  }
  const fitting = [...known].filter(([, label]) => plain(label.textContent).includes(wanted)).slice(0, MOST_LOCAL);
  const status = document.createElement("p");
  status.dataset.status = "";
  status.textContent = fitting.length ? say.sayOffline : say.sayNone;
  const list = document.createElement("div");
  list.className = "choices";
  list.append(...fitting.map(([code, label]) => choice(code, label.textContent.trim())));
  return [status, list];
}

function choice(code, name) {
  const field = document.createElement("div");
  const radio = document.createElement("input");
  const label = document.createElement("label");
  field.className = "ds-field";
  radio.type = "radio";
  radio.className = "ds-input";
  radio.name = "category";
  radio.value = code;
  radio.id = `kind-local-${code}`;
  label.className = "ds-label";
  label.htmlFor = radio.id;
  label.textContent = name;
  field.append(radio, label);
  return field;
}

function followWords(form) {
  const field = form.elements.description;
  const box = document.getElementById("kinds-proposed");
  const free = () => !form.querySelector("input[name=category]:checked");
  const ask = inTurn(SLOW_TYPING_MS, (signal) => {
    const body = new URLSearchParams({ words: field.value.slice(0, 300), csrf_token: form.elements.csrf_token.value });
    return fetch("/kinds", { method: "POST", body, signal });
  });

  field.addEventListener("input", () => {
    if (!free() || field.value.trim().length <= FEWEST_LETTERS) {
      ask.stop();
      return;
    }
    ask.soon((parts) => {
      // The same answer again would be read out again, and take the focus from a button.
      if (parts && free() && words(parts) !== words([...box.children])) box.replaceChildren(...parts);
    });
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "category") box.replaceChildren();
  });
  box.addEventListener("click", (event) => {
    const button = event.target.closest("[data-kind]");
    if (!button) return;
    const name = button.textContent.trim();
    const radio = radioOf(form, button.dataset.kind);
    if (radio) choose(radio);
    box.replaceChildren(...confirmed(name, box.dataset));
    (box.querySelector("a") ?? field).focus();
  });
}

function confirmed(name, say) {
  const line = document.createElement("p");
  line.textContent = `${say.sayChosen.replace("{kind}", name)} `;
  if (document.querySelector("#about-category input, #about-category [data-stopper]")) {
    const link = document.createElement("a");
    link.href = "#about-category";
    link.textContent = say.sayQuestions;
    line.append(link);
  }
  return [line];
}

function radioOf(form, code) {
  return form.querySelector(`input[name=category][value="${CSS.escape(code)}"]`);
}

/** Asks once the typing rests; an answer that comes late, after another question, is dropped. */
function inTurn(patience, request) {
  let timer = 0;
  let last = new AbortController();
  function stop() {
    clearTimeout(timer);
    last.abort();
  }
  async function ask(then) {
    last = new AbortController();
    const { signal } = last;
    const parts = await request(signal).then(partsOf, () => null);
    if (!signal.aborted) then(parts);
  }
  return {
    stop,
    soon(then) {
      stop();
      timer = setTimeout(ask, patience, then);
    },
  };
}

/** The elements of an answer, read in a document of their own in which no script runs; null when it is no answer. */
async function partsOf(answer) {
  if (!answer.ok) return null;
  return [...new DOMParser().parseFromString(await answer.text(), "text/html").body.children];
}

function words(elements) {
  return elements.map((element) => element.textContent).join(" ");
}

function plain(text) {
  return text.toLowerCase().replaceAll("ø", "o").replaceAll("æ", "ae").normalize("NFKD").replace(/\p{Mark}/gu, "").trim();
}
