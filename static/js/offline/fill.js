// A report that waited goes back into the form, with everything in it; so does a link's ?category=&lat=&lon=&address=.

import { showErrors } from "./errors.js";
import { forget as forgetPhotos } from "../photo/memory.js";
import { load } from "./store.js";

// They belong to the page itself, or to a moment that has passed.
const OF_THE_PAGE = new Set(["asked", "made", "seen"]);

/** Opens the report of #mend=KEY: the server need not know which. */
export async function mend(form, words) {
  const key = wanted();
  const report = key ? await load(key) : undefined;
  if (!report?.fields) return;
  // One that is older than the server keeps keys is written anew.
  form.elements.key.value = report.old ? "" : report.key;
  form.elements.written_at.value = report.old ? "" : report.written_at;
  fill(form, report.fields);
  givePhotos(form, report.photos);
  const detail = report.old ? words.sayOld : report.problem;
  if (detail) showErrors(form, { errors: report.errors ?? [], detail, title: words.sayMend });
}

/** The key of the report to open, if the address names one. */
export function wanted() {
  return decodeURIComponent(/^#mend=(.+)$/.exec(location.hash)?.[1] ?? "");
}

/** What a link to the form says, where the server could not read it. */
export function fillFromLink(form) {
  const query = [...new URLSearchParams(location.search)];
  const known = ({ 0: name }) => ["category", "lat", "lon", "address"].includes(name) || name.startsWith("answers.");
  fill(form, query.filter(known));
}

function fill(form, fields) {
  const values = new Map();
  for (const [name, value] of fields) if (!OF_THE_PAGE.has(name)) values.set(name, [...(values.get(name) ?? []), value]);
  // The category first: its questions come with it.
  put(form, "category", values.get("category") ?? []);
  values.delete("category");
  for (const [name, given] of values) put(form, name, given);
}

function put(form, name, values) {
  const fields = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)].filter(({ tagName }) => tagName !== "BUTTON")
    // A kind may stand among the tiles and in the list: one of the two is chosen.
    .filter((field, at, all) => field.type !== "radio" || all.findIndex(({ value }) => value === field.value) === at);
  if (!fields.length && name !== "category") return values.forEach((value) => addHidden(form, name, value));
  let changed = null;
  fields.forEach((field, number) => {
    if (field.type === "radio" || field.type === "checkbox") {
      if (field.checked === values.includes(field.value)) return;
      field.checked = !field.checked;
      if (field.checked) changed = field;
    } else if (field.type !== "file" && field.value !== (values[number] ?? "")) {
      field.value = values[number] ?? "";
      changed = field;
    }
  });
  if (!changed) return undefined;
  const fold = changed.closest("details");
  if (fold) fold.open = true;
  changed.dispatchEvent(new Event("input", { bubbles: true }));
  changed.dispatchEvent(new Event("change", { bubbles: true }));
  return undefined;
}

/** What a script of the page had added stays part of the report, even when that script does not add it again. */
function addHidden(form, name, value) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = name;
  field.value = value;
  form.append(field);
}

/** Photos of which the phone has no more than the id stand in the list, where they can be seen and removed. */
function showSent(form, photos) {
  if (!photos.length) return;
  const told = new CustomEvent("gatami:photos", { detail: photos, cancelable: true });
  // Whoever shows them says so; what nobody shows must not be lost.
  if (form.querySelector("[data-photo-field]")?.dispatchEvent(told) === false) return;
  for (const { id } of photos) addHidden(form, "photos", id);
}

/** The form's own script takes photos as if they had just been chosen. */
function givePhotos(form, photos) {
  const field = document.getElementById("photo_files");
  // What the page remembers of a form that was left here is in the report too, or belongs to another one.
  forgetPhotos();
  form.querySelector("[data-photo-list]")?.replaceChildren();
  const chosen = new DataTransfer();
  for (const { bytes, type, name } of photos) if (bytes) chosen.items.add(new File([bytes], name || "photo.jpg", { type }));
  showSent(form, photos.filter(({ id, bytes }) => id && !bytes));
  if (!chosen.files.length) return;
  field.files = chosen.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}
