// The reports on this phone, as a list, and the strip that says on every page how many wait.

import { sendKept } from "./sending.js";
import { change, forget, loadAll, onChange } from "./store.js";

const SENDING_MS = 150_000;
// English times as they are written in Europe.
const LOCALES = { nb: "nb-NO", nn: ["nn-NO", "nb-NO"], se: ["se-NO", "nb-NO"], en: "en-GB" };

let shown = "";

/** Keeps strip and list (where the page has one) as they are in the store. */
export async function showWaiting() {
  const strip = document.getElementById("waiting-strip");
  const list = document.getElementById("waiting-list");
  const show = async () => {
    const reports = await loadAll();
    if (strip) showStrip(strip, reports);
    if (list) showList(list, "unsent" in list.dataset ? reports.filter(({ state }) => state !== "sent") : reports);
  };
  onChange(() => { show().catch(() => {}); });
  await show();
}

/** The worst first: what was refused, what waits, what was sent since one last looked at the list. */
function showStrip(strip, reports) {
  const say = strip.dataset;
  const count = (state) => reports.filter((report) => report.state === state && !report.seen).length;
  const state = ["failed", "waiting", "sent"].find((one) => count(one) > 0);
  // The page of the list says it itself.
  strip.hidden = !state || document.getElementById("waiting-none") !== null;
  if (strip.hidden) return;
  strip.dataset.state = state;
  const n = count(state);
  const words = {
    failed: [say.sayFailedOne, say.sayFailedMany], waiting: [say.sayOne, say.sayMany], sent: [say.saySentOne, say.saySentMany],
  }[state];
  const text = words[n === 1 ? 0 : 1].replace("{n}", n);
  const link = strip.querySelector("a");
  // Written again only when it changed: the strip is read aloud.
  if (link.textContent !== text) link.textContent = text;
}

function showList(list, reports) {
  const rows = list.querySelector("ul");
  // A row that is made anew while one taps on it does not hear the tap.
  const looks = JSON.stringify(reports.map(({ photos, ...rest }) => [rest, photos?.length]));
  if (shown === looks) return;
  shown = looks;
  const focused = document.activeElement?.closest?.("[data-key]")?.dataset.key;
  const open = new Set([...rows.querySelectorAll("details[open]")].map((fold) => fold.closest("[data-key]").dataset.key));
  const template = list.querySelector("template");
  rows.replaceChildren(...reports.map((report) => makeRow(template, report, list.dataset, open.has(report.key))));
  list.hidden = "unsent" in list.dataset && reports.length === 0;
  const none = document.getElementById("waiting-none");
  if (none) none.hidden = reports.some(({ state }) => state !== "sent");
  if (!("unsent" in list.dataset)) {
    for (const { key, state, seen } of reports) if (state === "sent" && !seen) change(key, (kept) => { kept.seen = true; });
  }
  if (focused) rows.querySelector(`[data-key="${CSS.escape(focused)}"] :is(summary, a, button)`)?.focus();
}

function makeRow(template, report, say, open) {
  const row = template.content.cloneNode(true).firstElementChild;
  const part = (name) => row.querySelector(`[data-part="${name}"]`);
  const set = (name, text) => {
    part(name).textContent = text;
    part(name).hidden = !text;
  };
  const state = report.state === "waiting" && Date.now() - (report.trying_since || 0) < SENDING_MS ? "sending" : report.state;
  row.dataset.key = report.key;
  row.dataset.state = state;
  // How it stood when the server was last asked; see static/js/mine/device.js.
  const now = state === "sent" ? report.now : undefined;
  set("title", now?.kind || report.category || say.sayNoName);
  const words = { waiting: say.sayWaiting, sending: say.saySending, sent: say.saySent, failed: say.sayFailed }[state];
  set("state", now?.gone ? say.sayGone : now?.words || words);
  set("facts", factsOf(report, say).join(" · "));
  set("problem", state === "failed" ? problemOf(report, say) : "");
  set("reference", report.reference ? `${say.sayReference} ${report.reference}` : "");
  link(part("follow"), state === "sent" && !now?.gone && report.follow_url);
  link(part("mend"), state === "failed" && `/#mend=${encodeURIComponent(report.key)}`);
  const number = state === "failed" && report.phone;
  link(part("ring"), number && `tel:${number.replaceAll(" ", "")}`);
  if (number) part("ring").textContent = say.sayRing.replace("{number}", number);
  if (number) part("mend").dataset.variant = "secondary";
  part("remove").open = open;
  set("warning", state === "sent" ? say.sayRemoveSent : say.sayRemove);
  part("again").hidden = state !== "waiting";
  part("again").addEventListener("click", () => sendKept(report.key));
  part("yes").addEventListener("click", async () => {
    await forget(report.key);
    document.getElementById("main").focus();
  });
  return row;
}

function link(element, address) {
  element.hidden = !address;
  if (address) element.href = address;
}

function problemOf({ old, problem, errors = [] }, say) {
  if (old) return say.sayOld;
  return errors.length ? errors.map(({ detail }) => detail).join(" ") : problem;
}

function factsOf({ place, written_at, sent_at, now, photos = [] }, say) {
  const when = new Intl.DateTimeFormat(LOCALES[document.documentElement.lang], { dateStyle: "medium", timeStyle: "short" });
  const many = photos.length === 1 ? say.sayPhoto : say.sayPhotos.replace("{n}", photos.length);
  const written = when.format(new Date(written_at));
  const sent = sent_at ? when.format(new Date(sent_at)) : "";
  return [
    place,
    written === sent ? "" : say.sayWritten.replace("{time}", written),
    sent ? say.saySentAt.replace("{time}", sent) : "",
    now ? say.sayAsked.replace("{time}", when.format(new Date(now.at))) : "",
    photos.length ? many : "",
  ].filter(Boolean);
}
