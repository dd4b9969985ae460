// What somebody has typed or ticked stays when the part of the page around it is replaced after another change.

function changed(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected);
  return field.value !== field.defaultValue;
}

function put(field, { value, checked }) {
  if (!field) return;
  if (field.type === "checkbox" || field.type === "radio") field.checked = checked;
  else if (!field.options || [...field.options].some((option) => option.value === value)) field.value = value;
}

/** The fields of `part` that differ from how they came; what has just been sent with the form `sent` is not kept. */
export function typedIn(part, sent) {
  const visible = [...part.querySelectorAll(":is(input, select, textarea)[id]:not([type=hidden])")];
  const kept = visible.filter((field) => changed(field) && (field.form?.id !== sent.id || sent.id === "round-form"));
  const open = [...part.querySelectorAll("details[open][id]")].map(({ id }) => id);
  return { open, fields: kept.map(({ id, value, checked }) => ({ id, value, checked })) };
}

/** Puts into `part` what was kept, where its fields are still there. */
export function typeInto(part, { open, fields }) {
  for (const id of open) part.querySelector(`#${id}`)?.setAttribute("open", "");
  for (const field of fields) put(part.querySelector(`#${field.id}`), field);
}
