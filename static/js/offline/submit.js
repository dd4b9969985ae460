// Sending the form: at once when there is a network, later by itself when there is none. Nothing that was written is lost.

import { forget as forgetPhotos } from "../photo/memory.js";
import { forgetDraft } from "../report/draft_memory.js";
import { missing } from "./check.js";
import { showErrors } from "./errors.js";
import { empty, gather } from "./gather.js";
import { post } from "./posting.js";
import { sendKept } from "./sending.js";
import { forget, keep, load, onChange } from "./store.js";

const SLOW_MS = 3_000;

/** Takes the form's sending over; `offline.words` are its sentences, `offline.later()` asks the browser to send later. */
export function takeOver(form, { words, later }) {
  const button = document.getElementById("send");
  const line = document.getElementById("sending");
  let busy = false;
  // Photos on their way may be left to us.
  form.dataset.keeps = "";

  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    // Other buttons ask the server something; without it they can only say so.
    if (event.submitter?.name) {
      if (!navigator.onLine) {
        event.preventDefault();
        line.textContent = words.sayNeedsNetwork;
      }
      return;
    }
    event.preventDefault();
    if (busy) return;
    // Whatever goes wrong in here, the form can still be sent as it would have been without script.
    send().catch(() => submitPlainly()).finally(() => setBusy(false));
  });

  function setBusy(on) {
    busy = on;
    button.toggleAttribute("aria-busy", on);
    if (on) button.setAttribute("aria-busy", "true");
  }

  async function send() {
    setBusy(true);
    line.textContent = words.saySending;
    const report = await gather(form);
    const before = await load(report.key).catch(() => undefined);
    if (before) report.tries = before.tries ?? 0;
    const stored = await keep(report).then(() => true, () => false);
    const slow = setTimeout(() => { line.textContent = stored ? words.saySlow : words.saySending; }, SLOW_MS);
    const late = Boolean(form.elements.written_at.value);
    const outcome = stored ? await sendKept(report.key, { wait: true, late }) : await post(report, { late });
    clearTimeout(slow);
    line.textContent = "";
    await tell(outcome ?? { unreachable: true }, { report, before, stored });
  }

  async function tell({ sent, refused, unreachable }, { report, before, stored }) {
    if (sent) {
      // What was stored stays, as sent, until its receipt is here: see receipt.js.
      location.assign(`${sent.follow_url}?new=1`);
    } else if (unreachable) {
      await wait(report, { before, stored });
    } else {
      // The person stands before the form and mends it; one that waited before stays in the list until it is sent.
      if (stored && before?.state === "sent") await keep(before);
      else if (stored && !before) await forget(report.key);
      await showRefusal(refused ?? {});
    }
  }

  async function wait(report, { before, stored }) {
    const errors = missing(form, words);
    if (errors.length || !stored) {
      if (stored) await (before ? keep(before) : forget(report.key));
      showErrors(form, { errors, detail: words.sayNotStored, title: words.sayMend });
      return;
    }
    forgetPhotos();
    forgetDraft();
    empty(form);
    showKept(form, report.key);
    later();
  }

  async function showRefusal({ detail, errors = [], ask, key }) {
    // The photo field asks before one leaves a page that holds something; see static/js/photo/field.js.
    delete form.dataset.leaving;
    if (key) form.elements.key.value = key;
    // Where a browser filled in what nobody sees, nobody could empty it again.
    form.elements.second_thought.value = "";
    if (!ask) {
      showErrors(form, { errors, detail: detail || words.sayNotStored, title: words.sayMend });
      return;
    }
    // Only the server's page can ask what there is to ask.
    const { csrf_token } = await (await fetch("/form-token", { cache: "no-store" })).json();
    form.elements.csrf_token.value = csrf_token;
    submitPlainly();
  }

  function submitPlainly() {
    form.dataset.leaving = "";
    form.submit();
  }
}

/** In the place of the form: the report is safe; and, when it happens while one looks, that it was sent. */
function showKept(form, key) {
  const box = document.getElementById("kept");
  document.getElementById("error-summary")?.remove();
  // The page is about this report now, and about those that wait with it.
  for (const part of document.getElementById("main").children) if (part.id !== "waiting-list") part.hidden = part !== box;
  document.getElementById("kept-title").focus();
  onChange(async () => {
    const report = await load(key);
    // Refused, or deleted: the list below says it.
    if (report?.state !== "waiting" && report?.state !== "sent") box.hidden = true;
    if (report?.state !== "sent") return;
    document.getElementById("kept-waiting").hidden = true;
    document.getElementById("kept-sent").hidden = false;
    document.getElementById("kept-reference").textContent = report.reference;
    document.getElementById("kept-follow").href = report.follow_url;
  });
}
