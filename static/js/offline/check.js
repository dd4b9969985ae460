// What can be seen on the phone alone to be missing, so that a report does not wait for days to be refused.
// The server decides; this looks only at what the page itself says.

/** [{field, detail}] */
export function missing(form, words) {
  const found = [];
  const chosen = form.querySelector("input[name=category]:checked");
  if (!isPlaced(form)) found.push({ field: "position", detail: words.sayNoPlace });
  if (!chosen) found.push({ field: "category", detail: words.sayNoCategory });
  for (const box of document.querySelectorAll("#about-category fieldset, #about-category .ds-field")) {
    if (box.parentElement.closest("fieldset") || box.querySelector(".optional")) continue;
    const fields = [...box.querySelectorAll("input[name], select[name], textarea[name]")];
    const answered = fields.some((field) => (["radio", "checkbox"].includes(field.type) ? field.checked : field.value.trim()));
    if (fields.length && !answered) found.push({ field: fields[0].name, detail: words.sayNoAnswer.replace("{question}", nameOf(box)) });
  }
  if (form.elements.email?.validity.typeMismatch) found.push({ field: "email", detail: words.sayNoEmail });
  return found;
}

/** The question as it is asked, without the note that it must be answered. */
function nameOf(box) {
  return box.querySelector("legend, label").firstChild.textContent.trim();
}

function isPlaced(form) {
  const { address, lat, lon } = form.elements;
  const mast = form.elements["answers.mast"]?.value?.trim();
  return Boolean(address?.value.trim() || mast || lat?.value.trim() || lon?.value.trim());
}
