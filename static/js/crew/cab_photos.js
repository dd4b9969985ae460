// Photos that were taken and not tapped off yet: small at once, shown, and taken away again by a tap.

import { shrink } from "../photo/shrink.js";
import { icon, make, say } from "./cab_say.js";

/** {take(): blobs and an empty list} for one box with a camera button. `failed()` is called for what cannot be read. */
export function photoBox(box, { failed, changed = () => {} }) {
  const field = box.querySelector("input[type=file]");
  const list = box.querySelector("ul");
  let blobs = [];

  field.addEventListener("change", async () => {
    const files = [...field.files];
    field.value = "";
    for (const file of files) {
      const small = await shrink(file).catch(() => null);
      // Its bytes: some phones forget what a chosen file pointed to.
      if (small) blobs = [...blobs, new Blob([await small.arrayBuffer()], { type: small.type || "image/jpeg" })];
      else failed();
    }
    show();
    changed();
  });

  function show() {
    for (const image of list.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    list.replaceChildren(...blobs.map((blob, at) => {
      const remove = make("button", { type: "button", class: "ds-button", "data-variant": "tertiary", "aria-label": say("remove_photo", { n: at + 1 }) }, icon("cross"));
      remove.addEventListener("click", () => { blobs = blobs.filter((one) => one !== blob); show(); changed(); field.focus(); });
      return make("li", {}, make("img", { src: URL.createObjectURL(blob), alt: say("photo", { n: at + 1 }) }), remove);
    }));
  }

  const give = (these) => { blobs = these; show(); };
  return { look: () => blobs, give, clear: () => give([]) };
}
