// The cab: one stop at a time, for a thumb in a glove, with or without a network.

import { asSeen, nextLeft, toLookAt } from "./cab_data.js";
import { pictureAt, tidy } from "./cab_keep.js";
import { showConflicts, showDay, showList, showNet, showProgress } from "./cab_list.js";
import { drawRound, openMap } from "./cab_map.js";
import { startNet } from "./cab_net.js";
import { otherFault } from "./cab_other.js";
import { onMove, startPlace, whereAmI } from "./cab_place.js";
import { fetchRound, keepAll, letGo, note } from "./cab_round.js";
import { part, put, say } from "./cab_say.js";
import { outcomeWord, showAway, showStop } from "./cab_stop.js";
import { forgetDraft, forgetEntry, keepDraft, loadDrafts, loadEntries, loadRound, onChange, takeBack } from "./cab_store.js";
import { tap } from "./cab_tap.js";
import { workForm } from "./cab_work.js";

const root = document.getElementById("cab");
const { base, driver } = root.dataset;
const tiles = { url: root.dataset.tiles, attribution: root.dataset.attribution, keep: "tileCache" in root.dataset };
const MINUTE_MS = 60_000;
const LONGEST_MINUTES = 240;

let round = null;
let entries = [];
let view = { stops: [], left: [], ended: false };
let current = null;
let ending = false;
let finishing = false;
// A stop was asked for; and asked for since the last tick.
let [chosen, looking] = [false, false];
let lastDraft = null;
let net = null;
let [ready, unsent] = [false, 0];
let maps = {};

const failed = (sentence) => put("trouble-words", sentence, "trouble");
const work = workForm({ failed, remember: (draft) => keepDraft(base, draft).catch(() => failed(say("no_store"))) });
const other = otherFault({ failed, report: (body, photos) => keepTap(body, { photos }).then(() => saidUndo(say("other_kept"), false)) });
const click = (name, does) => { for (const button of root.querySelectorAll(`[data-do="${name}"]`)) button.addEventListener("click", does); };

async function refresh() {
  round = await loadRound(base) ?? round;
  if (!round || round.driver !== driver) return;
  entries = await loadEntries(base);
  unsent = (await loadEntries()).filter((entry) => entry.state === "waiting" && entry.driver === driver).length;
  view = asSeen(round, entries);
  document.querySelector(".cab-header__name").textContent = round.data.name;
  const wanted = asked();
  if (wanted) history.replaceState(history.state, "", location.pathname + location.search);
  current = view.stops.find(({ id }) => id === (wanted ?? current?.id ?? round.at)) ?? nextLeft(view.stops, null) ?? view.stops[0] ?? null;
  chosen ||= Boolean(wanted);
  looking ||= Boolean(wanted);
  // Opened again, the page goes on where something is to be done.
  if (!chosen && current?.completed_at) current = nextLeft(view.stops, current.id) ?? current;
  draw();
  if (entries.some(({ state, over }) => state !== "waiting" && !over)) net?.soon();
}

/** The stop whose code on paper was read: `#stop-12`. */
function asked() {
  const found = /^#stop-(\d+)$/.exec(location.hash);
  return found ? Number(found[1]) : null;
}

function draw() {
  // Nothing moves under the thumb before the next stop is there.
  if (finishing) return;
  // When all is done, that is what the page says; a stop is in sight when somebody asks for it.
  const all = !view.left.length && !looking;
  const inSight = all ? null : current;
  part("end").hidden = !(ending || view.ended || all);
  part("end-form").hidden = view.ended;
  part("ended").hidden = !view.ended;
  part("end-title").hidden = Boolean(view.left.length);
  part("stop").hidden = !inSight;
  part("nav").hidden = !current;
  part("to-end").hidden = Boolean(view.left.length) || view.ended || !inSight;
  showProgress(view.stops, inSight);
  showDay(round.data);
  const found = toLookAt(round, entries);
  showConflicts(found, view.stops, { onSeen: confirm, onChoose: goTo });
  drawNet();
  for (const button of root.querySelectorAll(".cab-done, [data-do=onward]")) button.hidden ||= !inSight;
  if (inSight) drawStop(found.find(({ stop_id }) => stop_id === current.id)?.sentence);
  part("undo").hidden = !round.last;
  if (round.last) part("undo-words").textContent = round.last.words;
}

