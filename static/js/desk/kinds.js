// The kind of a report by any word for it: a combobox over the list below it. Enter takes the marked one, else the best.

const PATIENCE_MS = 120;

/** `ask(words, signal)` gives {hits: [{code, shown, detail}]}; `choose(code)` takes one. */
export function findKinds(box, { ask, choose }) {
  const field = box.querySelector("input");
  const list = box.querySelector("ul[hidden]");
  const said = box.querySelector("[role=status]");
  let hits = [];
  let at = -1;
  let timer = 0;
  let stop = new AbortController();
  let waiting = null;

  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.dataset.sayList);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");
  box.querySelector("[data-kinds-plain]")?.remove();

  function close() {
    hits = [];
    list.hidden = true;
    list.replaceChildren();
    field.setAttribute("aria-expanded", "false");
    mark(-1);
  }
  function mark(place) {
    at = place;
    [...list.children].forEach((line, number) => line.setAttribute("aria-selected", String(number === at)));
    if (at < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", list.children[at].id);
  }
  function show(found) {
    close();
    if (!found.length) return;
    hits = found;
    list.replaceChildren(...hits.map((hit, number) => lineOf(hit, `${list.id}-${number}`)));
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
    mark(0);
  }
  function look() {
    clearTimeout(timer);
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    waiting = ask(field.value, signal).then(({ hits: found }) => show(found), () => {});
    return waiting;
  }
  function take(hit) {
    close();
    field.value = hit.shown;
    said.textContent = box.dataset.sayChosen.replace("{kind}", hit.shown);
    choose(hit.code);
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    said.textContent = "";
    waiting = null;
    if (field.value.trim().length < 2) close();
    else timer = setTimeout(look, PATIENCE_MS);
  });
  field.addEventListener("keydown", async (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown" && hits.length) mark((at + 1) % hits.length);
    else if (event.key === "ArrowUp" && hits.length) mark(at <= 0 ? hits.length - 1 : at - 1);
    else if (event.key === "Escape" && hits.length) close();
    else if (event.key === "Enter") {
      event.preventDefault();
      // Whoever types fast presses Enter before the list has come.
      if (field.value.trim()) await (waiting ?? look());
      if (hits[at]) take(hits[at]);
      return;
    } else return;
    event.preventDefault();
  });
  field.addEventListener("blur", () => setTimeout(close));
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const place = [...list.children].indexOf(event.target.closest("[role=option]"));
    if (hits[place]) take(hits[place]);
  });
  box.querySelector("button").addEventListener("click", (event) => {
    event.preventDefault();
    field.focus();
    look();
  });
}

function lineOf({ shown, detail }, id) {
  const made = document.createElement("li");
  made.id = id;
  made.setAttribute("role", "option");
  made.setAttribute("aria-selected", "false");
  const name = document.createElement("strong");
  name.textContent = shown;
  const more = document.createElement("span");
  more.textContent = detail;
  made.append(name, " ", more);
  return made;
}
