// Map and list together: the map shows what the filters let through, and the list can follow the map.

import { leaflet } from "../leaflet.js";
import { boxOf, createMap, showReports } from "./base.js";

const box = document.getElementById("map");
const form = document.getElementById("filters");
const follow = document.getElementById("bbox");
const part = document.getElementById("list-part");
const names = JSON.parse(box.dataset.names);

async function start() {
  const map = await createMap(box, { bounds: boundsOf(box.dataset.bbox) });
  await showReports(map, {
    filters: Object.fromEntries(new URLSearchParams(box.dataset.filters)),
    describe,
    told: (truncated) => { document.getElementById("truncated").hidden = !truncated; },
  });
  await drawCircle(map);
  // Only now: opening the map is not yet moving it.
  map.on("moveend", () => { if (follow.checked) followMap(map); });
  follow.addEventListener("change", () => followMap(map));
  document.getElementById("follow").hidden = false;
  await pointAtCards(map);
}

function boundsOf(text) {
  const [west, south, east, north] = (text ?? "").split(",").map(Number);
  return text ? [[south, west], [north, east]] : undefined;
}

/** The circle that the list is about. */
async function drawCircle(map) {
  if (!box.dataset.near) return;
  const [lat, lon, radius] = box.dataset.near.split(",").map(Number);
  const L = await leaflet();
  L.circle([lat, lon], { radius, weight: 3, color: "#fdc42a", fill: false, interactive: false }).addTo(map);
}

/** The list of what the map shows, and an address that brings both back. */
async function followMap(map) {
  follow.value = boxOf(map);
  const query = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...query]) if (!value) query.delete(name);
  // A place that is still to be looked up leads to another page, and waits for the button.
  query.delete("where");
  const address = `/reports?${query}`;
  try {
    const answer = await fetch(address, { headers: { "X-Part": "list" } });
    if (!answer.ok) return;
    // A document of its own, in which no script runs; only its elements move over.
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    part.replaceChildren(...fresh.body.children);
    history.replaceState(null, "", address);
    document.getElementById("follow-link").value = new URL(address, location.href).href;
  } catch {
    // The list stays as it was.
  }
}

function describe({ reference, category, status }) {
  const popup = document.createElement("div");
  const title = document.createElement("strong");
  const state = document.createElement("p");
  const link = document.createElement("a");
  title.textContent = names.categories[category] ?? category;
  state.textContent = names.statuses[status] ?? status;
  link.href = `/reports/${encodeURIComponent(reference)}`;
  link.textContent = box.dataset.saySee;
  popup.append(title, state, link);
  return popup;
}

/** A card that is pointed at, or reached with the keyboard, shows on the map. */
async function pointAtCards(map) {
  const L = await leaflet();
  const ring = L.circleMarker([0, 0], { radius: 16, weight: 4, color: "#fdc42a", fill: false, interactive: false });
  const show = (event) => {
    const card = event.target.closest?.("[data-lat]");
    if (card) ring.setLatLng([Number(card.dataset.lat), Number(card.dataset.lon)]).addTo(map);
    else ring.remove();
  };
  part.addEventListener("mouseover", show);
  part.addEventListener("focusin", show);
  part.addEventListener("mouseleave", () => ring.remove());
}

start().catch(() => { /* The list is the page; the map is beside it. */ });