function drawStop(conflict) {
  const done = Boolean(current.completed_at);
  showStop(current, { base, data: round.data, conflict, onPhoto: enlarge });
  part("work").hidden = done || view.ended;
  part("again").hidden = !done || view.ended;
  root.querySelector(".cab-done").hidden = done || view.ended;
  root.querySelector(".cab-next").hidden = !(done && view.left.length);
  if (!done) work.open(current, { materials: round.data.materials ?? [], spent: spentAt(current) });
  away();
}

function drawNet() {
  if (!net) return;
  const { sending, reachable, signIn, stuck } = net.state;
  part("sign-in").hidden = !signIn;
  put("stuck-words", stuck, "stuck");
  showNet({ waiting: unsent, sending, reachable, ready, canKeep: typeof caches !== "undefined" && "serviceWorker" in navigator });
}

/** The minutes since the crew came here: by its place, else since it was through with the stop before and had driven. */
function spentAt(stop) {
  const arrived = round.arrived?.[stop.id] ?? (round.last?.key ? round.last.at + stop.leg_seconds * 1000 : null);
  const minutes = arrived ? Math.round((Date.now() - arrived) / MINUTE_MS) : 0;
  return minutes >= 1 ? Math.min(LONGEST_MINUTES, minutes) : (stop.service_minutes ?? 0);
}

function away() {
  const found = current && showAway(current, whereAmI());
  if (!found?.close || round.arrived?.[current.id]) return;
  round.arrived = { ...round.arrived, [current.id]: Date.now() };
  note(base, { arrived: round.arrived });
}

async function drawMap(name, options) {
  maps[name] ??= openMap(part(name), { base, data: round.data, tiles });
  const map = await maps[name];
  part(name).hidden = !map;
  if (map) drawRound(map, { data: round.data, stops: view.stops, here: whereAmI(), ...options });
}

function goTo(stop) {
  current = view.stops.find(({ id }) => id === stop.id) ?? current;
  [chosen, looking, ending] = [true, true, false];
  for (const dialog of root.querySelectorAll("dialog[open]")) dialog.close();
  // What was said of the stop before has been read.
  if (round.last && !round.last.key) round.last = null;
  note(base, { at: current.id, last: round.last });
  draw();
  drawMap("map", { current });
  part("place").focus({ preventScroll: true });
  scrollTo(0, 0);
}

async function keepTap(body, photos) {
  try {
    const key = await tap({ base, driver }, body, photos);
    failed("");
    net.now();
    return key;
  } catch (error) {
    failed(say("no_store"));
    throw error;
  }
}

async function finish(outcome) {
  if (finishing) return;
  finishing = true;
  // A quick thumb must not take the stop before back.
  part("undo").hidden = true;
  try {
    await finishNow(outcome);
  } finally {
    finishing = false;
    draw();
  }
}

async function finishNow(outcome) {
  const stop = current;
  const { body, photos } = work.read(outcome);
  const references = stop.reports.map(({ reference }) => reference);
  const key = await keepTap({ kind: "outcome", stop_id: stop.id, outcome, references, ...body }, photos);
  lastDraft = work.done();
  await forgetDraft(base, stop.id).catch(() => {});
  await saidUndo(say("undo", { n: stop.number, what: outcomeWord({ outcome }) }), { key, stop_id: stop.id });
  await refresh();
  const next = nextLeft(view.stops, stop.id);
  if (next) goTo(next);
  else showEnd(part("end-title"));
}

/** All is done: what is left is to end the round. */
function showEnd(focused) {
  for (const dialog of root.querySelectorAll("dialog[open]")) dialog.close();
  [looking, ending] = [false, Boolean(view.left.length)];
  finishing = false;
  draw();
  focused.focus({ preventScroll: true });
  scrollTo(0, 0);
}

/** The strip with what was just done; with `tapped` it can be taken back. */
async function saidUndo(words, tapped) {
  await note(base, { last: { ...tapped, words, at: Date.now() } });
  root.querySelector("[data-do=undo]").hidden = !tapped;
}

