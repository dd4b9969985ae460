// Words: ready ones to choose, plainer ones, names of colleagues, and what others are not to read or see.

import { start as blurring } from "./blurring.js";
import { start as colleagues } from "./colleagues.js";
import { start as masking } from "./masking.js";
import { start as plain } from "./plain.js";

/** Starts all of them for the report in `root`. */
export function start(root) {
  for (const list of root.querySelectorAll("select[data-ready]")) follow(list);
  for (const link of root.querySelectorAll("a[data-opens-panel]")) open(link);
  for (const part of [masking, plain, colleagues, blurring]) part(root);
}

/** Without the script the link goes to the panel's text, and the browser opens what holds it. */
function open(link) {
  link.addEventListener("click", (event) => {
    const panel = document.getElementById(link.dataset.opensPanel);
    if (!panel) return;
    event.preventDefault();
    panel.open = true;
    panel.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  });
}

/** What is chosen comes into the text, where it can be changed before it is sent. */
function follow(list) {
  const text = document.getElementById(list.dataset.ready);
  // What stands there from the start may be ready words too, and others may take their place.
  let filled = [...list.form.querySelectorAll("[data-words]")].map((one) => one.textContent).find((words) => words === text.value) ?? "";
  list.addEventListener("change", () => {
    const words = list.form.querySelector(`[data-words="${CSS.escape(list.value)}"]`)?.textContent ?? "";
    // What somebody wrote is never thrown away.
    if (text.value.trim() && text.value !== filled) return;
    filled = words;
    text.value = words;
    text.dispatchEvent(new Event("input", { bubbles: true }));
  });
  list.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !text.value.trim()) return;
    event.preventDefault();
    list.form.requestSubmit();
  });
}
