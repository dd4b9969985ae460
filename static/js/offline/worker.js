// The service worker: opens the form without a network, and sends what waits. /sw.js hands it the list of the shell.
//
// It never keeps anything but the shell: no page with a token, nothing of staff's, no secret link, no answer of the API.
// What a crew has with it on its round is kept by that page itself, and goes when its driver signs out.

import { cabPage, forgetOld, isCab, isRound, sendRounds } from "../crew/cab_worker.js";
import { sendAll } from "./sending.js";
import { recall } from "./store.js";

const PATIENCE_MS = 3_000;
const PREFIX = "gatami-";
// The browser alone deals with these.
const LEFT_ALONE = /^\/(staff|api|photos|form-token|sw\.js|manifest\.webmanifest)(\/|$)/;
const AREA = "/map/area.json";

/** `shell`: {version, language, pages: {"form-nb": address, ...}, files: [address], vendor: {address at the CDN: ours}, hashes}. */
export function serve(shell) {
  const current = PREFIX + shell.version;
  // Pages that came from the shell take their files from there too, and do not wait for each one in turn.
  const fromShell = new Set();

  addEventListener("install", (event) => {
    // Safe, because nobody's page is ever reloaded, and what the version before kept stays until the next one.
    event.waitUntil(install(current, shell).then(() => skipWaiting()));
  });
  // Pages say which language they are in; the others' pages stay on the server.
  addEventListener("message", (event) => {
    if (event.data?.language) event.waitUntil(keepPages(current, shell, event.data.language));
  });
  addEventListener("activate", (event) => {
    event.waitUntil(Promise.all([tidy(current), forgetOld().catch(() => {})]).then(() => clients.claim()));
  });
  addEventListener("sync", (event) => event.waitUntil(Promise.all([sendWaiting(), sendRounds()])));
  addEventListener("fetch", (event) => {
    const answer = answerTo(event);
    if (answer) event.respondWith(answer);
  });

  function answerTo(event) {
    const { request, clientId } = event;
    const url = new URL(request.url);
    if (request.method !== "GET") return undefined;
    if (request.mode === "navigate" && url.origin === location.origin && isCab(url.pathname)) return cab(event, url.pathname);
    if (shell.vendor[request.url]) return fromShell.has(clientId) ? kept(shell.vendor[request.url]) : undefined;
    if (url.origin !== location.origin || LEFT_ALONE.test(url.pathname)) return undefined;
    if (request.mode === "navigate") return page(event, url.pathname);
    if (url.pathname === AREA) return fromShell.has(clientId) ? kept(AREA) : fresh(request);
    if (!url.pathname.startsWith("/static/")) return undefined;
    return url.searchParams.has("v") || fromShell.has(clientId) ? keptOr(request) : soon(request).catch(() => kept(url.pathname));
  }

  async function cab({ request, resultingClientId }, path) {
    const { answer, kept: wasKept } = await cabPage(request, path);
    if (wasKept) fromShell.add(resultingClientId);
    return answer;
  }

  async function page({ request, resultingClientId }, path) {
    if (path.startsWith("/offline/")) return shellPage(path, resultingClientId, request);
    try {
      // Only what the phone can show by itself has to come quickly.
      const answer = path === "/" || path === "/waiting" ? await soon(request) : await fetch(request);
      if (answer.status < 500) return answer;
    } catch { /* No network: the shell answers. */ }
    return shellPage(await ownPage(path === "/" ? "form" : "waiting"), resultingClientId, request);
  }

  async function ownPage(name) {
    return shell.pages[`${name}-${await spoken(shell)}`];
  }

  async function shellPage(address, client, request) {
    // A language whose pages are not kept needs the network; without it, the language of this phone stays.
    const answer = await match(address) ?? await fetch(request).catch(async () => match(await ownPage(address.split("/").at(-1))));
    if (!answer) return Response.error();
    fromShell.add(client);
    return answer;
  }

  async function match(address) {
    const options = { ignoreVary: true };
    const mine = await (await caches.open(current)).match(address, options);
    // The version before this one: a page of it may still be open.
    return mine ?? caches.match(address, options);
  }

  async function kept(address) {
    return (await match(address)) ?? fetch(address);
  }

  async function keptOr(request) {
    return (await match(request)) ?? fetch(request);
  }

  /** The newest there is, which is kept for next time. */
  async function fresh(request) {
    try {
      const answer = await soon(request);
      if (answer.ok) await (await caches.open(current)).put(AREA, answer.clone());
      return answer;
    } catch {
      return kept(AREA);
    }
  }
}

/** The answer, unless its first byte takes too long. */
function soon(request) {
  const late = new Promise((_, reject) => { setTimeout(() => reject(new Error("Too slow")), PATIENCE_MS); });
  return Promise.race([fetch(request), late]);
}

/** The language that pages were last seen in on this phone, else the municipality's. */
async function spoken({ pages, language }) {
  const last = await recall("language").catch(() => null);
  return pages[`form-${last}`] ? last : language;
}

const pagesIn = ({ pages }, language) => ["form", "waiting"].map((page) => pages[`${page}-${language}`]).filter(Boolean);

/** The pages of one more language, unless they are kept already. */
async function keepPages(name, shell, language) {
  const cache = await caches.open(name);
  const missing = await Promise.all(pagesIn(shell, language).map(async (page) => ((await cache.match(page)) ? null : page)));
  await cache.addAll(missing.filter(Boolean)).catch(() => {});
}

/** All of the shell in one language or, when something is missing, nothing: the browser tries again later. */
async function install(name, shell) {
  const { files, vendor, hashes } = shell;
  const pages = pagesIn(shell, await spoken(shell));
  const cache = await caches.open(name);
  // What has its mark in the address never changes; the rest is asked for, and mostly has not changed.
  const policy = (address) => (address.includes("?v=") ? "default" : "no-cache");
  const fromCdn = new Map(Object.entries(vendor).map(([url, local]) => [local, url]));
  await Promise.all([...pages, ...files].map(async (address) => {
    const url = fromCdn.get(address);
    const answer = (url && await copied(url, hashes[url])) ?? await fetch(address, { cache: policy(address) });
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    await cache.put(address, answer);
  }));
}

/** A file of the CDN: the page has just fetched it, so that it comes out of the browser's own cache, and not again. */
async function copied(url, integrity) {
  try {
    const answer = await fetch(url, { cache: "force-cache", integrity, signal: AbortSignal.timeout?.(PATIENCE_MS) });
    // Without the address of the CDN, so that it counts as ours.
    return answer.ok ? new Response(await answer.blob(), { headers: { "content-type": answer.headers.get("content-type") } }) : null;
  } catch {
    return null;
  }
}

/** Keeps this version and the one before it; caches are listed in the order in which they were made. */
async function tidy(current) {
  const ours = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && !isRound(name) && name !== current);
  await Promise.all(ours.slice(0, -1).map((name) => caches.delete(name)));
}

/** The browser tries again, later and less often, as long as this fails. */
async function sendWaiting() {
  if ((await sendAll({ now: true })) !== null) throw new Error("Some reports still wait");
}
