// File fields that are sent with their form: what is chosen is made small on the phone, so that the form goes through.

import { shrink } from "./shrink.js";

for (const input of document.querySelectorAll("input[type=file][data-shrink]")) {
  input.addEventListener("change", async () => {
    const chosen = [...input.files];
    const kept = new DataTransfer();
    for (const file of chosen) {
      const small = await shrink(file);
      kept.items.add(small === file ? file : new File([small], file.name.replace(/\.\w+$/, "") + ".jpg", { type: small.type }));
    }
    // Something else may have been chosen meanwhile.
    if (chosen.length === input.files.length && chosen.every((file, number) => file === input.files[number])) input.files = kept.files;
  });
}
