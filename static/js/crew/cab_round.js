// The round on this phone and its newest state from the server, brought together.

import { planOf } from "./cab_data.js";
import { forget, keepPage, keepPhotos } from "./cab_keep.js";
import { changeRound, keepRound, loadEntries, loadRound } from "./cab_store.js";
import { keepTiles } from "./cab_tiles.js";

const PATIENCE_MS = 15_000;

/** {round, reachable, changed, over}: what the server says now, kept; `changed` when the plan is another one. */
export async function fetchRound({ base, driver }) {
  // What is settled before the question is in the answer.
  const settled = (await loadEntries(base)).filter(({ state, over }) => state !== "waiting" && !over);
  const answer = await fetch(`${base}/round-data.json`, {
    cache: "no-store", headers: { accept: "application/json" }, signal: AbortSignal.timeout?.(PATIENCE_MS),
  }).catch(() => null);
  if (!answer || answer.status >= 500 || answer.redirected) return { reachable: false };
  if (answer.status === 401) return { reachable: true, signIn: true };
  const data = await answer.json().catch(() => null);
  if (!data) return { reachable: false };
  if (!answer.ok) return { reachable: true, over: data.detail ?? String(answer.status) };
  // Whoever signs out now must not find it here again.
  if ("leaving" in document.documentElement.dataset) return { reachable: true };
  let changed = false;
  await keepRound(base, (before) => {
    const mine = before?.driver === driver ? before : { arrived: {}, seen: [], at: null, last: null };
    changed = Boolean(mine.data) && planOf(mine.data) !== planOf(data);
    return { ...mine, base, driver, data, kept_at: Date.now() };
  }, settled);
  return { reachable: true, round: await loadRound(base), changed };
}

/** Everything that a shift without a network needs; true when all of it is here. */
export async function keepAll({ base, data }, tiles) {
  if (typeof caches === "undefined" || !data.open) return false;
  await keepPage(base);
  const photos = await keepPhotos(base, data);
  keepTiles(base, data, tiles).catch(() => {});
  return photos;
}

/** The list is closed and all was said: nothing of it stays here. */
export async function letGo({ base, data }) {
  const left = (await loadEntries(base)).some(({ state, sentence }) => state === "waiting" || sentence);
  if (!data.open && !left) await forget([base]);
}

export const note = (base, given) => changeRound(base, (round) => Object.assign(round, given));
