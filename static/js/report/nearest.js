// The address nearest to the place, to be confirmed: it stands in the field below, unless something was written there.

/** Follows what the server says about the place ("gatami:facts"). */
export function followNearest() {
  const line = document.getElementById("nearest");
  const field = document.getElementById("address");
  if (!line || !field) return;

  document.addEventListener("gatami:facts", ({ detail }) => {
    // The middle of a street has an address too, but nobody chose that.
    const address = detail.vague ? "" : detail.address ?? "";
    const words = address ? line.dataset.say.replace("{n}", address) : "";
    line.hidden = !address;
    // What the server wrote there already is not read out again.
    if (line.textContent !== words) line.textContent = words;
    if (field.value === address) field.dataset.filled = address;
    const own = field.value && field.value !== field.dataset.filled;
    if (own || detail.by === "search") return;
    field.value = field.dataset.filled = address;
  });
}
