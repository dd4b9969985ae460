// The page of a planned round: changes without loading it anew, stops dragged by pointer or moved by keyboard, the map.
// Each form of the page is sent as it is; the answer is the page, and its part is put in the place of the old one.

import { reordering } from "./round_drag.js";
import { bringForward, drawRound } from "./round_map.js";

const live = document.querySelector("[data-plan-live]");
let busy = false;

function part() {
  return document.querySelector("[data-round-part]");
}

function say(words) {
  live.textContent = "";
  requestAnimationFrame(() => { live.textContent = words; });
}

function told(kind, values) {
  const words = live.dataset[kind];
  say(Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), words));
}

function keepChosen(field, value) {
  if (field?.type === "checkbox") field.checked = true;
  else if (field && [...field.options].some((option) => option.value === value)) field.value = value;
}

/** Puts the new part in, keeps the map and the focus, and reads out what is new, beside the heading `near`. */
function swap(html, near) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const next = fresh.querySelector("[data-round-part]");
  if (!next) return false;
  const map = part().querySelector("[data-plan-map]");
  const focus = document.activeElement?.id;
  const unfolded = [...part().querySelectorAll("details[open][id]")].map(({ id }) => id);
  const chosen = [...part().querySelectorAll("[form=round-form]:is(input:checked, select)")].map(({ id, value }) => ({ id, value }));
  next.querySelector("[data-plan-map]")?.replaceWith(map);
  part().replaceWith(next);
  const flash = fresh.querySelector(".flash");
  document.querySelector(".flash")?.remove();
  // Where the button was: whoever works at the end of a long page sees what came of it.
  const beside = near ? document.getElementById(near) : null;
  if (flash) (beside ?? next.querySelector(".plan-list") ?? next)[beside ? "after" : "prepend"](flash);
  for (const { id, value } of chosen) keepChosen(next.querySelector(`#${id}`), value);
  for (const id of unfolded) next.querySelector(`#${id}`)?.setAttribute("open", "");
  begin();
  const again = focus ? document.getElementById(focus) : null;
  if (again && !again.disabled) again.focus({ preventScroll: true });
  else if (beside) beside.focus({ preventScroll: true });
  // The button of a stop that was taken off is gone with it; what takes that back is at hand.
  else if (focus?.startsWith("off-")) next.querySelector("[data-undo]")?.focus();
  const words = next.querySelector("[data-said]") ?? flash;
  if (words) {
    // Read by the live region of the page; an alert that comes with the part may be missed.
    say(words.textContent.replace(/\s+/g, " ").trim());
    next.querySelector("[data-said]")?.scrollIntoView({ block: "nearest" });
  }
  drawRound(map);
  return true;
}

/** Sends a form as the browser would. A page of another address is opened as usual. */
async function send(action, body, near) {
  if (busy) return false;
  busy = true;
  part().classList.add("round-busy");
  try {
    const answer = await fetch(action, { method: "POST", body, headers: { accept: "text/html" } });
    const here = new URL(answer.url).pathname;
    if (answer.redirected && here !== window.location.pathname) {
      window.location.assign(answer.url);
      return true;
    }
    const html = await answer.text();
    if (swap(html, near)) return true;
    window.location.reload();
    return false;
  } catch {
    say(live.dataset.sayLost);
    return false;
  } finally {
    busy = false;
    part().classList.remove("round-busy");
  }
}

/** The id of the heading of the part of the page that something stands in. */
function sectionOf(element) {
  return element.closest("section[aria-labelledby]")?.getAttribute("aria-labelledby");
}

function onSubmit(event) {
  const form = event.target;
  if (!part().contains(form) || event.defaultPrevented || form.method !== "post") return;
  event.preventDefault();
  const button = event.submitter;
  send(button?.hasAttribute("formaction") ? button.formAction : form.action, new FormData(form, button), sectionOf(button ?? form));
}

function sendOrder(ids) {
  const form = document.getElementById("round-form");
  const body = new FormData(form);
  body.delete("order");
  for (const id of ids) body.append("order", id);
  return send(form.action, body);
}

function begin() {
  const stops = part().querySelector("[data-stops]");
  if (!stops) return;
  const help = part().querySelector("[data-drag-help]");
  help.hidden = !stops.querySelector("[data-handle]");
  reordering(stops, { done: sendOrder, told });
}

function showOnMap({ target }) {
  const row = target.closest?.("tr[id^=stop-]");
  if (row) bringForward(document.querySelector("[data-plan-map]"), row.id.slice("stop-".length));
}

document.addEventListener("submit", onSubmit);
for (const kind of ["pointerover", "focusin"]) document.addEventListener(kind, showOnMap);
begin();
drawRound(document.querySelector("[data-plan-map]"));
