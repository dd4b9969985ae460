// One key for each common decision. A key presses what carries its name in data-key, so nothing can be done by key
// that can not be done by mouse. Keys do nothing while somebody writes, and can be turned off.

const SWITCH = "gatami-keys-off";
// A page that is on its way out takes no more keys: the next one was meant for the report that comes.
let leaving = false;
const WRITES = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

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
  if (event.ctrlKey || event.metaKey || event.altKey || card?.open) return;
  if (event.key === "Escape") { closePanels(event); return; }
  if (isOff() || event.target.closest?.(WRITES)) return;
  if (event.key === "?") { card?.showModal(); return; }
  // Enter belongs to whatever has the focus; only when nothing has it does it mean the usual decision.
  if (event.key === "Enter" && !isNowhere(event.target)) return;
  if (event.repeat || leaving) return;
  press(event);
}

function press(event) {
  const wanted = [...document.querySelectorAll("[data-key]")]
    .find((element) => element.dataset.key.split(" ").includes(event.key) && !element.disabled);
  if (!wanted) return;
  event.preventDefault();
  if (wanted.matches("details")) openPanel(wanted);
  else {
    leaving = wanted.matches("a");
    wanted.click();
  }
}

function openPanel(panel) {
  panel.open = true;
  panel.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  panel.scrollIntoView({ block: "nearest" });
}

function closePanels(event) {
  const panel = event.target.closest?.("details.decision[open]") ?? document.querySelector("details.decision[open]");
  if (!panel) return;
  event.preventDefault();
  panel.open = false;
  document.activeElement?.blur();
}

/** Enter in a list of choices, and Ctrl+Enter in a text, send the form they are in. */
function sendFromField(event) {
  const field = event.target;
  const sends = field.matches?.("[data-send-on-enter]") || (field.matches?.("textarea") && (event.ctrlKey || event.metaKey));
  if (!sends || !field.form) return false;
  event.preventDefault();
  field.form.requestSubmit();
  return true;
}

function isNowhere(target) {
  return target === document.body || target.id === "main" || target === document.documentElement;
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
