// @ in a note among staff: colleagues whose names begin so, to choose by arrow keys and Enter, or by a press.

const NAMED = /(^|[\s(])@("?)([^@"\n]{0,40})$/u;
const MOST = 6;
const known = new Map();

/** Follows every note in `root` in which colleagues can be named. */
export function start(root) {
  for (const text of root.querySelectorAll("textarea[data-colleagues]")) follow(text);
}

async function names(url) {
  if (!known.has(url)) {
    known.set(url, fetch(url).then((answer) => (answer.ok ? answer.json() : { names: [] })).catch(() => ({ names: [] })));
  }
  return (await known.get(url)).names;
}

function follow(text) {
  const list = document.createElement("ul");
  list.className = "colleagues";
  list.id = `${text.id}-colleagues`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", text.dataset.sayColleagues);
  text.after(list);
  for (const [name, value] of [["aria-controls", list.id], ["aria-autocomplete", "list"]]) text.setAttribute(name, value);
  let at = 0;
  const close = () => { list.hidden = true; text.removeAttribute("aria-activedescendant"); };
  const mark = (wanted) => {
    at = (wanted + list.children.length) % list.children.length;
    [...list.children].forEach((one, number) => one.setAttribute("aria-selected", String(number === at)));
    text.setAttribute("aria-activedescendant", list.children[at].id);
  };
  const take = (name) => {
    const before = text.value.slice(0, text.selectionStart).replace(NAMED, `$1@${name.includes(" ") ? `"${name}"` : name} `);
    text.setRangeText(before, 0, text.selectionStart, "end");
    close();
    text.focus();
  };
  text.addEventListener("input", async () => {
    const typed = text.value.slice(0, text.selectionStart).match(NAMED)?.[3];
    if (typed === undefined) { close(); return; }
    const begins = typed.toLocaleLowerCase();
    const found = (await names(text.dataset.colleagues)).filter((name) => name.toLocaleLowerCase().startsWith(begins)
      || name.toLocaleLowerCase().includes(` ${begins}`)).slice(0, MOST);
    if (!found.length || text.value.slice(0, text.selectionStart).match(NAMED)?.[3] !== typed) { close(); return; }
    list.replaceChildren(...found.map((name, number) => option(name, `${list.id}-${number}`, take)));
    list.hidden = false;
    mark(0);
  });
  text.addEventListener("keydown", (event) => {
    if (list.hidden || event.ctrlKey || event.metaKey) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) mark(at + steps[event.key]);
    else if (event.key === "Enter" || event.key === "Tab") take(list.children[at].textContent);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  text.addEventListener("blur", () => setTimeout(close, 150));
}

function option(name, id, take) {
  const item = document.createElement("li");
  item.id = id;
  item.setAttribute("role", "option");
  item.textContent = name;
  item.addEventListener("pointerdown", (event) => { event.preventDefault(); take(name); });
  return item;
}
