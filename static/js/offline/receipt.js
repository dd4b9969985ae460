// The receipt has come: the phone need not remember the report any more, because the page tells how to follow it.

import { forget, loadAll } from "./store.js";

const here = (await loadAll().catch(() => [])).filter(({ state, follow_url }) => state === "sent" && follow_url === location.pathname);
for (const { key } of here) await forget(key);
