// The page of a planned round: changes without loading it anew, stops dragged by pointer or moved by keyboard, the map.
// Each form of the page is sent as it is; the answer is the page, and its part is put in the place of the old one.

import { reordering } from "./round_drag.js";
import { bringForward, drawRound } from "./round_map.js";
import { typedIn, typeInto } from "./round_typed.js";

const live = document.querySelector("[data-plan-live]");
let last = Promise.resolve();
let onTheWay = 0;

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

/** Puts the new part in, keeps the map, the focus and what was typed elsewhere, and reads out what is new, beside `near`. */
function swap(html, { near, form }) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const next = fresh.querySelector("[data-round-part]");
  if (!next) return false;
  const map = part().querySelector("[data-plan-map]");
  const focus = document.activeElement?.id;
  const typed = typedIn(part(), form);
  next.querySelector("[data-plan-map]")?.replaceWith(map);
  part().replaceWith(next);
  const flash = fresh.querySelector(".flash");
  document.querySelector(".flash")?.remove();
  // Where the button was: whoever works at the end of a long page sees what came of it.
  const beside = near ? document.getElementById(near) : null;
  if (flash) (beside ?? next.querySelector(".plan-list") ?? next)[beside ? "after" : "prepend"](flash);
  typeInto(next, typed);
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
async function send(action, body, pressed) {
  part().classList.add("round-busy");
  try {
    const answer = await fetch(action, { method: "POST", body, headers: { accept: "text/html" } });
    const here = new URL(answer.url).pathname;
    if (answer.redirected && here !== window.location.pathname) {
      window.location.assign(answer.url);
      return true;
    }
    if (swap(await answer.text(), pressed)) return true;
    window.location.reload();
    return false;
  } catch {
    say(live.dataset.sayLost);
    return false;
  } finally {
    part().classList.remove("round-busy");
  }
}

/** The round as the page shows it by now: what was pressed before an answer came is meant for what it brought. */
function refresh(body, keepOrder) {
  const now = new FormData(document.getElementById("round-form"));
  if (body.has("version")) body.set("version", now.get("version"));
  if (!body.has("order") || keepOrder) return;
  body.delete("order");
  for (const id of now.getAll("order")) body.append("order", id);
}

/** One change after the other: what is pressed while an answer is on its way is sent when it is there. */
function inTurn(action, body, pressed) {
  const waits = onTheWay > 0;
  onTheWay += 1;
  last = last.then(() => {
    if (waits && pressed.button?.id && !document.getElementById(pressed.button.id)) return false;
    if (waits) refresh(body, pressed.dragged || pressed.form.id !== "round-form");
    return send(action, body, pressed);
  }).finally(() => { onTheWay -= 1; });
  return last;
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
  const action = button?.hasAttribute("formaction") ? button.formAction : form.action;
  // What guards against sending a form twice does not know that this one holds the buttons of all stops.
  if (form.id === "round-form") delete form.dataset.sent;
  inTurn(action, new FormData(form, button), { form, button, near: sectionOf(button ?? form) });
}

function sendOrder(ids) {
  const form = document.getElementById("round-form");
  const body = new FormData(form);
  body.delete("order");
  for (const id of ids) body.append("order", id);
  return inTurn(form.action, body, { form, dragged: true });
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
