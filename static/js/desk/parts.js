// What stands beside a report: each part has a module of its own with `start(root)`, called for every report that is
// shown, also after a swap. `root` holds the report. What `start` gives back, if anything, is called before it goes.

import { start as place } from "./map.js";
import { start as search } from "./place.js";
import { start as rightUnit } from "./right_unit.js";
import { start as words } from "./words.js";

const PARTS = [words, search, place, rightUnit];

/** Starts every part in `root`; the answer stops them. A part that fails leaves the others alone. */
export function startParts(root) {
  const stops = PARTS.map((start) => {
    try {
      return start(root);
    } catch (error) {
      console.warn(error);
      return null;
    }
  });
  return () => stops.forEach((stop) => typeof stop === "function" && stop());
}
