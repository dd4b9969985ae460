// Moving the pin of one's own report: a tap, a drag, or Enter for the middle of the map; the form's fields hold the place.

import { leaflet } from "../leaflet.js";
import { createMap } from "../map/base.js";

async function show(box) {
  const [lat, lon] = ["lat", "lon"].map((id) => document.getElementById(id));
  const typed = (field) => Number(field.value.replace(",", ".")) || undefined;
  const map = await createMap(box, { lat: typed(lat), lon: typed(lon) });
  const L = await leaflet();
  const icon = L.divIcon({ className: "map-pin", iconSize: [40, 48], iconAnchor: [20, 48] });
  const { sayPin, sayMoved } = box.dataset;
  const pin = L.marker(map.getCenter(), { icon, draggable: true, keyboard: false, title: sayPin, alt: sayPin });
  const said = document.getElementById("pin-said");
  const choose = ({ lat: north, lng: east }) => {
    lat.value = north.toFixed(6);
    lon.value = east.toFixed(6);
    pin.setLatLng([north, east]).addTo(map);
    said.textContent = sayMoved;
  };
  if (lat.value) pin.addTo(map);
  map.on("click", ({ latlng }) => choose(latlng));
  pin.on("dragend", () => choose(pin.getLatLng()));
  // With the keyboard the arrows move the map, and Enter puts the pin in its middle.
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== event.currentTarget) return;
    event.preventDefault();
    choose(map.getCenter());
  });
}

const box = document.getElementById("pin-map");
if (box) show(box).catch(() => { document.getElementById("pin-help").hidden = true; });
