// The address nearest to the place, to be confirmed: it stands in the field below, unless something was written there.

// Lamps stand beside the houses that people name: no farther off than this, in degrees.
const BESIDE = 0.002;

/** Follows what the server says about the place ("gatami:facts"). */
export function followNearest() {
  const line = document.getElementById("nearest");
  const field = document.getElementById("address");
  if (!line || !field) return;

  // The address that was searched for and chosen: it stays when the pin moves to a lamp beside it.
  let found = null;
  document.addEventListener("gatami:choose", ({ detail }) => { if (detail.address) found = detail; });
  document.addEventListener("gatami:place", ({ detail: { lat, lon, by } }) => {
    const most = ["snap", "lamp", "refused"].includes(by) ? BESIDE : 1e-5;
    if (found && !(Math.abs(lat - found.lat) < most && Math.abs(lon - found.lon) < most * 3)) found = null;
  });

  document.addEventListener("gatami:facts", ({ detail }) => {
    // The middle of a street has an address too, but nobody chose that.
    const nearest = detail.vague ? "" : detail.address ?? "";
    const address = found && nearest !== found.address ? "" : nearest;
    const words = address ? line.dataset.say.replace("{n}", address) : "";
    line.hidden = !address;
    // What the server wrote there already is not read out again.
    if (line.textContent !== words) line.textContent = words;
    if (field.value === address) field.dataset.filled = address;
    const own = field.value && field.value !== field.dataset.filled;
    if (own || found) return;
    field.value = field.dataset.filled = address;
  });
}
