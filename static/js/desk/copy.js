// Buttons that copy a text of the page; they show themselves, because without a script they can do nothing.

for (const button of document.querySelectorAll("[data-copy]")) {
  const text = document.getElementById(button.dataset.copy);
  if (!text || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text.textContent);
    button.querySelector("span").textContent = button.dataset.said;
  });
}
