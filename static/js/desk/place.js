// The search for a place in the form "Place".

import { followSearches } from "../search.js";

/** Makes the search of this report work, until the report goes. */
export function start(root) {
  const gone = new AbortController();
  followSearches(root, gone.signal);
  return () => gone.abort();
}
