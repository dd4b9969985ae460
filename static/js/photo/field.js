// Photos go to the server as soon as they are chosen, one after the other, and stay through a failed form.

import { acceptDropsAndPastes } from "./drop.js";
import { holdBack } from "./hold.js";
import { adopt, makeItem, showProblem, showProgress, showReady } from "./item.js";
import { remember } from "./memory.js";
import { shrink } from "./shrink.js";
import { upload } from "./upload.js";

/**
 * Takes a [data-photo-field] over. Gives `add(files, {place, told})`, which answers how many there was room for; `told`
 * hears the server's answer. `left()` counts what is on its way and what failed; `retry()`, `abandon()` and `handOver()` say what becomes of it.
 */
export function takePhotos(field) {
  const words = field.dataset;
  const list = field.querySelector("[data-photo-list]");
  const inputs = [...field.querySelectorAll("[data-photo-input]")];
  const form = field.closest("form");
  const status = field.querySelector("[data-photo-status]");
  const most = Number(words.most);
  const queue = [];
  const changes = new EventTarget();
  let running = false;
  let numbers = list.children.length;
  let ready = 0;
  // Of those chosen together: how many, and which there is no room for unless another one is refused.
  let chosen = 0;
  const waiting = [];

  field.dataset.script = "";
  const memory = "remember" in words ? remember() : null;
  for (const item of list.children) adopt(item, { words, remove: () => remove(item) });
  for (const input of inputs) {
    input.disabled = false;
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = "";
      add(files);
    });
  }
  if (memory && !list.children.length) restore();
  // A report that waited on the phone comes back into the form with the photos that are on the server already.
  field.addEventListener("gatami:photos", (event) => {
    event.preventDefault();
    showSent(event.detail, (item) => {
      showProblem(item, words.sayGoneOne, { words, again: null, remove: () => remove(item) });
      say(words.sayGoneOne);
    });
    changed();
  });

  function add(files, { place = false, told = () => {} } = {}) {
    const room = Math.max(0, most - taken());
    if (!room) say(words.sayTooMany);
    else chosen += files.length;
    if (room) waiting.push(...files.slice(room));
    for (const file of files.slice(0, room)) begin(file, { place, told });
    return Math.min(files.length, room);
  }

  function begin(file, { place = false, told = () => {} } = {}) {
    numbers += 1;
    enqueue({ name: words.sayPhoto.replace("{n}", numbers), file, blob: null, place, told });
  }

  /** What was refused takes no photo's place. */
  function taken() {
    return [...list.children].filter((item) => item.again || !("problem" in item.dataset)).length;
  }

  /** At the end of the list, or in the place of the entry `old`. */
  function enqueue(photo, old = null) {
    photo.stop = new AbortController();
    photo.item = makeItem(photo.name, photo.blob ?? photo.file, { words, cancel: () => { photo.stop.abort(); remove(photo.item); } });
    if (old) old.replaceWith(photo.item);
    else list.append(photo.item);
    queue.push(photo);
    changed();
    // After all that were chosen together are in the queue.
    queueMicrotask(run);
  }

  /** One at a time: two decoded at once are too much for a phone, and each alone is there sooner. */
  async function run() {
    if (running) return;
    running = true;
    ready = 0;
    while (queue.length && !form.hidden) {
      if (queue[0].item.isConnected) {
        if (ready === 0) say(queue.length === 1 ? words.saySendingOne : words.saySending.replace("{n}", queue.length));
        await deliver(queue[0]);
      }
      queue.shift();
      if (waiting.length && taken() < most) begin(waiting.shift());
      changed();
    }
    running = false;
    const all = chosen;
    chosen = 0;
    if (waiting.splice(0).length) say(words.sayCut.replace("{done}", ready).replace("{n}", all));
    else if (ready) say(ready === 1 ? words.sayDoneOne : words.sayDone.replace("{n}", ready));
    changes.dispatchEvent(new Event("settled"));
  }

  async function deliver(photo) {
    const { item } = photo;
    // Its place is read from the original where no one could read it before.
    photo.blob ??= photo.place && photo.file.size <= Number(words.mostBytes) ? photo.file : await shrink(photo.file);
    if (item.photo) item.photo = photo.blob;
    const answer = photo.blob.size > Number(words.mostBytes) ? { problem: words.sayTooBig } : await upload(photo.blob, {
      token: () => form.elements.csrf_token.value,
      place: photo.place,
      signal: photo.stop.signal,
      onProgress: (part) => { showProgress(item, part); },
      told: (state) => { if (state === "offline") say(words.sayOffline); },
    });
    if (!item.isConnected || photo.stop.signal.aborted) return;
    if (answer.id) {
      ready += 1;
      show(item, answer);
    } else {
      problem(photo, answer);
    }
    photo.told(answer);
  }

  function show(item, answer, gone) {
    showReady(item, answer, { words, remove: () => remove(item), gone });
    memory?.add(answer);
  }

  function problem(photo, { problem: sentence, later }) {
    const { item } = photo;
    const again = sentence && !later ? null : () => {
      const held = item.contains(document.activeElement);
      enqueue(photo, item);
      if (held) photo.item.querySelector("button").focus();
    };
    item.again = again;
    // What was refused is not sent along by whoever takes over.
    if (!again) delete item.photo;
    showProblem(item, sentence ?? words.sayFailed, { words, again, remove: () => remove(item) });
    say(`${item.dataset.name}: ${sentence ?? words.sayFailed}`);
  }

  function remove(item) {
    const next = item.nextElementSibling ?? item.previousElementSibling;
    const id = item.querySelector("input[name=photos]")?.value;
    item.remove();
    if (id) memory?.remove(id);
    changed();
    say(words.sayRemoved);
    // What is removed takes the focus along: the next one's button has it then, or the way to choose another.
    (next?.querySelector("button:last-of-type") ?? field.querySelector("input[name][data-photo-input]")).focus();
  }

  /** After a reload, or on the way back: what was not sent is there again, or it is said that it is gone. */
  function restore() {
    const { photos, gone } = memory.load();
    if (gone) say(words.sayGone);
    showSent(photos, (item) => { item.remove(); changed(); say(words.sayGone); });
    if (photos.length) say(words.sayKept);
  }

  /** Photos that were sent before, as {id, thumbnail}; `gone(item)` is called for one that the server no longer has. */
  function showSent(photos, gone) {
    for (const photo of photos.slice(0, most)) {
      numbers += 1;
      const item = makeItem(words.sayPhoto.replace("{n}", numbers), null, { words, cancel() {} });
      list.append(item);
      show(item, photo, async () => {
        // Without a network it cannot be shown either, and is not lost.
        if (!(await isGone(photo))) return;
        memory?.remove(photo.id);
        gone(item);
        changed();
      });
    }
  }

  function changed() {
    const full = taken() >= most;
    for (const input of inputs) input.disabled = full;
    field.toggleAttribute("data-full", full);
    changes.dispatchEvent(new Event("changed"));
  }
  function say(text) {
    status.textContent = text;
  }
  const failed = () => [...list.children].filter((item) => item.again);
  const left = () => ({
    ready: list.querySelectorAll("input[name=photos]").length,
    waiting: queue.filter(({ item }) => item.isConnected).length,
    failed: failed().length,
  });
  const retry = () => { for (const item of failed()) item.again(); };
  /** Whoever sends the form takes the photos over; should it come back, each can be tried again. */
  function handOver() {
    for (const photo of queue.filter(({ item }) => item.isConnected)) {
      photo.stop.abort();
      problem(photo, {});
    }
    say("");
  }
  function abandon() {
    for (const { stop } of queue) stop.abort();
    for (const item of [...list.children]) if (!item.querySelector("input[name=photos]")) item.remove();
    changed();
  }

  // A form that is kept on the phone is hidden, and sends its photos itself.
  addEventListener("online", () => (form.hidden ? abandon() : retry()));
  addEventListener("beforeunload", (event) => {
    if (left().waiting && !form.hidden && !("leaving" in form.dataset)) event.preventDefault();
  });
  acceptDropsAndPastes(field, add);
  const photos = { add, left, retry, abandon, handOver, changes };
  holdBack(form, photos, words);
  changed();
  return photos;
}

async function isGone({ thumbnail }) {
  const answer = await fetch(thumbnail, { cache: "no-store" }).catch(() => null);
  return answer?.status === 404;
}
