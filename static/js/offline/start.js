// Brings what works without a network, after the page itself: at the first touch of a form, or when all else is here.

const PATIENCE_MS = 4_000;
let begun = false;

function begin() {
  if (begun) return;
  begun = true;
  import("./page.js");
}

const form = document.getElementById("report");
const waits = "shell" in document.documentElement.dataset || location.hash.startsWith("#mend=");
if (waits || document.readyState === "complete") begin();
form?.addEventListener("focusin", begin, { once: true });
form?.addEventListener("pointerdown", begin, { once: true });
addEventListener("load", begin, { once: true });
setTimeout(begin, PATIENCE_MS);
