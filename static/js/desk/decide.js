// A decision without a new page: it is sent, and the next report stands there. What is refused comes back with its
// words; what could not be sent stands as it was.

import { post, Refusal, refusalOf } from "./asking.js";
import { settled } from "./claim.js";
import { forget, front, put, putEmpty, show, shown } from "./front.js";
import * as list from "./list.js";
import { explain, say, sentence } from "./saying.js";
import { addBar, removeBar } from "./undo.js";

let sending = false;
// Reports that this page has changed itself: news of them is no news.
const own = new Map();
const OWN_MS = 5000;

/** Whether a decision is on its way. */
export const isSending = () => sending;
/** Whether the change of this report is our own. */
export const isOwn = (reference) => performance.now() - (own.get(reference) ?? -OWN_MS) < OWN_MS;

/** Sends a form of the report in front, or an undo. */
export async function decide(form, button) {
  if (sending) return;
  sending = true;
  const data = new FormData(form, button);
  const reference = form.action.match(/\/staff\/reports\/(\w+)\//)?.[1] ?? "";
  wait(form, button, true);
  own.set(reference, performance.now());
  try {
    const answer = await post(form.action, data, "decision");
    if (answer.headers.get("content-type")?.startsWith("application/json") && answer.ok) {
      await done(await answer.json(), form, data);
    } else if (answer.status === 401 || answer.status === 403 || answer.status >= 500) {
      throw await refusalOf(answer);
    } else {
      await refused(answer, form, data);
    }
  } catch (error) {
    failed(form, button, error);
  } finally {
    sending = false;
    wait(form, button, false);
  }
}

async function done(answer, form) {
  const { reference, stay } = answer;
  own.set(reference, performance.now());
  forget([reference]);
  if (form.matches("[data-undo]")) removeBar(form);
  if (answer.undo) addBar(answer.undo);
  // One message at a time: the bar says what was done, and the line of the decision before goes.
  say(answer.say);
  if (stay || form.matches("[data-undo]")) {
    await show(reference, { push: shown() !== reference, keep: shown() !== reference });
    list.refresh(reference);
    return;
  }
  settled();
  await goOn(reference);
}

/** To the report after this one, which has been decided. */
export async function goOn(reference) {
  let next = list.after(reference);
  if (next === reference) next = "";
  list.drop(reference);
  if (next) {
    await show(next, { keep: false });
    list.refresh(next);
    return;
  }
  await list.refresh("");
  next = list.rows()[0]?.dataset.reference ?? "";
  document.getElementById("nothing-left").hidden = Boolean(next);
  if (next) await show(next, { keep: false });
  else putEmpty();
}

async function refused(answer, form, data) {
  const words = await answer.text();
  if (!words.includes('id="front"') || form.matches("[data-undo]")) {
    const page = new DOMParser().parseFromString(words, "text/html");
    say(page.querySelector("[data-refused] strong")?.textContent ?? sentence("sayGone"), { calm: false });
    if (form.matches("[data-undo]")) removeBar(form);
    return;
  }
  const fresh = put(words, { keep: false, focus: false });
  bringBack(fresh, new URL(form.action).pathname, data);
  list.refresh(shown());
}

/** The same form with what was typed in it, open; where there is none any more, the words stand in the sentence above. */
function bringBack(fresh, path, data) {
  const form = [...fresh.querySelectorAll("form")].find((one) => new URL(one.action).pathname === path);
  const told = fresh.querySelector("[data-refused]");
  if (form) {
    for (const field of form.querySelectorAll("textarea, select, input:not([type=hidden], [type=file])")) {
      if (!field.name || !data.has(field.name)) continue;
      if (field.matches("[type=checkbox], [type=radio]")) field.checked = data.getAll(field.name).includes(field.value);
      else field.value = data.get(field.name);
    }
    form.closest("details")?.setAttribute("open", "");
  }
  const wrong = form?.querySelector("[aria-invalid=true]") ?? form?.querySelector("textarea");
  if (wrong) wrong.focus();
  else {
    told?.setAttribute("tabindex", "-1");
    told?.focus();
  }
  told?.scrollIntoView({ block: "nearest" });
}

/** Nothing is known of what became of it. To send it again is safe: the version decides. */
function failed(form, button, error) {
  if (!(error instanceof Refusal) && !["TypeError", "TimeoutError", "AbortError"].includes(error.name)) console.warn(error);
  form.querySelector(".not-sent")?.remove();
  const told = document.createElement("div");
  told.className = "not-sent ds-alert";
  told.dataset.color = "danger";
  told.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = explain(error);
  const again = document.createElement("button");
  again.type = "button";
  again.className = "ds-button";
  again.dataset.variant = "secondary";
  again.textContent = sentence("sayAgain");
  again.addEventListener("click", () => {
    told.remove();
    form.requestSubmit(button?.isConnected ? button : null);
  });
  told.append(words, again);
  form.append(told);
  again.focus();
}

function wait(form, button, on) {
  const shownBusy = button ?? form.querySelector("button");
  if (on) shownBusy?.setAttribute("aria-busy", "true");
  else shownBusy?.removeAttribute("aria-busy");
  front()?.toggleAttribute("data-busy", on);
}
