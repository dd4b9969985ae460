// Enter in a field does what the field is for, and never sends the report: only the button does.

/** Takes the form's first button from Enter, and leads from a kind of report to its questions. */
export function tameEnter(form) {
  // A browser presses the first button for Enter, wherever it stands; one that cannot be pressed keeps it from sending.
  // It still tells the field's change, so that a lamp's number or coordinates are looked up.
  const first = [...form.elements].find(({ type }) => type === "submit");
  if (first?.getAttribute("aria-hidden")) first.disabled = true;
  form.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.key !== "Enter" || event.isComposing || target.type !== "radio" || target.name !== "category") return;
    event.preventDefault();
    choose(target);
    (document.querySelector("#about-category :is(input, select, textarea, a)") ?? form.elements.description).focus();
  });
}

/** Chooses a radio button as a tap on it would. */
export function choose(radio) {
  if (radio.checked) return;
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
}
