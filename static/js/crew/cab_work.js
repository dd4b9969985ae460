// What was done at a stop: minutes and material by a few taps on what is preset, photos, a note.

import { photoBox } from "./cab_photos.js";
import { make, part, say } from "./cab_say.js";

const LONGEST = 600;
const NEAR_MINUTES = 5;
const SOON_MS = 250;

/** The form below a stop. `failed(sentence)` is told what went wrong; `remember(draft)` keeps what was begun. */
export function workForm({ failed, remember }) {
  const form = part("work");
  const boxes = Object.fromEntries(["before", "after"].map((name) => [
    name, photoBox(form.querySelector(`[data-photos=${name}]`), { failed: () => failed(say("no_photo")), changed: () => keepSoon() }),
  ]));
  const words = document.getElementById("cab-words");
  const show = document.getElementById("cab-show");
  const minutes = stepper(part("minutes").firstElementChild, { least: 0, most: LONGEST, by: NEAR_MINUTES });
  // What was begun at a stop stays there while one looks at the next.
  const begun = new Map();
  let stop = null;
  let amounts = new Map();
  form.addEventListener("submit", (event) => event.preventDefault());
  let soon;
  const keepSoon = () => {
    clearTimeout(soon);
    soon = setTimeout(() => { leave(); if (stop) remember(begun.get(stop.id)); }, SOON_MS);
  };
  form.addEventListener("input", keepSoon);
  form.addEventListener("click", (event) => { if (event.target.closest("[data-step]")) keepSoon(); });

  function leave() {
    if (!stop) return;
    begun.set(stop.id, {
      stop_id: stop.id, words: words.value, show: show.checked, before: boxes.before.look(), after: boxes.after.look(),
      minutes: minutes.touched() ? minutes.value() : null, materials: new Map([...amounts].map(([code, amount]) => [code, amount.value()])),
    });
  }

  /** Shows what belongs to this stop; `spent` are the minutes since the crew came. */
  function open(next, { materials, spent }) {
    if (stop?.id === next.id) {
      if (!minutes.touched()) minutes.set(spent);
      return;
    }
    leave();
    stop = next;
    const kept = begun.get(next.id);
    words.value = kept?.words ?? "";
    show.checked = kept?.show ?? false;
    boxes.before.give(kept?.before ?? []);
    boxes.after.give(kept?.after ?? []);
    minutes.set(kept?.minutes ?? spent, { touched: kept?.minutes !== null && kept !== undefined });
    const wanted = kept?.materials ?? new Map(Object.entries(next.usual_materials ?? {}));
    showMaterials(materials, wanted);
  }

  function showMaterials(materials, wanted) {
    amounts = new Map();
    const rows = materials.map(({ code, name, unit }) => {
      const row = document.getElementById("cab-step").content.firstElementChild.cloneNode(true);
      const id = `cab-material-${code}`;
      row.firstElementChild.id = `${id}-name`;
      row.firstElementChild.textContent = unit ? `${name} (${unit})` : name;
      for (const button of row.querySelectorAll("button")) button.setAttribute("aria-describedby", `${id}-name`);
      row.querySelector("output").setAttribute("aria-labelledby", `${id}-name`);
      const amount = stepper(row, { least: 0, most: 999, by: 1 });
      amount.set(wanted.get(code) ?? 0);
      amounts.set(code, amount);
      row.hidden = !wanted.get(code);
      return row;
    });
    part("materials").replaceChildren(...rows);
    const more = form.querySelector("[data-do=more-materials]");
    more.hidden = rows.every(({ hidden }) => !hidden);
    more.onclick = () => {
      const first = rows.find(({ hidden }) => hidden);
      for (const row of rows) row.hidden = false;
      more.hidden = true;
      first?.querySelector("[data-step='1']").focus();
    };
  }

  /** {body, photos} of what stands in the form; material only counts where something was mended or touched. */
  function read(outcome) {
    const used = outcome === "done" ? [...amounts].map(([code, amount]) => [code, amount.value()]) : [...amounts].filter(([, amount]) => amount.touched()).map(([code, amount]) => [code, amount.value()]);
    const body = {
      words: words.value.trim(), show: show.checked, minutes: minutes.value(),
      materials: Object.fromEntries(used.filter(([, amount]) => amount > 0)),
    };
    return { body, photos: { photos: boxes.after.look(), before: boxes.before.look() } };
  }

  /** The tap is kept: the next one begins empty. Gives what stood there, for whoever takes the tap back. */
  function done() {
    clearTimeout(soon);
    leave();
    const draft = begun.get(stop?.id);
    begun.delete(stop?.id);
    stop = null;
    return draft;
  }

  /** What was begun before the page was closed. */
  function takeUp(drafts) {
    for (const draft of drafts) {
      begun.set(draft.stop_id, draft);
      if (stop?.id === draft.stop_id) stop = null;
    }
  }

  return { open, read, done, takeUp };
}

function stepper(row, { least, most, by }) {
  const output = row.querySelector("output");
  let value = 0;
  let touched = false;
  const write = () => { output.textContent = String(value); };
  for (const button of row.querySelectorAll("[data-step]")) {
    button.addEventListener("click", () => {
      touched = true;
      const up = Number(button.dataset.step);
      // The next multiple, so that odd minutes become round ones.
      value = Math.min(most, Math.max(least, up > 0 ? Math.floor(value / by) * by + by : Math.ceil(value / by) * by - by));
      write();
    });
  }
  return {
    value: () => value, touched: () => touched,
    set: (given, { touched: by_hand = false } = {}) => { value = given; touched = by_hand; write(); },
  };
}

/** What was noted at a stop that is done. */
export function workInWords({ minutes, materials = {}, note }, names) {
  const used = Object.entries(materials).map(([code, amount]) => `${amount} × ${names.get(code) ?? code}`);
  return [minutes ? say("minutes", { n: minutes }) : "", ...used, note ?? ""].filter(Boolean).join(" · ");
}

export const line = (text, looks) => make("p", { class: looks }, text);
