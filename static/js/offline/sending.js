// Sends what waits: by pages as long as one is open, and by the service worker where the browser wakes it up.

import { alone } from "./lock.js";
import { post } from "./posting.js";
import { change, forget, keep, load, loadAll } from "./store.js";

const DAY_MS = 86_400_000;
/** The server keeps keys for this long. */
export const KEPT_MS = 30 * DAY_MS;
/** The phone keeps the links of what was sent for as long as a report may well stay open. */
const REMEMBERED_MS = 180 * DAY_MS;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 10 * 60_000;

/** Sends one kept report and writes down what came of it; `wait` waits for whoever is at it already. */
export function sendKept(key, { wait = false, late = true } = {}) {
  return alone(`report ${key}`, () => sendNow(key, late), { wait });
}

async function sendNow(key, late) {
  const report = await load(key);
  if (report?.state === "sent") return { sent: report };
  if (!report || report.state !== "waiting") return { refused: report };
  if (Date.now() - Date.parse(report.written_at) > KEPT_MS) {
    return { refused: await change(key, (kept) => { Object.assign(kept, { state: "failed", old: true, problem: "", errors: [] }); }) };
  }
  await change(key, (kept) => { kept.trying_since = Date.now(); });
  const photoTaken = () => change(key, (kept) => { kept.photos = report.photos; });
  const outcome = await post(report, { late, photoTaken });
  await settle(report, outcome);
  return outcome;
}

/** After sending nothing of what was written stays on the phone. */
async function settle(report, { sent, refused, later }) {
  if (sent) {
    const { key, written_at, category } = report;
    await keep({ key, state: "sent", written_at, category, sent_at: new Date().toISOString(), ...sent });
    return;
  }
  await change(report.key, (kept) => {
    kept.tries += 1;
    kept.trying_since = 0;
    kept.photos = report.photos;
    kept.told_to_wait = Boolean(later);
    kept.next_try = Date.now() + (later ? later * 1000 : pause(kept.tries));
    if (refused && !later) Object.assign(kept, { state: "failed", problem: refused.detail, errors: refused.errors, phone: refused.phone });
  });
}

function pause(tries) {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 3 ** Math.min(tries - 1, 6));
}

/**
 * Tries every waiting report whose time has come; with `now` (a network has come back) all but those that the server
 * told to wait. Gives when to come back, in milliseconds, or null when nothing waits.
 */
export async function sendAll({ now = false } = {}) {
  for (const { key, state, next_try, told_to_wait, sent_at } of await loadAll()) {
    if (state === "sent" && Date.now() - Date.parse(sent_at) > REMEMBERED_MS) await forget(key);
    if (state === "waiting" && (next_try <= Date.now() || (now && !told_to_wait))) await sendKept(key);
  }
  const left = (await loadAll()).filter(({ state }) => state === "waiting");
  if (!left.length) return null;
  return Math.max(1_000, Math.min(...left.map(({ next_try }) => next_try)) - Date.now());
}
