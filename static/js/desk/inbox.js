// What helps a unit to say it well, on its own page of a report.

import { start } from "./words.js";

start(document);
