// The map of the report form: our area, what is reported already, and one pin that can be tapped, dragged or typed into place.

import { leaflet } from "../leaflet.js";
import { createMap, showReports } from "../map/base.js";
import { placeByKeyboard } from "../map/keyboard.js";

const CLOSE = 17;
// Farther off, a finger covers several houses and the lamps do not show.
const TOWN = 16;

/**
 * Makes the map. `choose(lat, lon, options)` is told of every place; `start` is [lat, lon] or nothing.
 * Gives `put(lat, lon, {pan})`, `middle()` and the map itself, `leaflet`; rejects when there is no Leaflet.
 */
export async function chooseOnMap(box, { choose, start }) {
  const map = await createMap(box, start ? { lat: start[0], lon: start[1], zoom: CLOSE } : {}).catch((error) => {
    for (const id of ["map", "use-middle", "map-help"]) document.getElementById(id).hidden = true;
    throw error;
  });
  const L = await leaflet();
  showReports(map, {
    filters: { status: "open" }, alike: true, describe: (report) => describe(report, box.dataset),
    told: (truncated, shown) => { document.getElementById("report-legend").hidden = shown === 0; },
  });

  const pin = makePin(L, box.dataset.sayPin);
  function put(lat, lon, { pan = false } = {}) {
    pin.setLatLng([lat, lon]).addTo(map);
    // It is about a place that is not the chosen one any more.
    map.closePopup();
    if (pan) map.setView([lat, lon], Math.max(map.getZoom(), CLOSE));
  }
  if (start) put(...start);
  map.on("click", ({ latlng }) => {
    choose(latlng.lat, latlng.lng);
    // At once: while a zoom is on its way, Leaflet ignores the next place that it is asked to show.
    if (map.getZoom() < TOWN) map.setView(latlng, CLOSE, { animate: false });
  });
  pin.on("dragend", () => choose(pin.getLatLng().lat, pin.getLatLng().lng));
  const middle = () => [map.getCenter().lat, map.getCenter().lng];
  placeByKeyboard(box, () => choose(...middle()));
  return { put, middle, leaflet: map };
}

/** What stands there already, in the words of the form's own list of kinds; the map is in the form, so one tap sends "mine too". */
function describe({ reference, category }, say) {
  const box = document.createElement("div");
  const title = document.createElement("strong");
  const kind = document.createElement("p");
  const link = document.createElement("a");
  title.textContent = say.sayReported;
  kind.textContent = document.querySelector(`input[name=category][value="${CSS.escape(category)}"]`)?.labels[0]?.innerText ?? "";
  link.href = `/reports/${encodeURIComponent(reference)}`;
  link.textContent = say.saySee;
  const mine = document.createElement("button");
  Object.assign(mine, { name: "do", value: `support:${reference}`, formNoValidate: true, className: "ds-button", textContent: say.sayMine });
  mine.dataset.variant = "secondary";
  box.append(title, kind, link, mine);
  return box;
}

function makePin(L, title) {
  const icon = L.divIcon({ className: "map-pin", iconSize: [40, 48], iconAnchor: [20, 48] });
  return L.marker([0, 0], { icon, draggable: true, autoPan: true, keyboard: false, title, alt: title, zIndexOffset: 1000 });
}
