// Photo fields of a page that has no other script for them.

import { takePhotos } from "./field.js";
import { forget } from "./memory.js";

for (const field of document.querySelectorAll("[data-photo-field]")) takePhotos(field);
// The receipt: what was sent is no longer waiting.
if (new URLSearchParams(location.search).has("new")) forget();
