// What of a round is kept on the phone beside its data: the page, the files it needs, and the photos.

import { forgetRounds, KEPT_MS, loadEntries, loadRounds } from "./cab_store.js";

/** One cache for each round, so that it goes as a whole; static/js/offline/worker.js leaves these alone. */
export const PREFIX = "gatami-round-";
const AT_ONCE = 3;
const NAMED = /(?:src|href|data-local)="(\/static\/[^"#]+)/g;
export const cacheOf = (base) => PREFIX + base;

/** Keeps the page, which is the same whoever drives and holds no token, and its files. */
export async function keepPage(base) {
  const answer = await fetch(`${base}/drive?kept=1`, { cache: "no-store", headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) throw new Error(`The page is not there: ${answer.status}`);
  const words = await answer.text();
  const files = new Set([...words.matchAll(NAMED)].map(([, address]) => address.replaceAll("&amp;", "&")));
  const cache = await caches.open(cacheOf(base));
  await each([...files], async (address) => {
    if (await cache.match(address)) return;
    const file = await fetch(address);
    if (file.ok) await cache.put(address, file);
  });
  const headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": answer.headers.get("content-security-policy") ?? "" };
  await cache.put(`${base}/drive`, new Response(words, { headers }));
}

/** Keeps the photos of the round, and lets go of those that are not on it any more. True when all are here. */
export async function keepPhotos(base, data) {
  const wanted = photosOf(data);
  const cache = await caches.open(cacheOf(base));
  const here = (await cache.keys()).map(({ url }) => new URL(url)).filter(({ pathname }) => pathname.includes("/photos/"));
  for (const { pathname, search } of here) if (!wanted.includes(pathname + search)) await cache.delete(pathname + search);
  let all = true;
  await each(wanted, async (address) => {
    if (await cache.match(address)) return;
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok) await cache.put(address, answer);
    else if (!answer || answer.status >= 500) all = false;
  });
  return all;
}

/** Thumbnails first: they are what is looked at. */
function photosOf({ stops }) {
  const photos = stops.flatMap(({ reports }) => reports.flatMap((report) => report.photos ?? []));
  return [...new Set([...photos.map(({ thumbnail }) => thumbnail), ...photos.map(({ full }) => full)])].filter(Boolean);
}

/** An address for an <img>: what is kept, else the server's. Whoever asks lets go of a blob again. */
export async function pictureAt(base, address) {
  const name = cacheOf(base);
  const kept = (await caches.has(name)) ? await (await caches.open(name)).match(address) : undefined;
  return kept ? URL.createObjectURL(await kept.blob()) : address;
}

export async function each(items, work) {
  const todo = [...items];
  const next = async () => { while (todo.length) await work(todo.shift()); };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

/** Takes rounds off the phone; with `work` also what was tapped there and not sent. */
export async function forget(bases, options) {
  await forgetRounds(bases, options);
  for (const base of bases) await caches.delete(cacheOf(base));
}

/**
 * Takes away what is not to stay: rounds that are over, those of three days ago and, where `driver` tells who is signed
 * in now, everybody else's. What was tapped there and not sent stays until the same person can send it.
 */
export async function tidy(driver) {
  const rounds = await loadRounds();
  // Unsent, or not read yet by the one who tapped it.
  const unsent = new Set((await loadEntries()).filter(({ state, sentence }) => state === "waiting" || sentence).map(({ base }) => base));
  const gone = rounds.filter((round) => isGone(round, driver, unsent.has(round.base))).map(({ base }) => base);
  await forget(gone);
  const kept = new Set(rounds.map(({ base }) => cacheOf(base)).filter((name) => !gone.some((base) => cacheOf(base) === name)));
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) && !kept.has(name)) await caches.delete(name);
}

function isGone(round, driver, unsent) {
  if (driver && round.driver.startsWith("staff-") && round.driver !== driver) return true;
  return !unsent && (round.data?.open === false || Date.now() - round.kept_at > KEPT_MS);
}
