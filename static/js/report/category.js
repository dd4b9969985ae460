// Shows what a category brings with it: its questions, a notice, or a number to ring instead of the form.

/** Follows the choice of a category. */
export function followCategory(form) {
  form.addEventListener("change", (event) => {
    if (event.target.name === "category") show(form, event.target.value);
  });
  // A browser that goes back keeps the choice but not what we showed with it.
  const chosen = form.querySelector("input[name=category]:checked");
  if (chosen && chosen.value !== form.elements.asked.value) show(form, chosen.value);
  hideRest();
}

function show(form, code) {
  const about = document.getElementById("about-category");
  const template = document.querySelector(`#kinds template[data-category="${CSS.escape(code)}"]`);
  about.replaceChildren(...(template ? [template.content.cloneNode(true)] : []));
  form.elements.asked.value = code;
  // What was asked for stands right below the choice, not behind a long list.
  const chosen = form.querySelector("input[name=category]:checked");
  document.getElementById("all-kinds").open = chosen.closest("#all-kinds") !== null;
  hideRest();
}

/** Where one must ring, there is nothing to write and nothing to send. */
function hideRest() {
  document.getElementById("rest").hidden = document.querySelector("#about-category [data-stopper]") !== null;
}
