// Sends what was tapped, in the order of the field: by the page as long as it is open, else by the service worker.

import { alone } from "../offline/lock.js";
import { changePhoto, loadEntries, loadPhoto, settle, tryNow } from "./cab_store.js";

const TOKEN_MS = 10_000;
const PHOTO_MS = 120_000;
const ENTRIES_MS = 60_000;
const BATCH = 20;
const JSON_ONLY = { accept: "application/json" };
const REFUSED = [400, 409, 413, 415, 422];

/** The network, or what stands in for it, gave no answer of ours. */
class Unreachable extends Error {}
/** Nobody is signed in here, or somebody else is. */
class SignIn extends Error {}

/**
 * Sends all that waits, one sender at a time. Gives one of
 *   {}                      all is sent
 *   {unreachable: true}     no network, no server: later
 *   {signIn: true}          the session is over: nothing is lost, and it goes on after signing in
 *   {stuck: sentence}       the server wants none of it, and says why
 *   undefined               somebody else is at it
 */
export function sendField() {
  return alone("rounds", sendNow);
}

async function sendNow() {
  const waiting = (await loadEntries()).filter(({ state }) => state === "waiting");
  let outcome = {};
  try {
    const who = waiting.length ? await askWho() : null;
    for (const base of new Set(waiting.map((entry) => entry.base))) {
      const mine = waiting.filter((entry) => entry.base === base);
      // One person's taps are never sent as another's; a contractor is known by the address alone.
      const own = mine.filter(({ driver }) => !driver.startsWith("staff-") || driver === who.driver);
      if (own.length < mine.length) outcome = { signIn: true };
      const problem = await sendRound(base, own, who.csrf_token);
      outcome = problem ? { ...outcome, stuck: problem } : outcome;
    }
  } catch (error) {
    if (error instanceof SignIn) return { signIn: true };
    return { unreachable: true };
  }
  return outcome;
}

async function askWho() {
  const { said } = await ours(await fetch("/form-token", { headers: JSON_ONLY, cache: "no-store", signal: patience(TOKEN_MS) }));
  return said;
}

async function sendRound(base, entries, token) {
  for (let from = 0; from < entries.length; from += BATCH) {
    const batch = [];
    for (const entry of entries.slice(from, from + BATCH)) if (await tryNow(entry.key)) batch.push(entry);
    for (const entry of batch) {
      for (const key of [...entry.photos, ...entry.photos_before]) await sendPhoto(base, key, token);
    }
    const problem = await sendBatch(base, batch, token);
    if (problem) return problem;
  }
  return "";
}

/** A photo that the server cannot read is left out: the tap counts without it. */
async function sendPhoto(base, key, token) {
  const photo = await loadPhoto(key);
  if (!photo || photo.sent) return;
  const form = new FormData();
  form.append("key", key);
  form.append("file", new Blob([photo.bytes], { type: photo.type }), "photo.jpg");
  const headers = { ...JSON_ONLY, "x-csrf-token": token };
  const answer = await fetch(`${base}/photos`, { method: "POST", body: form, headers, signal: patience(PHOTO_MS) });
  const { status } = await ours(answer);
  // Where the whole round is refused, its taps say so.
  if (status < 300 || REFUSED.includes(status)) await changePhoto(key, (kept) => { kept.sent = status < 300 ? "yes" : "refused"; });
}

async function sendBatch(base, batch, token) {
  if (!batch.length) return "";
  const entries = await Promise.all(batch.map(bodyOf));
  const answer = await fetch(`${base}/entries`, {
    method: "POST", body: JSON.stringify({ entries }), signal: patience(ENTRIES_MS),
    headers: { ...JSON_ONLY, "content-type": "application/json", "x-csrf-token": token },
  });
  const { status, said } = await ours(answer);
  if (status < 300) {
    for (const one of said.entries) await settle(one.key, one);
    return "";
  }
  if (!REFUSED.includes(status)) return said.detail || String(status);
  // One that cannot be read must not hold up the others.
  if (batch.length > 1) {
    for (const entry of batch) {
      const problem = await sendBatch(base, [entry], token);
      if (problem) return problem;
    }
    return "";
  }
  await settle(batch[0].key, { result: "refused", sentence: said.detail ?? "" });
  return "";
}

async function bodyOf({ key, body, photos, photos_before }) {
  const there = async (keys) => {
    const found = await Promise.all(keys.map(loadPhoto));
    return keys.filter((_, at) => found[at]?.sent === "yes");
  };
  return { key, ...body, photo_keys: await there(photos), photos_before: await there(photos_before) };
}

/** Phones from before 2022 have no such signal, and wait as long as their browser does. */
const patience = (milliseconds) => AbortSignal.timeout?.(milliseconds);

/** {status, said} of an answer that is surely ours: cafés and trains answer too, and a server on its way up says 502. */
async function ours(answer) {
  const kind = answer.headers.get("content-type") ?? "";
  if (answer.status === 401 || (answer.redirected && answer.url.includes("/staff/sign-in"))) throw new SignIn();
  const json = /^application\/(problem\+)?json/.test(kind);
  // Too many at once is no answer to what was sent either.
  if (answer.status >= 500 || answer.status === 429 || answer.redirected || !json) throw new Unreachable(String(answer.status));
  return { status: answer.status, said: await answer.json() };
}
