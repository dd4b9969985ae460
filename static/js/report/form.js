// The report form's script: each part is useful by itself, and the form works without any of them.

import { followCategory } from "./category.js";
import { bringBack } from "./draft.js";
import { tameEnter } from "./enter.js";
import { followHere } from "./here.js";
import { followKinds } from "./kinds.js";
import { followLamps } from "./lamps.js";
import { followNearest } from "./nearest.js";
import { followPlace } from "./place.js";
import { followSearches } from "../search.js";
import { startWithPhoto } from "./photo_first.js";
import { takePhotos } from "../photo/field.js";

const form = document.getElementById("report");
const photos = takePhotos(document.getElementById("photos"));

const tellOfDraft = bringBack(form);
tameEnter(form);
followCategory(form);
followKinds(form);
followLamps(form);
followSearches();
followNearest();
followPlace(form);
followHere(form);
startWithPhoto(form, photos);
tellOfDraft();
// A link or the server may have filled in a place: from here on it is followed like one that was chosen.
document.dispatchEvent(new CustomEvent("gatami:start"));
