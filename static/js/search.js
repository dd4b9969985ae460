// The search for a place: suggestions from our own register while somebody types, everything when the button is pressed.
// A combobox with a list, as the ARIA practices describe it: the focus stays in the field, arrows go through the list.

const PATIENCE_MS = 150;
const SHORTEST = 2;

/**
 * Makes the searches in `root` work. A choice fills the fields that the box names, and goes out as "gatami:choose".
 * `gone` tells when what holds them has left the page.
 */
export function followSearches(root = document, gone = undefined) {
  for (const box of root.querySelectorAll("[data-place-search]")) follow(box, gone);
}

function follow(box, gone) {
  const field = box.querySelector("input");
  const button = box.querySelector("button");
  const list = combobox(field, box.querySelector("ul[hidden]"), box.dataset.sayList);
  const said = box.querySelector("[role=status]");
  let timer = 0;
  let asking = new AbortController();
  let chosen = "";
  // A place that was shown in another way has no name here.
  document.addEventListener("gatami:place", ({ detail }) => {
    if (chosen && !(Math.abs(detail?.lat - chosen.lat) < 1e-5 && Math.abs(detail?.lon - chosen.lon) < 1e-5)) chosen = "";
  }, { signal: gone });
  const still = () => (chosen ? ` ${box.dataset.sayStill.replace("{n}", nameOf(chosen))}` : "");

  function stop() {
    clearTimeout(timer);
    asking.abort();
    asking = new AbortController();
    box.removeAttribute("aria-busy");
  }
  async function ask(quick) {
    stop();
    const { signal } = asking;
    const query = new URLSearchParams(quick ? { q: field.value, quick: 1 } : { q: field.value });
    const answer = await fetch(`/places?${query}`, { signal, headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  }
  async function suggest() {
    try {
      const { hits, said: words } = await ask(true);
      list.show(hits);
      said.textContent = hits.length ? words : "";
    } catch {
      // Typed on, or no network: the button says so.
    }
  }
  async function search() {
    box.querySelector(".place-search__report").hidden = true;
    said.textContent = box.dataset.saySearching;
    box.setAttribute("aria-busy", "true");
    try {
      const { hits, only, said: words } = await ask(false);
      box.removeAttribute("aria-busy");
      said.textContent = words;
      if (only) return choose(hits[0]);
      said.textContent += still();
      if (hits.length === 1 && hits[0].href) return offer(hits[0]);
      list.show(hits);
      field.focus();
    } catch (error) {
      if (error.name === "AbortError") return;
      box.removeAttribute("aria-busy");
      list.close();
      said.textContent = box.dataset.sayOffline + still();
    }
  }
  /** A report is there to be read first; its place may be taken as well. */
  function offer(hit) {
    stop();
    list.close();
    field.value = hit.label;
    const use = document.createElement("button");
    use.type = "button";
    use.className = "ds-button";
    use.dataset.variant = "secondary";
    use.textContent = box.dataset.sayUse;
    use.addEventListener("click", () => choose(hit));
    tellReport(box, hit).append(" ", use);
  }
  const take = (hit) => (hit.href ? offer(hit) : choose(hit));
  function choose(hit) {
    stop();
    list.close();
    chosen = hit;
    field.value = hit.label;
    // Somewhere along a street or in a quarter is not yet where the fault is.
    const vague = hit.kind === "street" || hit.kind === "name";
    const words = vague ? box.dataset.sayShown.replace("{n}", hit.shown) : box.dataset.sayChosen.replace("{n}", nameOf(hit));
    // The page's own line about the place says it; where there is none, this one does.
    said.textContent = document.getElementById("place-status") ? "" : words;
    tellReport(box, hit);
    fill(box, hit);
    document.dispatchEvent(new CustomEvent("gatami:choose", { detail: { ...hit, words, vague, pan: true } }));
  }

  box.hidden = false;
  box.querySelector(".place-search__found")?.remove();
  field.addEventListener("input", () => {
    stop();
    said.textContent = "";
    box.querySelector(".place-search__report").hidden = true;
    if (field.value.trim().length < SHORTEST) list.close();
    else timer = setTimeout(suggest, PATIENCE_MS);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const hit = list.active();
      if (hit) take(hit);
      else search();
    } else list.key(event);
  });
  field.addEventListener("blur", () => list.close());
  list.chosen(take);
  button.addEventListener("click", (event) => {
    event.preventDefault();
    search();
  });
}

/** The list under a field. `show(hits)`, `close()`, `active()` is the hit that is marked, `key(event)` moves the mark. */
function combobox(field, list, name) {
  let hits = [];
  let at = -1;
  let take = () => {};
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", name);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");

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
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }
  function show(found) {
    close();
    if (!found.length) return;
    hits = found;
    list.replaceChildren(...hits.map((hit, number) => line(hit, `${list.id}-${number}`)));
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
  }
  function key(event) {
    if (event.key === "Escape" && hits.length) close();
    else if (!hits.length || event.altKey || event.ctrlKey || event.metaKey) return;
    else if (event.key === "ArrowDown") mark((at + 1) % hits.length);
    else if (event.key === "ArrowUp") mark((at <= 0 ? hits.length : at) - 1);
    else return;
    event.preventDefault();
  }
  // With the pointer down the field would lose the focus, and the list would be gone before the tap is done.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const place = [...list.children].indexOf(event.target.closest("[role=option]"));
    if (hits[place]) take(hits[place]);
  });
  return { show, close, key, active: () => hits[at], chosen: (what) => { take = what; } };
}

function line({ shown, detail }, id) {
  const made = document.createElement("li");
  made.id = id;
  made.setAttribute("role", "option");
  made.setAttribute("aria-selected", "false");
  const name = document.createElement("strong");
  name.textContent = shown;
  made.append(name);
  if (detail) {
    const more = document.createElement("span");
    more.textContent = detail;
    made.append(" ", more);
  }
  return made;
}

/** As one says it; a pair of numbers needs no more words. */
function nameOf({ kind, label, shown, detail }) {
  if (kind === "coordinates" || kind === "swapped") return label;
  return detail ? `${shown}, ${detail}` : shown;
}

function fill(box, { lat, lon, address }) {
  const set = (id, value) => {
    const field = document.getElementById(id);
    if (field) field.value = value;
  };
  set(box.dataset.latField, lat.toFixed(6));
  set(box.dataset.lonField, lon.toFixed(6));
  const own = document.getElementById(box.dataset.addressField);
  // Words that somebody wrote himself stay.
  if (own && address && (!own.value || own.value === own.dataset.filled)) own.value = own.dataset.filled = address;
}

function tellReport(box, { href, label }) {
  const line = box.querySelector(".place-search__report");
  line.hidden = !href;
  if (!href) return line;
  const link = document.createElement("a");
  link.href = href;
  link.textContent = box.dataset.sayReport.replace("{n}", label);
  line.replaceChildren(link);
  return line;
}
