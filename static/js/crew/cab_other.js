// Another fault that the crew sees: what it is, a word, a photo, and where. It becomes a report of its own.

import { photoBox } from "./cab_photos.js";
import { whereAmI } from "./cab_place.js";
import { icon, make, part, say } from "./cab_say.js";

/** `report(body, photos)` keeps it; `open(data, stop)` asks for it. */
export function otherFault({ failed, report }) {
  const dialog = document.getElementById("cab-other");
  const form = part("other-form");
  const words = document.getElementById("cab-other-words");
  const photos = photoBox(form.querySelector("[data-photos=other]"), { failed: () => failed(say("no_photo")) });
  let stop = null;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const category = form.querySelector("input[name=category]:checked")?.value;
    part("other-error").hidden = Boolean(category);
    if (!category) {
      part("other-error").scrollIntoView({ block: "center" });
      form.querySelector("input[name=category]")?.focus();
      return;
    }
    const here = form.elements.where.value === "here" ? whereAmI() : null;
    const { lat, lon } = here ?? stop;
    await report({ kind: "other_fault", stop_id: stop.id, category, words: words.value.trim(), lat, lon }, photos.look());
    photos.clear();
    form.reset();
    dialog.close();
  });

  function open(data, at) {
    stop = at;
    part("other-error").hidden = true;
    if (!part("categories").children.length) part("categories").replaceChildren(...(data.categories ?? []).map(tile));
    const here = whereAmI();
    part("here-choice").hidden = !here;
    if (here) part("accuracy").textContent = say("accuracy", { n: Math.max(5, Math.round(here.accuracy)) });
    document.getElementById(here ? "cab-where-here" : "cab-where-stop").checked = true;
    dialog.showModal();
  }
  return { open };
}

function tile({ code, name, icon: drawing }) {
  const field = make("input", { class: "ds-input", type: "radio", name: "category", value: code });
  return make("label", { class: "tile" }, field, drawing ? icon(drawing) : "", make("span", {}, name));
}