async function undo(stop_id, key) {
  const stop = view.stops.find(({ id }) => id === stop_id);
  const unsentYet = Boolean(key) && await takeBack(key);
  if (!unsentYet) await keepTap({ kind: "undo", stop_id });
  // What stood in the form is there again; photos that were sent are with the stop already.
  if (lastDraft?.stop_id === stop_id) {
    const draft = unsentYet ? lastDraft : { ...lastDraft, before: [], after: [] };
    work.takeUp([draft]);
    await keepDraft(base, draft).catch(() => {});
  }
  if (stop) goTo(stop);
  await saidUndo(say("undone", { n: stop?.number ?? "" }), false);
  await refresh();
}

async function confirm(key) {
  await note(base, { seen: [...(round.seen ?? []), key] });
  await forgetEntry(key);
}

async function enlarge(address, words) {
  const dialog = document.getElementById("cab-photo");
  const image = part("large");
  image.src = await pictureAt(base, address);
  image.alt = words;
  dialog.showModal();
}

async function ask() {
  const found = await fetchRound({ base, driver });
  if (found.signIn) net.state.signIn = true;
  if (found.over) failed(found.over);
  if (!found.round && !found.over && !round) failed(say("missing"));
  if (!found.round) return found.reachable;
  if (!round) failed("");
  if (found.changed) {
    part("changed").hidden = false;
    ready = false;
    for (const map of await Promise.all(Object.values(maps))) map?.map.remove();
    maps = {};
  }
  await refresh();
  if (!part("map").hasChildNodes()) drawMap("map", { current });
  await letGo(round);
  if (!ready) ready = await keepAll(round, tiles).catch(() => false);
  return true;
}

function listen() {
  for (const button of root.querySelectorAll("[data-outcome]")) {
    button.addEventListener("click", () => finish(button.dataset.outcome).catch(() => {}));
  }
  const step = (by) => () => goTo(view.stops.at((view.stops.indexOf(current) + by) % view.stops.length));
  click("previous", step(-1));
  click("next", step(1));
  click("onward", () => { const next = nextLeft(view.stops, current.id); if (next) goTo(next); });
  click("list", openList);
  click("close", ({ currentTarget }) => currentTarget.closest("dialog").close());
  click("end", () => showEnd(document.getElementById("cab-km")));
  click("undo", () => undo(round.last.stop_id, round.last.key));
  click("undo-here", () => undo(current.id, round.last?.stop_id === current.id ? round.last.key : null));
  click("other", () => other.open(round.data, current));
  click("seen-change", () => { part("changed").hidden = true; });
  part("end-form").addEventListener("submit", end);
  // Nothing is lost by leaving; but who leaves for good should know.
  addEventListener("beforeunload", (event) => { if (unsent && !("leaving" in document.documentElement.dataset) && !net.state.signIn) event.preventDefault(); });
}

function openList() {
  const troubled = new Set(toLookAt(round, entries).map(({ stop_id }) => stop_id));
  showList(view.stops, current, { troubled, onChoose: goTo });
  document.getElementById("cab-list").showModal();
  drawMap("list-map", { current: null, onChoose: (number) => goTo(view.stops.find((stop) => stop.number === number)) });
}

async function end(event) {
  event.preventDefault();
  const kilometres = Number.parseFloat(event.target.elements.km.value.replace(",", "."));
  await keepTap({ kind: "end", metres: Number.isFinite(kilometres) && kilometres > 0 ? Math.round(kilometres * 1000) : null });
  ending = false;
  await refresh();
}

async function start() {
  document.getElementById("cab-plain")?.remove();
  root.hidden = false;
  if (navigator.onLine) navigator.serviceWorker?.register("/sw.js", { type: "module" }).catch(() => {});
  navigator.storage?.persist?.().catch(() => {});
  await tidy(driver.startsWith("staff-") && !("shell" in document.documentElement.dataset) ? driver : "").catch(() => {});
  listen();
  onChange(() => { refresh().catch(() => {}); });
  addEventListener("hashchange", () => { refresh().catch(() => {}); });
  work.takeUp(await loadDrafts(base).catch(() => []));
  net = startNet({ told: () => { if (round) drawNet(); }, ask });
  await refresh();
  if (round) drawMap("map", { current });
  startPlace(root.querySelector("[data-do=locate]"));
  onMove(() => { if (current && round) away(); });
  net.now();
  setInterval(() => { if (current && round && !current.completed_at) work.open(current, { materials: round.data.materials ?? [], spent: spentAt(current) }); }, MINUTE_MS);
}

start();
