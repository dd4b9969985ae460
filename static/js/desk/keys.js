// One key for each common decision. A key presses what carries its name in data-key, so nothing can be done by key
// that can not be done by mouse. Keys do nothing while somebody writes, and can be turned off.

const SWITCH = "gatami-keys-off";
// A key that bounces must not decide about the report that has just come in front.
const BOUNCE_MS = 250;
const own = new Map();
const nobody = new Map();
let last = { key: "", at: 0 };
// A page that is on its way out takes no more keys: the next one was meant for the report that comes.
let leaving = false;
// While a report that was walked to is loading, a key is meant for that one; only steps go on at once.
const STEPS = ["j", "k", "J", "K"];
let coming = false;
let kept = "";
const WRITES = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

/** `act` is what this key does where nothing on the page carries it; "Ctrl+a" names two keys held together. */
export const when = (key, act) => own.set(key, act);

/** `act` is what this key does where it could do something but nothing on the page carries it now. */
export const otherwise = (key, act) => nobody.set(key, act);

/** Starts to listen; shows the button of the card. */
export function listenToKeys() {
  const card = document.getElementById("keys");
  const opener = document.querySelector("[data-opens-keys]");
  if (opener && card) {
    opener.hidden = false;
    opener.addEventListener("click", () => openCard(card));
  }
  keepSwitch(document.getElementById("keys-on"));
  document.addEventListener("keydown", (event) => onKey(event, card));
  document.addEventListener("submit", (event) => { leaving = !event.defaultPrevented; });
  window.addEventListener("pageshow", () => { leaving = false; });
}

function onKey(event, card) {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key === "Enter" && sendFromField(event)) return;
  const writes = event.target.closest?.(WRITES);
  if (card?.open || event.altKey) return;
  if (event.ctrlKey || event.metaKey) {
    if (!writes && !isOff() && own.has(`Ctrl+${event.key}`)) act(event, `Ctrl+${event.key}`);
    return;
  }
  if (event.key === "Escape") {
    if (closePanels(event)) return;
    if (own.has("Escape")) act(event, "Escape");
    else press(event);
    return;
  }
  if (isOff() || writes) return;
  if (event.key === "?") { openCard(card); return; }
  // Enter belongs to whatever has the focus; only when nothing has it does it mean the usual decision.
  if (event.key === "Enter" && !isNowhere(event.target)) return;
  if (leaving || document.querySelector("[data-busy]")) return;
  if (coming && !STEPS.includes(event.key)) {
    event.preventDefault();
    if (!event.repeat) kept = event.key;
    return;
  }
  if (own.has(event.key) && !event.repeat) act(event, event.key);
  else press(event);
}

/** From here until `arrived()` another report is on its way: one key that is pressed waits for it. */
export function isComing() {
  coming = true;
  kept = "";
}

/** The report stands there, or could not come (`came` false): the key that waited is pressed, or forgotten. */
export function arrived(came) {
  const key = came ? kept : "";
  coming = false;
  kept = "";
  if (key) document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}

function openCard(card) {
  card?.showModal();
  card?.scrollTo({ top: 0 });
}

function act(event, name) {
  if (own.get(name)() !== false) event.preventDefault();
}

/** What carries the key. As long as many are chosen the keys of the report in front rest. */
function carrierOf(key) {
  const found = [...document.querySelectorAll("[data-key]")]
    .filter((element) => element.dataset.key.split(" ").includes(key) && !element.disabled && element.checkVisibility());
  return found.find((element) => element.closest("#many")) ?? found.find((element) => !element.closest("[data-many] #front"));
}

function press(event) {
  const wanted = carrierOf(event.key);
  if (!wanted) {
    if (nobody.has(event.key)) nobody.get(event.key)();
    return;
  }
  event.preventDefault();
  const walks = wanted.matches("a");
  if (event.repeat && !walks) return;
  if (wanted.matches("details")) {
    openPanel(wanted);
    return;
  }
  // One step back is the page it was left from, as it stood there.
  if (wanted.hasAttribute("data-back") && document.referrer.startsWith(`${location.origin}/staff/queue`)) {
    history.back();
    return;
  }
  const bounced = !walks && last.key === event.key && event.timeStamp - last.at < BOUNCE_MS;
  last = { key: event.key, at: event.timeStamp };
  if (bounced) return;
  // Who takes the link's place stays on the page.
  let stays = false;
  const look = (click) => { stays = click.defaultPrevented; };
  document.addEventListener("click", look, { once: true });
  wanted.click();
  leaving = walks && !stays;
}

function openPanel(panel) {
  panel.open = true;
  const first = panel.querySelector("[data-first]") ?? panel.querySelector(".decision__form :is(input:not([type=hidden]), select, textarea)");
  (first ?? panel.querySelector("summary")).focus({ preventScroll: true });
  bringIntoSight(panel);
}

/** What the reporter wrote stays where it is read: beside it, only the column of decisions scrolls. */
function bringIntoSight(panel) {
  const column = panel.closest(".desk-report__decide");
  if (!column || getComputedStyle(column).overflowY !== "auto") {
    panel.scrollIntoView({ block: "nearest" });
    return;
  }
  const [box, inside] = [panel.getBoundingClientRect(), column.getBoundingClientRect()];
  const foot = Math.min(inside.bottom, window.innerHeight);
  if (box.bottom > foot) column.scrollTop += Math.min(box.bottom - foot + 8, box.top - inside.top);
  else if (box.top < inside.top) column.scrollTop -= inside.top - box.top;
}

function closePanels(event) {
  const panel = event.target.closest?.("details.decision[open]") ?? document.querySelector("details.decision[open]");
  if (!panel) return false;
  event.preventDefault();
  panel.open = false;
  document.activeElement?.blur();
  return true;
}

/** Enter in a list of choices, and Ctrl+Enter in any field of a decision, send the form they are in. */
function sendFromField(event) {
  const field = event.target;
  const held = event.ctrlKey || event.metaKey;
  const sends = field.matches?.("[data-send-on-enter]") || (held && field.matches?.("textarea, details :is(input, select)"));
  if (!sends || field.form?.method !== "post") return false;
  event.preventDefault();
  // A form with several buttons is sent by the one that stands beside the field.
  field.form.requestSubmit(field.closest("#many details")?.querySelector("button[name=verb]"));
  return true;
}

function isNowhere(target) {
  return target === document.body || target === document.documentElement || ["main", "front", "report-title"].includes(target.id);
}

function isOff() {
  try { return localStorage.getItem(SWITCH) === "1"; } catch { return false; }
}

function keepSwitch(box) {
  if (!box) return;
  box.checked = !isOff();
  box.addEventListener("change", () => {
    try { localStorage.setItem(SWITCH, box.checked ? "" : "1"); } catch { /* A private window forgets; that is all. */ }
  });
}
