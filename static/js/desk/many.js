// Many at once: which are chosen, by keys, by ticks and by the circle, and the one decision about all of them.

import { post, refusalOf } from "./asking.js";
import { forget, putEmpty, show, shown } from "./front.js";
import * as list from "./list.js";
import { explain, say, sayAloud, sentence } from "./saying.js";
import { addBar, removeBar } from "./undo.js";

const bar = () => document.getElementById("many-bar");
const boxes = () => [...(list.side()?.querySelectorAll("[name=chosen]") ?? [])];
const boxOf = (reference) => list.row(reference)?.querySelector("[name=chosen]");

/** Whether anything is chosen, so that the keys are about that. */
export const isChoosing = () => boxes().some((box) => box.checked);

/** Follows the ticks and the buttons of the form. */
export function startChoosing() {
  const form = document.getElementById("many");
  if (!form) return;
  bar().hidden = true;
  bar().classList.add("many--followed");
  bar().querySelector("[data-chosen]").hidden = false;
  document.getElementById("workbench").addEventListener("change", (event) => {
    if (event.target.matches("[name=chosen], [name=all]")) tell();
  });
  document.getElementById("workbench").addEventListener("gatami:listed", tell);
  form.querySelector("[data-clears]").addEventListener("click", chooseNone);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, event.submitter);
  });
  tell();
}

/** Chooses the report, or no longer. */
export function toggle(reference) {
  const box = boxOf(reference);
  if (box) box.checked = !box.checked;
  tell();
}

/** Chooses this one too, when the choice is drawn on with the keys. */
export function add(reference) {
  const box = boxOf(reference);
  if (box) box.checked = true;
  tell();
}

/** Chooses all that are shown. */
export function chooseAll() {
  boxes().forEach((box) => { box.checked = true; });
  tell();
}

/** Chooses exactly those for which `wanted(row)` holds; how many that are. */
export function chooseWhere(wanted) {
  list.rows().forEach((row) => { row.querySelector("[name=chosen]").checked = wanted(row); });
  tell();
  return boxes().filter((box) => box.checked).length;
}

/** Chooses nothing. */
export function chooseNone() {
  const hadFocus = bar().contains(document.activeElement);
  boxes().forEach((box) => { box.checked = false; });
  const all = document.getElementById("many-all");
  if (all) all.checked = false;
  tell();
  if (hadFocus) document.getElementById("main").focus();
}

function tell() {
  const chosen = boxes().filter((box) => box.checked).length;
  const all = document.getElementById("many-all")?.checked;
  const form = bar();
  form.hidden = !chosen;
  document.getElementById("workbench").toggleAttribute("data-many", chosen > 0);
  form.open = form.open || chosen > 0;
  form.querySelector("[data-clears]").hidden = false;
  const words = sentence("sayChosen", { n: all ? list.side().dataset.total : chosen });
  const line = form.querySelector("[data-chosen]");
  if (chosen && line.textContent !== words) sayAloud(words);
  line.textContent = words;
  document.dispatchEvent(new CustomEvent("gatami:chosen"));
}

async function send(form, button) {
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  button?.setAttribute("aria-busy", "true");
  try {
    const answer = await post(form.action, new FormData(form, button), "decision");
    if (!answer.ok) throw await refusalOf(answer);
    await done(await answer.json());
  } catch (error) {
    say(explain(error), { calm: false });
  } finally {
    delete form.dataset.busy;
    button?.removeAttribute("aria-busy");
  }
}

/** One undo for all of them. */
export async function undoMany(form) {
  try {
    const answer = await post(form.action, new FormData(form), "decision");
    if (!answer.ok) throw await refusalOf(answer);
    removeBar(form);
    await done(await answer.json());
  } catch (error) {
    say(explain(error), { calm: false });
  }
}

async function done(answer) {
  bar().querySelectorAll("details[open]").forEach((panel) => { panel.open = false; });
  bar().querySelectorAll("textarea").forEach((field) => { field.value = ""; });
  forget(answer.references);
  chooseNone();
  addBar(answer.undo);
  if (answer.say) say(answer.say);
  await list.refresh(shown());
  const next = list.row(shown()) ? shown() : list.after(shown()) || list.rows()[0]?.dataset.reference;
  document.getElementById("nothing-left").hidden = Boolean(next);
  if (next) {
    forget([next]);
    await show(next, { push: next !== shown() });
  } else putEmpty();
}
