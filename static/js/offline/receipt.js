// The receipt has come: nothing of what was written stays on the phone but the way to follow it, for "My reports".

import { change, keep, loadAll } from "./store.js";

async function remember() {
  const here = (await loadAll()).filter(({ state, follow_url }) => state === "sent" && follow_url === location.pathname);
  for (const { key } of here) await change(key, (kept) => { kept.seen = true; });
  if (!here.length) await keep(thisReport());
  document.getElementById("remembered").hidden = false;
}

/** One that was sent without our script. */
function thisReport() {
  const { kind, reference } = document.querySelector(".receipt").dataset;
  const now = new Date().toISOString();
  return {
    key: `receipt ${location.pathname}`, state: "sent", seen: true, written_at: now, sent_at: now, category: kind,
    reference, follow_url: location.pathname,
  };
}

// Private windows of some browsers keep nothing: then the link on the page is all there is.
remember().catch(() => {});
