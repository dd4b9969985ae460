// The address nearest to the place, to be confirmed: it stands in the field below, unless something was written there.

/** Follows what the server says about the place ("gatami:facts"). */
export function followNearest() {
  const line = document.getElementById("nearest");
  const field = document.getElementById("address");
  if (!line || !field) return;

  document.addEventListener("gatami:facts", ({ detail }) => {
    const address = detail.address ?? "";
    line.hidden = !address;
    line.textContent = address ? line.dataset.say.replace("{n}", address) : "";
    const own = field.value && field.value !== field.dataset.filled;
    if (own || detail.by === "search") return;
    field.value = field.dataset.filled = address;
  });
}
