// The start of a round: tap the map, or use the position of the phone.

import { leaflet } from "../leaflet.js";

const field = document.getElementById("start");

function place() {
  const [lat, lon] = field.value.split(/[,; ]+/).map(Number);
  return Number.isFinite(lat) && Number.isFinite(lon) ? [lat, lon] : null;
}

async function showMap(box) {
  const L = await leaflet().catch(() => null);
  if (!L) {
    box.hidden = true;
    return;
  }
  const map = L.map(box, { zoomControl: false }).setView(place() ?? [0, 0], Number(box.dataset.zoom));
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: box.dataset.sayZoomIn, zoomOutTitle: box.dataset.sayZoomOut }).addTo(map);
  L.tileLayer(box.dataset.tiles, { attribution: box.dataset.attribution, maxZoom: 20, maxNativeZoom: 18 }).addTo(map);
  const pin = L.circleMarker(place() ?? [0, 0], { radius: 11, className: "map-me" }).addTo(map);
  map.on("click", ({ latlng }) => {
    field.value = `${latlng.lat.toFixed(5)}, ${latlng.lng.toFixed(5)}`;
    pin.setLatLng(latlng);
  });
  field.addEventListener("change", () => {
    const here = place();
    if (here) {
      pin.setLatLng(here);
      map.panTo(here);
    }
  });
}

function offerPosition(button) {
  if (!navigator.geolocation) return;
  const status = document.querySelector("[data-position-status]");
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        field.value = `${coords.latitude.toFixed(5)}, ${coords.longitude.toFixed(5)}`;
        field.dispatchEvent(new Event("change"));
        status.textContent = "";
      },
      (error) => { status.textContent = error.code === error.PERMISSION_DENIED ? status.dataset.refused : status.dataset.missing; },
      { enableHighAccuracy: true, timeout: 10000 },
    );
  });
}

showMap(document.querySelector("[data-start-map]"));
const position = document.querySelector("[data-use-position]");
if (position) offerPosition(position);
