// How far a plan is: asked now and then, until there is an answer to look at.

const EVERY_MS = 1500;
const AFTER_TROUBLE_MS = 6000;
const box = document.querySelector("[data-plan-progress]");

async function look() {
  const answer = await fetch(box.dataset.planProgress, { headers: { accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return AFTER_TROUBLE_MS;
  const told = await answer.json();
  if (told.state === "done" || told.state === "failed") {
    location.reload();
    return 0;
  }
  // While it waits its turn, nothing of it is done and no percentage is true.
  if (told.state !== "waiting") box.querySelector("progress").value = told.progress;
  const sentence = box.querySelector("[data-plan-sentence]");
  // Read aloud only when it has changed.
  if (sentence.textContent !== told.sentence) sentence.textContent = told.sentence;
  return EVERY_MS;
}

async function goOn() {
  const pause = await look();
  if (pause) setTimeout(goOn, pause);
}

if (box) setTimeout(goOn, EVERY_MS);
