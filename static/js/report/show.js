// The page of one report: its place on a map, and a button that copies the secret link.

import { leaflet } from "../leaflet.js";

async function showPlace(box) {
  const L = await leaflet();
  box.hidden = false;
  const { lat, lon, tiles, attribution } = box.dataset;
  const map = L.map(box, { zoomControl: false, scrollWheelZoom: false, keyboard: false, dragging: !L.Browser.mobile });
  map.attributionControl.setPrefix(false);
  map.setView([lat, lon], 16);
  L.tileLayer(tiles, { attribution, maxZoom: 20, maxNativeZoom: 18 }).addTo(map);
  const icon = L.divIcon({ className: "map-pin", iconSize: [40, 48], iconAnchor: [20, 48] });
  L.marker([lat, lon], { icon, interactive: false, keyboard: false }).addTo(map);
}

function offerCopy(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById("follow-link");
    try {
      await navigator.clipboard.writeText(field.value);
      document.getElementById("copied").textContent = button.dataset.done;
    } catch {
      field.select();
    }
  });
}

const box = document.getElementById("report-map");
if (box) showPlace(box).catch(() => { box.hidden = true; });
const copy = document.getElementById("copy-link");
if (copy) offerCopy(copy);
