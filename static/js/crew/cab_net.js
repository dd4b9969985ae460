// When to send and when to ask: at once, when the network comes back, when somebody looks, and later and later in between.

import { sendField } from "./cab_send.js";
import { loadEntries } from "./cab_store.js";

const FIRST_PAUSE_MS = 4_000;
const LONGEST_PAUSE_MS = 3 * 60_000;
const ASK_MS = 2 * 60_000;
const SYNC = "gatami-send";

/**
 * Keeps sending. `told({sending, reachable, signIn, stuck})` hears how it stands; `sent(keys)` gets the keys that were
 * applied, and `ask()` fetches the round anew: true, or false when there is no network.
 */
export function startNet({ told, ask }) {
  let tries = 0;
  let timer;
  let running = false;
  let again = false;
  const state = { sending: false, reachable: navigator.onLine, signIn: false, stuck: "" };
  const tell = (changes) => told(Object.assign(state, changes));

  async function run() {
    if (running) {
      again = true;
      return;
    }
    running = true;
    clearTimeout(timer);
    again = false;
    try {
      await once();
    } finally {
      running = false;
    }
    if (again) await run();
  }

  async function once() {
    const waits = await isWaiting();
    if (waits) tell({ sending: true });
    const outcome = waits ? await sendField().catch(() => ({ unreachable: true })) : {};
    // Somebody else sends: another tab, or the worker.
    if (outcome) tell({ sending: false, signIn: Boolean(outcome.signIn), stuck: outcome.stuck ?? "" });
    const reachable = outcome?.unreachable ? false : await ask();
    tell({ sending: false, reachable });
    tries = reachable && !(await isWaiting()) ? 0 : tries + 1;
    timer = setTimeout(run, tries ? Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1)) : ASK_MS);
    if (tries) wakeWorker();
  }

  /** The service worker sends when this page is closed, where the browser can wake it up. */
  async function wakeWorker() {
    const registration = await navigator.serviceWorker?.getRegistration();
    await registration?.sync?.register(SYNC).catch(() => {});
  }

  const now = () => { tries = 0; run(); };
  addEventListener("online", now);
  addEventListener("offline", () => tell({ reachable: false }));
  addEventListener("pageshow", (event) => { if (event.persisted) now(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) now(); });
  /** What somebody else sent for this phone is soon in the server's answer. */
  const soon = () => { if (!running) now(); };
  return { now, soon, state };
}

export async function isWaiting() {
  return (await loadEntries()).some(({ state }) => state === "waiting");
}
