// My reports on this device: asks once how all of them stand, and keeps the answer for times without a network.

import { change, forget, loadAll, onChange } from "../offline/store.js";

const PATIENCE_MS = 10_000;

const show = (id, on) => { document.getElementById(id).hidden = !on; };

async function sent() {
  return (await loadAll()).filter(({ state }) => state === "sent");
}

/** What there is to say about the list as a whole; its rows are made by static/js/offline/list.js. */
async function showAround() {
  const all = await loadAll();
  show("device-none", all.length === 0);
  show("waiting-list", all.length > 0);
  show("device-some", all.some(({ state }) => state === "sent"));
}

async function ask() {
  const reports = await sent();
  if (!reports.length) return;
  const told = await statuses(reports.map(({ follow_url }) => follow_url)).catch(() => null);
  show("device-old", !told);
  if (!told) return;
  const at = new Date().toISOString();
  for (const [number, { key }] of reports.entries()) {
    // A link that opens nothing any more: the report or its person was erased.
    await change(key, (kept) => { kept.now = told[number] ? { ...told[number], at } : { gone: true, at }; });
  }
}

/** [{status, words, kind} or null], in the order of the links, which stand in no address line. */
async function statuses(links) {
  const answer = await fetch("/mine/statuses", {
    method: "POST",
    body: new URLSearchParams({ links: links.join("\n") }),
    headers: { accept: "application/json" },
    cache: "no-store",
    signal: AbortSignal.timeout?.(PATIENCE_MS),
  });
  if (!answer.ok || answer.redirected) throw new Error(`No answer of ours: ${answer.status}`);
  return (await answer.json()).reports;
}

async function forgetAll() {
  for (const { key } of await sent()) await forget(key);
  document.getElementById("main").focus();
}

async function start() {
  document.getElementById("forget-all").addEventListener("click", forgetAll);
  onChange(() => { showAround().catch(() => {}); });
  await showAround();
  addEventListener("online", ask);
  addEventListener("pageshow", (event) => event.persisted && ask());
  await ask();
}

// Private windows of some browsers keep nothing.
start().catch(() => show("device-unsupported", true));
