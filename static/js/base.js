// What every page gets on top of its HTML. Nothing here is needed to use the service.

function busyOnSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-again")) return;
  // A second tap in mittens must not send twice; the server would notice, but the person should see it at once.
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
}

function releaseForms() {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
}

function countCharacters(field) {
  const counter = document.getElementById(`${field.id}-counter`);
  if (!counter) return;
  const most = Number(field.dataset.count);
  const show = () => {
    const left = most - field.value.length;
    counter.textContent = (left < 0 ? counter.dataset.over : counter.dataset.under).replace("%d", Math.abs(left));
    counter.toggleAttribute("data-over", left < 0);
  };
  field.addEventListener("input", show);
  show();
}

function closeOnEscape(event) {
  if (event.key !== "Escape") return;
  const open = document.querySelector(".language details[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
}

document.addEventListener("submit", busyOnSubmit);
document.addEventListener("keydown", closeOnEscape);
// Going back brings the page as it was left, with its button still waiting.
window.addEventListener("pageshow", (event) => event.persisted && releaseForms());
document.querySelectorAll("[data-count]").forEach(countCharacters);
// The desk puts one report in the place of another.
document.addEventListener("gatami:shown", ({ target }) => target.querySelectorAll("[data-count]").forEach(countCharacters));
document.querySelectorAll("select[data-submit]").forEach((list) => {
  list.addEventListener("change", () => list.form.requestSubmit());
});
document.getElementById("error-summary")?.focus();
