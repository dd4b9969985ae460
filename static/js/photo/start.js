// Photo fields of a page that has no other script for them.

import { takePhotos } from "./field.js";
import { forget } from "./memory.js";
import { draftWasSent, isSeenAgain } from "../report/draft_memory.js";

for (const field of document.querySelectorAll("[data-photo-field]")) takePhotos(field);
// The receipt: what was sent is no longer waiting.
if (new URLSearchParams(location.search).has("new")) {
  forget();
  const reference = document.querySelector(".receipt__reference")?.textContent;
  // Whoever comes back to the receipt may have begun another report.
  if (reference && !isSeenAgain()) draftWasSent(reference, location.pathname);
}
