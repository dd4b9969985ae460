// The list beside the report: which one stands in front, what comes next, and what has changed since it was drawn.

import { parse, read } from "./asking.js";
import { bench, say, sentence } from "./saying.js";

let asking = null;
let again = false;

/** The list's element. */
export const side = () => document.getElementById("list");
/** Its lines, in order. */
export const rows = () => [...(side()?.querySelectorAll(".queue__item") ?? [])];
/** The line of a report, if it is listed. */
export const row = (reference) => rows().find((one) => one.dataset.reference === reference);

let place = 0;

/** The report after this one: first one that nobody else is looking at, as long as there is one. */
export function after(reference) {
  const all = rows();
  const at = all.findIndex((one) => one.dataset.reference === reference);
  // What was decided is no longer listed; what stands in its place is next.
  const following = at < 0 ? all.slice(place) : all.slice(at + 1);
  const free = following.find((one) => !one.hasAttribute("data-theirs")) ?? following[0];
  return (free ?? (at < 0 ? all.at(-1) : null))?.dataset.reference ?? "";
}

/** The report before this one. */
export function before(reference) {
  const all = rows();
  const at = all.findIndex((one) => one.dataset.reference === reference);
  return (at < 0 ? all[Math.max(0, place - 1)] : all[at - 1])?.dataset.reference ?? "";
}

/** Shows in the list which report stands in front. */
export function mark(reference) {
  for (const one of rows()) {
    const link = one.querySelector("a");
    const here = one.dataset.reference === reference;
    if (here) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    if (here) {
      place = rows().indexOf(one);
      one.classList.remove("queue__item--new");
      keepInSight(one);
    }
  }
  setStep("prev", before(reference));
  setStep("next", after(reference) === reference ? "" : after(reference));
}

/** Takes a decided report out of the list at once; the list itself is asked for right after. */
export function drop(reference) {
  const gone = row(reference);
  if (!gone) return;
  place = rows().indexOf(gone);
  gone.remove();
}

/** Fetches the list anew. What is chosen, the place in it and the focus stay; what is new is marked and counted. */
export async function refresh(reference) {
  if (asking) {
    again = true;
    return asking;
  }
  asking = load(reference).catch(() => { /* The list stands as it was; the next change asks again. */ });
  await asking;
  asking = null;
  if (!again) return null;
  again = false;
  return refresh(reference);
}

async function load(reference) {
  const query = new URLSearchParams(bench().dataset.filter);
  const fresh = parse(await read(`/staff/queue/list?${query}`), "list");
  if (!fresh) return;
  const old = side();
  const known = new Set(rows().map((one) => one.dataset.reference));
  const chosen = new Set([...old.querySelectorAll("[name=chosen]:checked")].map(referenceOf));
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const focusOf = focused && [focused.tagName, focused.closest(".queue__item")?.dataset.reference, focused.rel];
  const scrolled = old.querySelector(".queue__list")?.scrollTop ?? 0;
  old.replaceWith(fresh);
  const list = fresh.querySelector(".queue__list");
  if (list) list.scrollTop = scrolled;
  for (const box of fresh.querySelectorAll("[name=chosen]")) box.checked = chosen.has(referenceOf(box));
  tellNews(known, reference);
  mark(reference);
  if (focusOf) refocus(fresh, focusOf);
  document.getElementById("total").textContent = fresh.dataset.words;
  const count = document.querySelector('.site-nav [href="/staff/queue"] .count');
  if (count && fresh.dataset.new) count.textContent = fresh.dataset.new;
  fresh.dispatchEvent(new CustomEvent("gatami:listed", { bubbles: true }));
}

function referenceOf(box) {
  return box.closest(".queue__item").dataset.reference;
}

function tellNews(known, reference) {
  const news = rows().filter((one) => !known.has(one.dataset.reference) && one.dataset.reference !== reference);
  news.forEach((one) => one.classList.add("queue__item--new"));
  // The list of a hundred fills up from below when something is decided: that is no news.
  if (news.length && known.size && !side().dataset.more) say(sentence("sayNews", { n: news.length }));
}

function refocus(fresh, [tag, reference, rel]) {
  const line = reference && fresh.querySelector(`[data-reference="${CSS.escape(reference)}"]`);
  const target = line ? line.querySelector(tag.toLowerCase()) : rel && fresh.querySelector(`[rel="${rel}"]`);
  (target ?? fresh.querySelector(".queue__list"))?.focus({ preventScroll: true });
}

function setStep(rel, reference) {
  const link = side()?.querySelector(`.queue__steps [rel=${rel}]`);
  if (!link) return;
  link.hidden = !reference;
  link.dataset.reference = reference;
  const query = new URLSearchParams(bench().dataset.filter);
  query.set("report", reference);
  link.href = `/staff/queue?${query}`;
}

/** Only the list moves, never the page. */
function keepInSight(line) {
  const box = line.closest(".queue__list");
  if (!box) return;
  const top = line.offsetTop - box.offsetTop;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + line.offsetHeight > box.scrollTop + box.clientHeight) {
    box.scrollTop = top + line.offsetHeight - box.clientHeight;
  }
}
