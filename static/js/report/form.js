// The report form's script: each part is useful by itself, and the form works without any of them.

import { followCategory } from "./category.js";
import { followHere } from "./here.js";
import { followLamps } from "./lamps.js";
import { followPlace } from "./place.js";
import { takePhotos } from "./photos.js";

const form = document.getElementById("report");
const photos = takePhotos(form);

followCategory(form);
followLamps(form);
followPlace(form);
followHere(form);

// A tap on "send" while a photo is on its way waits for it, instead of losing it.
form.addEventListener("submit", (event) => {
  if (!photos.busy()) return;
  event.preventDefault();
  document.getElementById("sending").textContent = document.getElementById("photo_files").dataset.sayWait;
  photos.whenReady().then(() => form.requestSubmit(event.submitter));
});
