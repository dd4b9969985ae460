// The desk's pages: keys, undo, and what stands beside a report. Every one of them can be missing and the page works.

import { listenToKeys } from "./keys.js";
import { startParts } from "./parts.js";
import { countDown } from "./undo.js";

listenToKeys();
countDown();
startParts(document.getElementById("main"));
document.querySelector(".queue__item a[aria-current]")?.scrollIntoView({ block: "nearest" });
