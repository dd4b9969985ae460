// The workbench: list and report side by side, gone through without a new page. What it needs is on the page already,
// and without it every link and form does the same by itself.

import { read } from "./asking.js";
import { claim, keepClaim } from "./claim.js";
import { startCircle } from "./circle.js";
import { decide, goOn, isOwn, isSending } from "./decide.js";
import { begin, forget, front, isBegun, onShown, preload, put, show, shown } from "./front.js";
import { arrived, isComing, otherwise, when } from "./keys.js";
import * as list from "./list.js";
import { listen } from "./live.js";
import { add, chooseAll, chooseNone, isChoosing, startChoosing, toggle, undoMany } from "./many.js";
import { bench, explain, say, sentence } from "./saying.js";

const GATHER_MS = 500;
let walk = 0;

/** Starts, if this page is the workbench. */
export function startWorkbench() {
  if (!bench()) return;
  begin();
  onShown(afterShown);
  startChoosing();
  startCircle();
  bench().addEventListener("submit", onSubmit);
  bench().addEventListener("click", onClick);
  history.replaceState({ reference: shown() }, "");
  window.addEventListener("popstate", ({ state }) => (state?.reference ? go(state.reference, { push: false }) : location.reload()));
  takeKeys();
  list.mark(shown());
  preload(list.after(shown()));
  if (shown()) keepClaim(shown);
  listen(bench().dataset.live, { changed: gather, gone: () => say(sentence("saySignedOut"), { calm: false }) });
}

/** Puts a report in front, and says so when that can not be. */
async function go(reference, options = {}) {
  if (!reference || isSending()) return;
  const mine = ++walk;
  front()?.setAttribute("aria-busy", "true");
  isComing();
  list.mark(reference);
  let came = false;
  try {
    came = await show(reference, options);
  } catch (error) {
    say(error.status === 404 ? sentence("sayGone") : explain(error), { calm: false });
    list.mark(shown());
    list.refresh(shown());
  } finally {
    // Who has gone on to another one before this came waits for that one.
    if (mine === walk) {
      front()?.removeAttribute("aria-busy");
      arrived(came);
    }
  }
}

function afterShown(reference) {
  list.mark(reference);
  document.getElementById("nothing-left").hidden = true;
  document.title = `${front().dataset.title} – ${document.title.split(" – ").at(-1)}`;
  preload(list.after(reference));
  isStillTrue(reference);
}

/** Says that it is looked at now. What was loaded before may be old by then: it is loaded again. */
async function isStillTrue(reference) {
  const now = await claim(reference);
  if (!now || shown() !== reference || isBegun() || isSending()) return;
  const { version, holder } = front().dataset;
  if (String(now.version) !== version || now.holder !== (holder ?? "")) {
    forget([reference]);
    const html = await preload(reference);
    if (shown() === reference && !isBegun() && !isSending()) put(html, { focus: false });
  }
}

function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.id === "many" || form.hasAttribute("data-plain")) return;
  // A look at how it will read is a page of its own.
  if (event.submitter?.hasAttribute("formaction")) return;
  event.preventDefault();
  if (form.action.endsWith("/staff/queue/many/undo")) undoMany(form);
  else decide(form, event.submitter);
}

function onClick(event) {
  const link = event.target.closest("#list a[data-reference]");
  if (!link?.dataset.reference || event.defaultPrevented || event.button) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(link.dataset.reference);
}

function takeKeys() {
  when("x", () => toggle(shown()));
  when("X", chooseAll);
  when("Ctrl+a", chooseAll);
  when("J", () => extend(list.after(shown())));
  when("K", () => extend(list.before(shown())));
  otherwise("z", () => say(sentence("sayNoUndo")));
  when("Escape", () => isChoosing() && (chooseNone(), true));
}

/** The choice grows by the report in front and the one that comes in front. */
function extend(reference) {
  add(shown());
  if (!reference || reference === shown()) return;
  add(reference);
  go(reference);
}

// What happens at other desks. News come in bursts, and one look answers all of them.
let news = new Set();
let timer = 0;

function gather(references, { new: waiting }) {
  const count = document.querySelector('.site-nav [href="/staff/queue"] .count');
  // Over all that is new the list says its own count, together with the heading.
  if (count && waiting !== undefined && !list.side()?.dataset.new) count.textContent = waiting;
  references.forEach((one) => news.add(one));
  clearTimeout(timer);
  timer = setTimeout(() => {
    const changed = news;
    news = new Set();
    forget([...changed].filter((one) => one !== shown()));
    list.refresh(shown()).then(() => preload(list.after(shown())));
    if (changed.has(shown()) && !isOwn(shown()) && !isSending()) lookAgain(shown());
    else if (!shown() && references.length) goOn("");
  }, GATHER_MS);
}

/** The report in front has changed at another desk: shown at once if nothing is begun, else told in words. */
async function lookAgain(reference) {
  try {
    const html = await read(`/staff/queue/reports/${reference}?${bench().dataset.filter}`);
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("front");
    const old = front();
    if (shown() !== reference || isSending()) return;
    const same = fresh.dataset.version === old.dataset.version;
    if (same && (fresh.dataset.holder ?? "") === (old.dataset.holder ?? "")) return;
    if (!isBegun() && fresh.dataset.status === old.dataset.status) put(html, { focus: false });
    else if (!same) tell(reference, fresh.dataset.last);
  } catch {
    // The decision will say it.
  }
}

function tell(reference, last) {
  document.getElementById("front-news")?.remove();
  const told = document.createElement("div");
  told.id = "front-news";
  told.className = "ds-alert";
  told.dataset.color = "warning";
  told.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = [last ? `${last}.` : sentence("sayChanged"), isBegun() ? sentence("sayTyped") : ""].join(" ");
  told.append(words, button("sayAsNow", () => { forget([reference]); go(reference, { push: false }); }));
  const next = list.after(reference);
  if (next && next !== reference) told.append(button("sayNext", () => go(next)));
  front().prepend(told);
}

function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "ds-button";
  made.dataset.variant = "secondary";
  made.textContent = sentence(words);
  made.addEventListener("click", act);
  return made;
}

