// Latitude and longitude in each other's fields: asks whether that was meant, and one tap puts it right.

let meant = null;

/** Shows the question for a place that fits the other way round, or takes it away. */
export function offerSwap(swapped, lat, lon) {
  const line = document.getElementById("swapped");
  meant = swapped ? { lat: lon, lon: lat } : null;
  line.hidden = !swapped;
  if (swapped) line.querySelector("span").textContent = line.dataset.say.replace("{lat}", show(lon)).replace("{lon}", show(lat));
}

function show(degrees) {
  return degrees.toLocaleString([document.documentElement.lang, "nb"], { maximumFractionDigits: 5 });
}

// Without script, or where the page came with the question, the button asks the server for the same.
document.getElementById("swap").addEventListener("click", (event) => {
  if (!meant) return;
  event.preventDefault();
  document.dispatchEvent(new CustomEvent("gatami:choose", { detail: { ...meant, pan: true } }));
});
