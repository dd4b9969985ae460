// Shows what a category brings with it: its questions, notices, or a number to ring instead of the form.

/** Follows the choice of a category, and the answers that a notice or a number to ring depends on. */
export function followCategory(form) {
  const typed = new Map();
  form.addEventListener("change", (event) => {
    if (event.target.name === "category") {
      takeBack(form);
      show(form, event.target.value, typed);
      tell(form);
    }
    if (event.target.name?.startsWith("answers.")) follow(form);
  });
  document.addEventListener("gatami:here", hideRest);
  // A browser that goes back keeps the choice but not what we showed with it.
  const chosen = form.querySelector("input[name=category]:checked");
  if (chosen && chosen.value !== form.elements.asked.value) show(form, chosen.value, typed);
  follow(form);
}

/** Something is chosen now: nobody needs to read any longer that it is missing. */
function takeBack(form) {
  document.getElementById("category-error")?.remove();
  for (const radio of form.querySelectorAll("[name=category][aria-invalid], fieldset[aria-invalid]:has([name=category])")) radio.removeAttribute("aria-invalid");
  const summary = document.getElementById("error-summary");
  summary?.querySelector('a[href="#category"]')?.closest("li").remove();
  if (summary && !summary.querySelector("li")) summary.remove();
}

function show(form, code, typed) {
  const about = document.getElementById("about-category");
  if (form.elements.asked.value !== code) {
    keep(form, typed);
    const template = document.querySelector(`#kinds template[data-category="${CSS.escape(code)}"]`);
    about.replaceChildren(...(template ? [template.content.cloneNode(true)] : []));
    // What was said of the place belongs to the category before; the server says it anew.
    document.querySelector("#here [data-stopper]")?.remove();
    form.elements.asked.value = code;
    giveBack(about, typed);
  }
  // What was asked for stands right below the choice, not behind a long list.
  const chosen = form.querySelector("input[name=category]:checked");
  document.getElementById("all-kinds").open = chosen.closest("#all-kinds") !== null;
  follow(form);
}

/** One sentence for whoever does not see what appears below: the questions themselves are read when one comes to them. */
function tell(form) {
  const line = document.getElementById("kind-said");
  const about = document.getElementById("about-category");
  const name = form.querySelector("input[name=category]:checked").labels[0].innerText.trim();
  const number = [...about.querySelectorAll("fieldset, .ds-field")].filter((box) => !box.parentElement.closest("fieldset")).length;
  const more = number === 1 ? line.dataset.sayOne : line.dataset.sayMany.replace("{n}", number);
  line.textContent = line.dataset.sayChosen.replace("{kind}", name) + (number ? ` ${more}` : "");
}

/** Whoever goes from one category to another, or back, answers nothing twice. */
function keep(form, typed) {
  const names = new Set([...form.querySelectorAll("#about-category [name]")].map((field) => field.name));
  const sent = new FormData(form);
  for (const name of names) typed.set(name, sent.getAll(name));
}

function giveBack(about, typed) {
  for (const field of about.querySelectorAll("[name]")) {
    const values = typed.get(field.name) ?? [];
    if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
    else field.value = values[0] ?? field.value;
  }
}

/** Notices and numbers that depend on an answer only need no server. */
function follow(form) {
  const sent = new FormData(form);
  for (const part of document.querySelectorAll("#about-category [data-answers]")) {
    const wanted = Object.entries(JSON.parse(part.dataset.answers));
    part.hidden = !wanted.every(([code, values]) => sent.getAll(`answers.${code}`).some((one) => values.includes(one)));
  }
  hideRest();
}

/** Where one must ring, there is nothing to write and nothing to send; what was typed waits unseen. */
function hideRest() {
  const stoppers = document.querySelectorAll("#about-category [data-stopper], #here [data-stopper]");
  document.getElementById("rest").hidden = [...stoppers].some((stopper) => !stopper.closest("[hidden]"));
}
