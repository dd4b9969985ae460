// What the workbench says: in a line that is seen, and that screen readers hear without losing their place.

const LINGERS_MS = 8000;
let timer = 0;

/** The workbench's own element, which holds its sentences as data-say-...; null on other pages. */
export const bench = () => document.getElementById("workbench");

/** A sentence of the page with its places filled in: `sentence("sayNews", { n: 3 })`. */
export function sentence(name, values = {}) {
  const words = bench()?.dataset[name] ?? "";
  return Object.entries(values).reduce((said, [place, value]) => said.replace(`{${place}}`, value), words);
}

/** Says it in the line above the list; what is `calm` goes by itself after a while. */
export function say(words, { calm = true } = {}) {
  const line = document.getElementById("bench-said");
  if (!line) return;
  clearTimeout(timer);
  line.textContent = words;
  line.toggleAttribute("data-calm", calm);
  if (calm) timer = setTimeout(() => { line.textContent = ""; }, LINGERS_MS);
}

/** Says what can be seen anyway to those who hear the page. */
export function sayAloud(words) {
  const line = document.getElementById("bench-heard");
  if (line) line.textContent = words;
}

/** What went wrong with a request, in words. */
export function explain(error) {
  if (error.status === 401) return sentence("saySignedOut");
  return error.words || sentence("sayNoAnswer");
}
