// The report in front: loaded before it is asked for, put there without a new page, and what was typed in it is kept.

import { parse, read } from "./asking.js";
import { startParts } from "./parts.js";
import { bench } from "./saying.js";

const KEPT = 8;
const memory = new Map();
const drafts = new Map();
const listeners = [];
let stop = () => {};
let wanted = "";

/** The element that holds the report; null when the queue is empty. */
export const front = () => document.getElementById("front");
/** The reference of the report in front. */
export const shown = () => front()?.dataset.reference ?? "";
/** `listener(reference)` is called each time a report has been put in front. */
export const onShown = (listener) => listeners.push(listener);
/** The address of the queue with this report in front. */
export function address(reference) {
  const query = new URLSearchParams(bench().dataset.filter);
  if (reference) query.set("report", reference);
  return `/staff/queue${query.size ? `?${query}` : ""}`;
}

/** What stands there when the page comes. */
export function begin() {
  wanted = shown();
  stop = startParts(front() ?? document.getElementById("main"));
}

/** Fetches a report before it is asked for. Nobody is told: it is claimed when it is shown. */
export function preload(reference) {
  if (!reference) return null;
  if (!memory.has(reference)) {
    const asked = read(`/staff/queue/reports/${reference}?${bench().dataset.filter}`);
    asked.catch(() => memory.delete(reference));
    memory.set(reference, asked);
    if (memory.size > KEPT) memory.delete(memory.keys().next().value);
  }
  return memory.get(reference);
}

/** What was loaded of these is no longer true. */
export const forget = (references) => references.forEach((one) => memory.delete(one));

/**
 * Puts a report in front. False when another one was asked for in the meantime; throws what `read` throws.
 * `push` makes it a step of the browser's history, `keep` keeps what was typed in the one that goes.
 */
export async function show(reference, { push = true, keep = true, focus = true } = {}) {
  wanted = reference;
  const html = await preload(reference);
  if (wanted !== reference) return false;
  put(html, { keep, focus });
  if (push) history.pushState({ reference }, "", address(reference));
  return true;
}

/** Puts this HTML of a report in front. */
export function put(html, { keep = true, focus = true } = {}) {
  const fresh = parse(html, "front");
  const old = front();
  if (keep) keepDraft();
  else drafts.delete(shown());
  stop();
  const scrolled = window.scrollY;
  old.replaceWith(fresh);
  wanted = shown();
  stop = startParts(fresh);
  bringDraft(fresh);
  fresh.dispatchEvent(new CustomEvent("gatami:shown", { bubbles: true }));
  if (focus) readFromTheTop(fresh);
  else window.scrollTo({ top: scrolled });
  listeners.forEach((listener) => listener(shown()));
  return fresh;
}

/** Nothing is left: the sentence about coffee comes in its place. */
export function putEmpty() {
  stop();
  stop = () => {};
  const empty = document.createElement("div");
  empty.id = "front";
  empty.className = "queue__report";
  empty.tabIndex = -1;
  front()?.replaceWith(empty);
  history.replaceState({}, "", address(""));
  document.getElementById("main").focus();
}

/** Whether somebody is in the middle of something: words are typed, or a panel stands open. */
export function isBegun() {
  return Boolean(front()?.querySelector("details.decision[open] textarea, details.decision[open] input:not([type=hidden])")
    || typed().length);
}

function readFromTheTop(fresh) {
  const title = fresh.querySelector("#report-title");
  title?.setAttribute("tabindex", "-1");
  title?.focus({ preventScroll: true });
  const beside = getComputedStyle(bench()).gridTemplateColumns.split(" ").length > 1;
  if (!beside) fresh.scrollIntoView({ block: "start" });
  else if (fresh.getBoundingClientRect().top < 0) window.scrollTo({ top: 0 });
}

function typed() {
  const fields = front()?.querySelectorAll("textarea[id], input[id]:not([type=hidden], [type=checkbox], [type=radio])");
  return [...(fields ?? [])].filter((field) => field.value !== field.defaultValue);
}

function keepDraft() {
  const words = typed().map(({ id, value }) => [id, value]);
  if (words.length) drafts.set(shown(), words);
  else drafts.delete(shown());
}

function bringDraft(root) {
  for (const [id, value] of drafts.get(root.dataset.reference) ?? []) {
    const field = root.querySelector(`#${CSS.escape(id)}`);
    if (!field) continue;
    field.value = value;
    field.closest("details")?.setAttribute("open", "");
  }
}
