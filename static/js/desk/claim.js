// Who is on which report: said when it is shown, said again while it stands open, and taken back when it is left.

import { formOf, post } from "./asking.js";

const AGAIN_MS = 4 * 60_000;
let mine = "";

/** Claims this report and lets the one before go; { holder, version } as the server knows them, null without answer. */
export async function claim(reference) {
  const instead = mine === reference ? "" : mine;
  mine = reference;
  try {
    const answer = await post(`/staff/reports/${reference}/claim`, formOf({ instead }), "claim");
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;  // A claim only warns: the version decides.
  }
}

/** The report was decided, and its claim went with that. */
export const settled = () => { mine = ""; };

/** Keeps the claim while the page stands open, and frees it when the page is left. `shown()` is what stands in front. */
export function keepClaim(shown) {
  mine = shown();
  setInterval(() => !document.hidden && mine && claim(mine), AGAIN_MS);
  window.addEventListener("pagehide", () => mine && free(mine));
  window.addEventListener("pageshow", ({ persisted }) => persisted && shown() && claim(shown()));
}

function free(reference) {
  post(`/staff/reports/${reference}/claim`, formOf({ release: "1" }), "claim", { keepalive: true, signal: undefined })
    .catch(() => { /* It runs out by itself. */ });
}
