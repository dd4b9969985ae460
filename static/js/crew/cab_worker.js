// The service worker's part for crews: opens the page of a kept round without a network, and sends what waits of it.
//
// Of all staff's pages only these are ever kept, and only by the page itself: see cab_keep.js.

import { cacheOf, PREFIX, tidy } from "./cab_keep.js";
import { sendField } from "./cab_send.js";
import { isUsed } from "./cab_store.js";

const PATIENCE_MS = 4_000;
const DRIVE = /^(\/staff\/route-lists\/\d+|\/round\/[^/]+)\/drive$/;
// From here a crew goes to its round; a stranger to the network would find nothing.
const ON_THE_WAY = /^\/staff(\/route-lists(\/\d+)?)?$/;

/** Whether this is for `cabPage`. */
export const isCab = (path) => DRIVE.test(path) || ON_THE_WAY.test(path);
export const isRound = (name) => name.startsWith(PREFIX);

/** {answer, kept}: the page from the network unless that takes too long or fails; then as it was kept. */
export async function cabPage(request, path) {
  const base = DRIVE.exec(path)?.[1];
  const kept = base && (await caches.has(cacheOf(base))) ? await (await caches.open(cacheOf(base))).match(path) : undefined;
  if (base && !kept) return { answer: await fetch(request) };
  let answer;
  try {
    answer = await (kept ? soon(request) : fetch(request));
    if (answer.status < 500) return { answer };
  } catch { /* No network: what was kept answers. */ }
  return kept ? { answer: kept, kept: true } : { answer: answer ?? (await lastRound()) };
}

/** The round that was kept last; caches are listed in the order in which they were made. */
async function lastRound() {
  const name = (await caches.keys()).findLast((one) => one.startsWith(`${PREFIX}/staff/`));
  return name ? Response.redirect(`${name.slice(PREFIX.length)}/drive`, 302) : Response.error();
}

function soon(request) {
  const late = new Promise((_, reject) => { setTimeout(() => reject(new Error("Too slow")), PATIENCE_MS); });
  return Promise.race([fetch(request), late]);
}

/** What stayed too long goes, also from a tablet on which nobody opens a round any more. */
export async function forgetOld() {
  if (await isUsed()) await tidy("");
}

/** The browser tries again, later and less often, as long as this fails. */
export async function sendRounds() {
  const outcome = await sendField();
  if (outcome?.unreachable) throw new Error("Some taps still wait");
}
