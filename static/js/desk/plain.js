// Hints at long sentences and heavy words, a moment after somebody has stopped writing. They never stop anybody.

const REST_MS = 500;

/** Follows every text in `root` that says in which language it is. */
export function start(root) {
  for (const text of root.querySelectorAll("textarea[data-plain-language]")) follow(text);
}

function follow(text) {
  const box = document.querySelector(`[data-hints-for="${CSS.escape(text.id)}"]`);
  const token = text.form?.elements.csrf_token;
  if (!box || !token) return;
  let timer = 0;
  let asked = "";
  const ask = async () => {
    const words = text.value.trim();
    if (words === asked) return;
    asked = words;
    if (!words) { show(box, []); return; }
    const body = new URLSearchParams({ csrf_token: token.value, words, lang: text.dataset.plainLanguage });
    try {
      const answer = await fetch("/staff/plain-language", { method: "POST", body });
      if (answer.ok && words === asked) show(box, (await answer.json()).hints);
    } catch { /* Without a network there are no hints. */ }
  };
  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, REST_MS);
  });
  if (text.value.trim() && text.offsetParent) ask();
}

function show(box, hints) {
  box.hidden = hints.length === 0;
  box.querySelector("ul").replaceChildren(...hints.map((words) => {
    const item = document.createElement("li");
    item.textContent = words;
    return item;
  }));
}
