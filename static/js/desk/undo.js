// Counts the seconds of the undo bar down, in sight; the words were read out once when the page came.

const LINGERS_MS = 4000;

/** Starts the countdown, if there is a bar. */
export function countDown() {
  const bar = document.querySelector("form[data-undo]");
  if (!bar) return;
  const line = bar.querySelector("[data-undo-left]");
  const end = performance.now() + Number(bar.dataset.undo) * 1000;
  const timer = setInterval(() => {
    const left = Math.ceil((end - performance.now()) / 1000);
    if (left > 0) {
      line.textContent = line.dataset.say.replace("{n}", left);
      return;
    }
    clearInterval(timer);
    finish(bar, line);
  }, 250);
}

function finish(bar, line) {
  const button = bar.querySelector("button");
  const hadFocus = button === document.activeElement;
  button.hidden = true;
  button.disabled = true;
  line.textContent = bar.dataset.sayOver;
  if (hadFocus) document.getElementById("main").focus();
  setTimeout(() => { bar.hidden = true; }, LINGERS_MS);
}
