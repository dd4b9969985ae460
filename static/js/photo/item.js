// One photo in the list: on its way, ready, or not taken.

/**
 * A new entry, which waits. It keeps the file as `photo`, also when the server has it: a report may wait for a network
 * for longer than the server keeps photos.
 */
export function makeItem(name, file, { words, cancel }) {
  const item = document.createElement("li");
  item.className = "photo-item";
  item.dataset.name = name;
  item.photo = file;
  const wait = document.createElement("div");
  wait.className = "photo-wait";
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", name);
  wait.append(bar);
  item.append(wait, button(words.sayCancel, item, cancel));
  return item;
}

/** How far it is, 0 to 1. */
export function showProgress(item, part) {
  const bar = item.querySelector("progress");
  if (bar) bar.value = part;
}

/** The server has it: the form sends its id. `gone` is called when its picture cannot be shown now. */
export function showReady(item, { id, thumbnail }, { words, remove, gone = () => {} }) {
  const kept = document.createElement("input");
  kept.type = "hidden";
  kept.name = "photos";
  kept.value = id;
  const image = document.createElement("img");
  image.width = 120;
  image.height = 90;
  image.alt = item.dataset.name;
  image.addEventListener("error", gone, { once: true });
  image.src = thumbnail;
  delete item.dataset.problem;
  swap(item, [kept, image, button(words.sayRemove, item, remove)]);
}

/** It was not taken, and why; with `again` another try may help. */
export function showProblem(item, sentence, { words, again, remove }) {
  const problem = document.createElement("p");
  problem.className = "photo-problem";
  problem.textContent = sentence;
  item.dataset.problem = "";
  swap(item, [problem, again && button(words.sayAgain, item, again), button(words.sayRemove, item, remove)].filter(Boolean));
}

/** A button takes the place of the box that works without script. */
export function adopt(item, { words, remove }) {
  item.dataset.name = item.querySelector("img").alt;
  item.querySelector(".photo-remove")?.remove();
  item.append(button(words.sayRemove, item, remove));
}

/** Whoever stood on a button of the entry stands on its last one afterwards. */
function swap(item, parts) {
  const held = item.contains(document.activeElement);
  item.replaceChildren(...parts);
  if (held) item.querySelector("button:last-of-type").focus();
}

function button(text, item, onClick) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "ds-button";
  made.dataset.variant = "secondary";
  made.dataset.size = "sm";
  made.textContent = text;
  made.setAttribute("aria-label", `${text}: ${item.dataset.name}`);
  made.addEventListener("click", onClick);
  return made;
}
