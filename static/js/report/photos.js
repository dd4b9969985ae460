// Photos go to the server as soon as they are chosen, one after the other, and stay through a failed form.

import { shrink } from "./shrink.js";
import { upload } from "./upload.js";

/** Takes the file field over; `busy()` and `whenReady()` tell of photos on their way. */
export function takePhotos(form) {
  const input = document.getElementById("photo_files");
  const list = document.getElementById("photo-list");
  const words = input.dataset;
  const field = document.getElementById("photos");
  const most = Number(form.dataset.photos);
  let queue = Promise.resolve();
  let waiting = 0;

  field.dataset.script = "";
  for (const item of list.children) giveButton(item, words, changed);
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    const room = most - list.children.length;
    say(files.length > room ? words.sayTooMany : "");
    for (const file of files.slice(0, Math.max(0, room))) send(file);
    changed();
  });

  function send(file) {
    const item = makeItem(words.sayPhoto.replace("{n}", list.children.length + 1));
    list.append(item);
    waiting += 1;
    queue = queue.then(() => sendNow(file, item)).finally(() => { waiting -= 1; });
  }

  async function sendNow(file, item) {
    if (!item.isConnected) return;
    say(words.saySending);
    const result = await attempt(file, form, item);
    if (result.id) {
      ready(item, result, words, changed);
      say(words.sayDone);
    } else {
      failed(item, result.problem ?? words.sayFailed, words, { again: () => { item.remove(); send(file); }, changed });
      say(result.problem ?? words.sayFailed);
    }
  }

  async function attempt(file, owner, item) {
    const small = await shrink(file);
    if (small.size > Number(owner.dataset.photoBytes)) return { problem: words.sayTooBig };
    const bar = item.querySelector("progress");
    return upload(small, { token: owner.elements.csrf_token.value, onProgress: (part) => { bar.value = part; } });
  }

  function changed() {
    const full = list.children.length >= most;
    input.disabled = full;
    field.toggleAttribute("data-full", full);
  }
  function say(text) {
    document.getElementById("photo-status").textContent = text;
  }
  changed();
  return { busy: () => waiting > 0, whenReady: () => queue };
}

function makeItem(name) {
  const item = document.createElement("li");
  item.className = "photo-item";
  item.dataset.name = name;
  const wait = document.createElement("div");
  wait.className = "photo-wait";
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", name);
  item.append(wait, bar);
  return item;
}

function ready(item, { id, thumbnail }, words, changed) {
  const kept = document.createElement("input");
  kept.type = "hidden";
  kept.name = "photos";
  kept.value = id;
  const image = document.createElement("img");
  image.src = thumbnail;
  image.alt = item.dataset.name;
  item.replaceChildren(kept, image);
  giveButton(item, words, changed);
}

function failed(item, sentence, words, { again, changed }) {
  const problem = document.createElement("p");
  problem.className = "photo-problem";
  problem.textContent = sentence;
  item.replaceChildren(problem, button(words.sayAgain, item, again));
  giveButton(item, words, changed);
}

/** A button takes the place of the box that works without script. */
function giveButton(item, words, changed) {
  item.querySelector(".photo-remove")?.remove();
  item.append(button(words.sayRemove, item, () => {
    item.remove();
    changed();
    document.getElementById("photo-status").textContent = words.sayRemoved;
    document.getElementById("photo_files").focus();
  }));
}

function button(text, item, onClick) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "ds-button";
  made.dataset.variant = "secondary";
  made.textContent = text;
  const name = item.dataset.name ?? item.querySelector("img")?.alt;
  if (name) made.setAttribute("aria-label", `${text}: ${name}`);
  made.addEventListener("click", onClick);
  return made;
}
