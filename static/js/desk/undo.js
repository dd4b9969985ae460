// Counts the seconds of the undo bars down, in sight; their words are read out once. The latest is first, and "z"
// presses it; an earlier one stays as long as its own seconds run.

const LINGERS_MS = 4000;
// What was refused of many takes a while to read.
const STAYS_MS = 30_000;

/** Starts the countdown of the bars that came with the page. */
export function countDown() {
  document.querySelectorAll("form[data-undo]").forEach(start);
}

/** One more bar, from the answer to a decision. */
export function addBar(html) {
  const bar = new DOMParser().parseFromString(html, "text/html").querySelector("form[data-undo]");
  if (!bar) return;
  document.getElementById("undo-stack").prepend(document.adoptNode(bar));
  start(bar);
}

/** The decision was taken back, or can not be any more. */
export function removeBar(bar) {
  letFocusGo(bar);
  bar.remove();
}

function start(bar) {
  const line = bar.querySelector("[data-undo-left]");
  const end = performance.now() + Number(bar.dataset.undo) * 1000;
  const timer = setInterval(() => {
    const left = Math.ceil((end - performance.now()) / 1000);
    if (bar.isConnected && left > 0) {
      line.textContent = line.dataset.say.replace("{n}", left);
      return;
    }
    clearInterval(timer);
    if (bar.isConnected) finish(bar, line);
  }, 250);
}

function finish(bar, line) {
  // Of several only the latest says that it is over; the others go.
  const stays = bar.hasAttribute("data-stays");
  if (bar.previousElementSibling && !stays) {
    removeBar(bar);
    return;
  }
  letFocusGo(bar);
  bar.querySelector("button")?.remove();
  if (line) line.textContent = bar.dataset.sayOver;
  setTimeout(() => removeBar(bar), stays ? STAYS_MS : LINGERS_MS);
}

function letFocusGo(bar) {
  if (bar.contains(document.activeElement)) document.getElementById("main").focus();
}
