// A report for somebody on the phone: the questions of the chosen category, the map, Ctrl+Enter to send.

import { followSearches } from "../search.js";
import { start as showMap } from "./map.js";

const form = document.getElementById("new-report");
const about = document.getElementById("about-category");

form.elements.category.addEventListener("change", (event) => {
  const template = document.querySelector(`#kinds template[data-category="${CSS.escape(event.target.value)}"]`);
  about.replaceChildren(...(template ? [template.content.cloneNode(true)] : []));
  form.elements.asked.value = event.target.value;
});
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
followSearches();
showMap(document);
