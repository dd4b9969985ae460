// The slip's button. Without the script the sentence stays that says how to print.

const place = document.querySelector("[data-print]");
place.querySelector("button").addEventListener("click", () => window.print());
place.hidden = false;
document.querySelector("[data-print-words]").hidden = true;
