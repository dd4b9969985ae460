// Maps of one place: every element with data-map-one, data-lat and data-lon gets a map with a pin.

import { leaflet } from "../leaflet.js";
import { createMap } from "./base.js";

async function show(element) {
  const map = await createMap(element);
  const L = await leaflet();
  const icon = L.divIcon({ className: "map-pin", iconSize: [40, 48], iconAnchor: [20, 48] });
  L.marker([Number(element.dataset.lat), Number(element.dataset.lon)], { icon, interactive: false, keyboard: false }).addTo(map);
}

for (const element of document.querySelectorAll("[data-map-one]")) {
  show(element).catch(() => { /* The place stands in words beside it. */ });
}
