// Ready words: what is chosen comes into the text, where it can be changed before it is sent.

/** Follows every list of ready words. */
export function start(root) {
  for (const list of root.querySelectorAll("select[data-ready]")) {
    const text = document.getElementById(list.dataset.ready);
    let filled = "";
    list.addEventListener("change", () => {
      const words = list.form.querySelector(`[data-words="${CSS.escape(list.value)}"]`)?.textContent ?? "";
      // What somebody wrote is never thrown away.
      if (text.value.trim() && text.value !== filled) return;
      filled = words;
      text.value = words;
    });
    list.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !text.value.trim()) return;
      event.preventDefault();
      list.form.requestSubmit();
    });
  }
}
