// The desk's pages: keys, undo, ready words and the map. Every one of them can be missing and the page still works.

import { listenToKeys } from "./keys.js";
import { showMap } from "./map.js";
import { followSearches } from "../search.js";
import { countDown } from "./undo.js";
import { fillReadyWords } from "./words.js";

listenToKeys();
countDown();
fillReadyWords();
followSearches();
showMap();
document.querySelector(".queue__item a[aria-current]")?.scrollIntoView({ block: "nearest" });
