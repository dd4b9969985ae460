// A form that was left half filled in is filled in again: its words, the place with its pin, the kind with its questions.

import { forget as forgetPhotos } from "../photo/memory.js";
import { forgetDraft, isSeenAgain, readDraft, writeDraft } from "./draft_memory.js";

const PATIENCE_MS = 250;
// They belong to the page itself, to the photo field, or to a moment that has passed.
const NOT_KEPT = new Set(["csrf_token", "photos", "photo_files", "remove_photo", "second_thought", "asked", "made", "seen", "proposed", "do", "language"]);
const HIDDEN = ["pin", "not_lamp", "written_at"];

/** Before the form's other parts start: the fields. Gives what is to be called after them: it tells them of it. */
export function bringBack(form) {
  follow(form);
  const draft = readDraft();
  const fits = isSeenAgain() && draft && draft.search === location.search && !isMended();
  if (fits && draft.sent) sayWhatWasSent(form, draft.sent);
  if (!fits || draft.sent) return () => {};
  const values = grouped(draft.fields);
  empty(form);
  for (const [name, [value]] of values) {
    const field = form.elements[name];
    const kind = name === "category" && form.querySelector(`[name=category][value="${CSS.escape(value)}"]`);
    if (kind) kind.checked = true;
    else if (field?.tagName) field.value = value;
  }
  form.elements.address.dataset.filled = draft.filled ?? "";
  return () => {
    giveAnswers(form, values);
    for (const name of HIDDEN) form.elements[name].value = values.get(name)?.[0] ?? "";
    tell(form);
    offerToStartAgain(form);
  };
}

/** A report that waited on this phone has its own words. */
function isMended() {
  return location.hash.startsWith("#mend=");
}

function grouped(fields) {
  const values = new Map();
  for (const [name, value] of fields) values.set(name, [...(values.get(name) ?? []), value]);
  return values;
}

/** As the server made it, and not as the browser remembers it: that forgets the pin and the questions, and keeps the rest. */
function empty(form) {
  form.reset();
  for (const name of [...HIDDEN, "asked", "proposed"]) form.elements[name].value = "";
}

/** The questions stand there by now; what depends on an answer follows it. */
function giveAnswers(form, values) {
  const chosen = form.querySelector("[name=category]:checked");
  chosen?.dispatchEvent(new Event("change", { bubbles: true }));
  for (const field of form.querySelectorAll("#about-category [name]")) {
    const given = values.get(field.name) ?? [];
    if (["radio", "checkbox"].includes(field.type)) field.checked = given.includes(field.value);
    else field.value = given[0] ?? "";
    if (field.checked || (field.type === "text" && field.value)) field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function tell(form) {
  const { lat, lon, description, name, email, phone } = form.elements;
  const [north, east] = [lat, lon].map(({ value }) => Number(value.replace(",", ".")));
  if (lat.value && lon.value && Number.isFinite(north + east)) {
    document.dispatchEvent(new CustomEvent("gatami:choose", { detail: { lat: north, lon: east, pan: true, by: "draft" } }));
  }
  if (name.value || email.value || phone.value) document.getElementById("contact").open = true;
  description.dispatchEvent(new Event("input", { bubbles: true }));
}

function follow(form) {
  let timer = 0;
  let touched = false;
  // What a browser remembers comes late, and without the pin and the questions; fields that it knows by name say so themselves.
  form.autocomplete = "off";
  function save() {
    clearTimeout(timer);
    // Kept on the phone, it is no draft any more.
    if (!touched || form.hidden || isMended()) return;
    const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && value && !NOT_KEPT.has(name));
    if (fields.length > 1) writeDraft({ search: location.search, fields, filled: form.elements.address.dataset.filled ?? "" });
  }
  function soon() {
    touched = true;
    clearTimeout(timer);
    timer = setTimeout(save, PATIENCE_MS);
  }
  for (const name of ["input", "change"]) form.addEventListener(name, soon);
  document.addEventListener("gatami:place", soon);
  document.addEventListener("visibilitychange", () => document.hidden && save());
  addEventListener("pagehide", () => { save(); touched = false; });
  form.addEventListener("gatami:fresh", () => { clearTimeout(timer); touched = false; });
  // The page as it was left, while its report has been sent.
  addEventListener("pageshow", (event) => { if (event.persisted && readDraft()?.sent) location.reload(); });
}

/** Another report than the one that was sent. */
function startEmpty(form) {
  empty(form);
  form.elements.key.value = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function offerToStartAgain(form) {
  document.getElementById("draft-kept").hidden = false;
  document.getElementById("draft-drop").addEventListener("click", () => {
    form.dispatchEvent(new CustomEvent("gatami:fresh"));
    forgetDraft();
    forgetPhotos();
    form.dataset.leaving = "";
    location.assign("/");
  });
}

function sayWhatWasSent(form, { reference, url }) {
  startEmpty(form);
  // Some browsers fill in what they remember only when all is loaded.
  addEventListener("pageshow", () => startEmpty(form), { once: true });
  const link = document.getElementById("draft-sent-link");
  link.textContent = reference;
  // Only to a page of ours.
  link.href = new URL(url, location.origin).pathname;
  document.getElementById("draft-sent").hidden = false;
}
