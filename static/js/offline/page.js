// Every public page sends what waits, as soon as there is a network, and says how much waits.

import { fillFromLink, mend, wanted } from "./fill.js";
import { showWaiting } from "./list.js";
import { sendAll } from "./sending.js";
import { load, loadAll, remember } from "./store.js";
import { takeOver } from "./submit.js";

const SYNC = "gatami-send";
const SETTLE_MS = 2_000;
const IDLE_MS = 5_000;
let timer;

/** Sends what waits, and comes back when the next one's time has come. */
async function run(options) {
  const next = await sendAll(options).catch(() => null);
  if (next !== null) comeBack(next);
}

function comeBack(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(run, milliseconds);
}

/** The service worker sends when this page is closed, where the browser can wake it up; else an open page does. */
async function later() {
  comeBack(5_000);
  navigator.storage?.persist?.().catch(() => {});
  registerWorker();
  const registration = await navigator.serviceWorker?.getRegistration();
  await registration?.sync?.register(SYNC).catch(() => {});
}

/** What the worker fetches comes last, and not to a phone that saves data: there it waits for the first need. */
async function registerLate() {
  const known = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  if (!known && navigator.connection?.saveData) return;
  if (document.readyState !== "complete") await new Promise((resolve) => { addEventListener("load", resolve, { once: true }); });
  await new Promise((resolve) => { setTimeout(resolve, known ? 0 : SETTLE_MS); });
  if (window.requestIdleCallback) requestIdleCallback(registerWorker, { timeout: IDLE_MS });
  else registerWorker();
}

function registerWorker() {
  // A new version takes over by itself and reloads nothing; what a page has loaded keeps working.
  navigator.serviceWorker?.register("/sw.js", { type: "module" }).catch(() => {});
}

/** The kept form has no token of its own; with one, its photos can be sent while one writes. */
async function bringToken(form) {
  const answer = await fetch("/form-token", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) form.elements.csrf_token.value = (await answer.json()).csrf_token;
}

/** Some browsers give a form back with the key of the report that was sent or kept from it. */
async function isTaken({ value }) {
  const again = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  const report = again && !wanted() ? await load(value).catch(() => undefined) : undefined;
  return report?.state === "waiting";
}

async function startForm(form) {
  if (await isTaken(form.elements.key)) form.elements.key.value = "";
  const words = document.getElementById("kept").dataset;
  takeOver(form, { words, later });
  // Other parts of the form may offer to leave it to us.
  loadAll().then(() => { form.dataset.keeps = ""; }, () => {});
  if ("shell" in document.documentElement.dataset) {
    fillFromLink(form);
    bringToken(form);
    addEventListener("online", () => bringToken(form));
  }
  await mend(form, words).catch(() => {});
  addEventListener("hashchange", () => wanted() && location.reload());
}

/** Says so on the page that is shown instead of others. */
function tellNetwork(event) {
  const box = document.getElementById("no-network");
  // The kept page has only its own language; the others come with the network.
  const choice = document.querySelector("html[data-shell] .language");
  if (choice) choice.hidden = !navigator.onLine;
  // In place of another page it says so until the network is back, also where the phone itself thought that there was one.
  if (box) box.hidden = event?.type === "online" || (navigator.onLine && location.pathname === "/waiting");
}

/** The phone keeps the pages of the language that it last showed. */
async function tellLanguage() {
  const language = document.documentElement.lang;
  await remember("language", language).catch(() => {});
  navigator.serviceWorker?.ready.then(({ active }) => active.postMessage({ language })).catch(() => {});
}

async function start() {
  const form = document.getElementById("report");
  if (form) await startForm(form);
  await tellLanguage();
  registerLate();
  tellNetwork();
  // The network may come back while the next lines still try.
  addEventListener("online", (event) => { tellNetwork(event); run({ now: true }); });
  addEventListener("offline", tellNetwork);
  // Private windows of some browsers keep nothing: then there is nothing to list and nothing to send.
  await showWaiting().catch(() => {});
  await run({ now: true });
  addEventListener("pageshow", (event) => event.persisted && run({ now: true }));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) run({ now: true }); });
  if ((await loadAll().catch(() => [])).some(({ state }) => state === "waiting")) await later();
}

start();
