// Mistakes beside their fields, and all of them above the form: the same that the server's own page shows.

const MARK = "data-offline-error";

/** Shows [{field, detail}] and takes away what was shown before; `detail` is said when no field is to blame. */
export function showErrors(form, { errors, detail, title }) {
  clear(form);
  nameMistakes(true);
  if (!errors.length) return showSummary(form, { title: detail, rows: [] });
  const rows = errors.map(({ field, detail: sentence }) => ({ target: mark(form, field, sentence), sentence }));
  return showSummary(form, { title, rows });
}

function clear(form) {
  document.getElementById("error-summary")?.remove();
  nameMistakes(false);
  for (const sentence of form.querySelectorAll(`[${MARK}], .ds-validation-message`)) sentence.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

/** The page's name begins with it, for whoever hears that first. */
function nameMistakes(are) {
  const { error } = document.querySelector("title").dataset;
  const name = document.title.replace(`${error} `, "");
  document.title = are ? `${error} ${name}` : name;
}

/** Writes the sentence where the field is, and gives the id that a link can lead to. */
function mark(form, name, sentence) {
  const field = document.getElementById(name === "photos" ? "photo_files" : name) ?? form.querySelector(`[name="${CSS.escape(name)}"]`);
  if (!field || !form.contains(field)) return "";
  field.id ||= `field-${name.replace(/\W/g, "-")}`;
  const line = document.createElement("p");
  line.className = "ds-validation-message";
  line.id = `${field.id}-error`;
  line.dataset.field = "validation";
  line.setAttribute(MARK, "");
  line.textContent = sentence;
  const input = field.matches("input, textarea, select");
  const box = input ? (field.closest("fieldset") ?? field.closest(".ds-field") ?? field.parentElement) : field;
  if (input) box.append(line);
  else box.prepend(line);
  if (input) {
    field.setAttribute("aria-invalid", "true");
    const described = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== line.id);
    field.setAttribute("aria-describedby", [...described, line.id].join(" "));
  }
  // What is folded away cannot be mended.
  for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  return field.id;
}

function showSummary(form, { title, rows }) {
  const summary = document.createElement("div");
  summary.className = "ds-error-summary";
  summary.id = "error-summary";
  summary.tabIndex = -1;
  summary.setAttribute("role", "alert");
  summary.setAttribute("aria-labelledby", "error-summary-title");
  const heading = document.createElement("h2");
  heading.className = "ds-heading";
  heading.dataset.size = "xs";
  heading.id = "error-summary-title";
  heading.textContent = title;
  summary.append(heading);
  if (rows.length) summary.append(listOf(rows));
  document.getElementById("main").prepend(summary);
  summary.focus();
}

function listOf(rows) {
  const list = document.createElement("ul");
  for (const { target, sentence } of rows) {
    const item = document.createElement("li");
    if (target) {
      const link = document.createElement("a");
      link.href = `#${target}`;
      link.textContent = sentence;
      item.append(link);
    } else {
      item.textContent = sentence;
    }
    list.append(item);
  }
  return list;
}
