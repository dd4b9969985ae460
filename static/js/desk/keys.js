// One key for each common decision. A key presses what carries its name in data-key, so nothing can be done by key
// that can not be done by mouse. Keys do nothing while somebody writes, and can be turned off.

const SWITCH = "gatami-keys-off";
// A key that bounces must not decide about the report that has just come in front.
const BOUNCE_MS = 250;
const own = new Map();
let last = { key: "", at: 0 };
// A page that is on its way out takes no more keys: the next one was meant for the report that comes.
let leaving = false;
const WRITES = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

/** `act` is what this key does where nothing on the page carries it; "Ctrl+a" names two keys held together. */
export const when = (key, act) => own.set(key, act);

/** Starts to listen; shows the button of the card. */
export function listenToKeys() {
  const card = document.getElementById("keys");
  const opener = document.querySelector("[data-opens-keys]");
  if (opener && card) {
    opener.hidden = false;
    opener.addEventListener("click", () => card.showModal());
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
    if (!closePanels(event) && own.has("Escape")) act(event, "Escape");
    return;
  }
  if (isOff() || writes) return;
  if (event.key === "?") { card?.showModal(); return; }
  // Enter belongs to whatever has the focus; only when nothing has it does it mean the usual decision.
  if (event.key === "Enter" && !isNowhere(event.target)) return;
  if (leaving || document.querySelector("[data-busy]")) return;
  if (own.has(event.key) && !event.repeat) act(event, event.key);
  else press(event);
}

function act(event, name) {
  if (own.get(name)() !== false) event.preventDefault();
}

/** What carries the key: the form for many comes first as long as something is chosen for it. */
function carrierOf(key) {
  const found = [...document.querySelectorAll("[data-key]")]
    .filter((element) => element.dataset.key.split(" ").includes(key) && !element.disabled && element.checkVisibility());
  return found.find((element) => element.closest("#many")) ?? found[0];
}

function press(event) {
  const wanted = carrierOf(event.key);
  if (!wanted) return;
  event.preventDefault();
  const walks = wanted.matches("a");
  if (event.repeat && !walks) return;
  if (wanted.matches("details")) {
    openPanel(wanted);
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
  panel.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  panel.scrollIntoView({ block: "nearest" });
}

function closePanels(event) {
  const panel = event.target.closest?.("details.decision[open]") ?? document.querySelector("details.decision[open]");
  if (!panel) return false;
  event.preventDefault();
  panel.open = false;
  document.activeElement?.blur();
  return true;
}

/** Enter in a list of choices, and Ctrl+Enter in a text, send the form they are in. */
function sendFromField(event) {
  const field = event.target;
  const sends = field.matches?.("[data-send-on-enter]") || (field.matches?.("textarea") && (event.ctrlKey || event.metaKey));
  if (!sends || !field.form) return false;
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
