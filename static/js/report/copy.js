// The button that copies the secret link; the map of the page is static/js/map/one.js.

function offerCopy(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById("follow-link");
    try {
      await navigator.clipboard.writeText(field.value);
      document.getElementById("copied").textContent = button.dataset.done;
    } catch {
      field.select();
    }
  });
}

const copy = document.getElementById("copy-link");
if (copy) offerCopy(copy);
