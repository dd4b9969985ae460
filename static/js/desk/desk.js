// The desk's pages: keys, undo, and what stands beside a report. Every one of them can be missing and the page works.

import { listenToKeys } from "./keys.js";
import { startParts } from "./parts.js";
import { countDown } from "./undo.js";
import { startWorkbench } from "./workbench.js";

listenToKeys();
countDown();
if (document.getElementById("workbench")) startWorkbench();
else startParts(document.getElementById("main"));
