// On every page of staff: what was kept of a round is nobody else's, and goes when its driver signs out.

import { forget, tidy } from "./cab_keep.js";
import { sendField } from "./cab_send.js";
import { isUsed, loadEntries, loadRounds } from "./cab_store.js";

const page = document.documentElement.dataset;

async function unsentOf(driver) {
  return (await loadEntries()).filter((entry) => entry.state === "waiting" && entry.driver === driver);
}

/** Everything of this person, sent or not: the next one at this tablet finds nothing. */
async function clear(driver) {
  const [rounds, entries] = await Promise.all([loadRounds(), loadEntries()]);
  const mine = [...rounds, ...entries].filter((one) => one.driver === driver);
  await forget([...new Set(mine.map(({ base }) => base))], { work: true });
}

function ask(dialog, count) {
  const words = count === 1 ? dialog.dataset.sayOne : dialog.dataset.sayMany;
  dialog.querySelector("[data-part=unsent]").textContent = count ? words.replace("{n}", count) : "";
  dialog.querySelector("[data-do=send]").hidden = !count;
  for (const name of ["still", "offline"]) dialog.querySelector(`[data-part=${name}]`).hidden = true;
  if (!dialog.open) dialog.showModal();
}

/** Takes everything of this person away, and signs out. The kept page has no token, and without one nobody signs out. */
async function go(form, driver) {
  const token = form.elements.csrf_token;
  const answer = token.value ? null : await fetch("/form-token", { cache: "no-store" });
  if (answer) token.value = (await answer.json()).csrf_token;
  page.leaving = "";
  form.dataset.asked = "";
  if (await isUsed()) await clear(driver);
  form.submit();
}

function watchSignOut(form, dialog) {
  const driver = page.driver;
  form.addEventListener("submit", (event) => {
    if ("asked" in form.dataset) return;
    event.preventDefault();
    leave().catch(() => form.submit());
  });

  async function leave() {
    const unsent = (await isUsed()) ? await unsentOf(driver) : [];
    return unsent.length || !navigator.onLine ? ask(dialog, unsent.length) : go(form, driver);
  }

  const offline = () => { dialog.querySelector("[data-part=offline]").hidden = false; };

  dialog.querySelector("[data-do=send]").addEventListener("click", async (event) => {
    event.currentTarget.setAttribute("aria-busy", "true");
    await sendField().catch(() => {});
    dialog.querySelector("[data-do=send]").removeAttribute("aria-busy");
    const left = await unsentOf(driver);
    if (left.length) {
      ask(dialog, left.length);
      dialog.querySelector("[data-part=still]").hidden = false;
      return;
    }
    await go(form, driver).catch(offline);
  });
  dialog.querySelector("[data-do=lose]").addEventListener("click", () => go(form, driver).catch(offline));
  dialog.querySelector("[data-do=stay]").addEventListener("click", () => {
    dialog.close();
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  });
}

/** Whichever page the person opens next: what waits of the round goes from there too. */
async function tidyAndSend() {
  if (!(await isUsed())) return;
  await tidy(page.driver);
  if ((await unsentOf(page.driver)).length) await sendField();
}

const form = document.querySelector("form[action='/staff/sign-out']");
const dialog = document.getElementById("unsent");
if (form && dialog && page.driver) watchSignOut(form, dialog);
// A page that was kept does not know who is signed in.
if (page.driver && !("shell" in page)) tidyAndSend().catch(() => {});
