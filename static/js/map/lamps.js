// Lamps on a map, when it is close: small circles, and squares for those that are reported.

import { leaflet } from "../leaflet.js";
import { POPUP } from "./base.js";

const CLOSE = 17;
const WAIT_MS = 150;
const MOST_DRAWINGS = 400;
// The asked part is widened to a grid, so that a small move asks for what the browser has already. Degrees.
const GRID = { lat: 0.002, lon: 0.005 };

/**
 * Keeps the lamps of the shown part on the map from zoom 17. `choose(lamp)` hears of a tap, `describe(lamp)` gives the
 * popup's element, `told({shown, truncated})` how many there are. A lamp is {id, lat, lon, number, street, reference, days}.
 */
export async function showLamps(map, { choose, describe, told }) {
  const L = await leaflet();
  const layer = L.layerGroup().addTo(map);
  const drawn = new Map();
  let shown = "";
  let timer;

  async function load() {
    const box = map.getZoom() >= CLOSE ? wide(map.getBounds()) : "";
    if (box === shown) return;
    shown = box;
    if (!box) draw({ features: [], truncated: false });
    else await ask(box);
  }
  async function ask(box) {
    try {
      const answer = await fetch(`/map/lamps.json?bbox=${box}`);
      const found = answer.ok ? await answer.json() : null;
      if (found && box === shown) draw(found);
    } catch {
      // Without a network the lamps drawn last stay; the next move asks again.
      shown = "none";
    }
  }
  function draw({ features, truncated }) {
    const lamps = features.map(lampOf);
    const few = lamps.filter((lamp) => lamp.reference).length <= MOST_DRAWINGS;
    const wanted = new Map(lamps.map((lamp) => [`${lamp.id} ${few && lamp.reference}`, lamp]));
    // What is there already stays, and with it a popup that stands open.
    for (const [key, mark] of drawn) {
      if (wanted.has(key)) continue;
      layer.removeLayer(mark);
      drawn.delete(key);
    }
    for (const [key, lamp] of wanted) {
      if (!drawn.has(key)) drawn.set(key, make(lamp, few).addTo(layer));
    }
    told({ shown: lamps.length, truncated });
  }
  function make(lamp, few) {
    const mark = lamp.reference && few ? square(L, lamp) : circle(L, lamp);
    return mark.on("click", () => choose(lamp)).bindPopup(() => describe(lamp), { ...POPUP, offset: [0, -40] });
  }
  map.on("moveend", () => {
    clearTimeout(timer);
    timer = setTimeout(load, WAIT_MS);
  });
  await load();
}

function wide(bounds) {
  const down = (value, step) => (Math.floor(value / step) * step).toFixed(3);
  const up = (value, step) => (Math.ceil(value / step) * step).toFixed(3);
  return [
    down(bounds.getWest(), GRID.lon), down(bounds.getSouth(), GRID.lat),
    up(bounds.getEast(), GRID.lon), up(bounds.getNorth(), GRID.lat),
  ].join(",");
}

function lampOf({ id, geometry, properties }) {
  const [lon, lat] = geometry.coordinates;
  return { id, lat, lon, ...properties };
}

function circle(L, { lat, lon, reference }) {
  const colors = reference ? { color: "#fdc42a", fillColor: "#101c3a" } : { color: "#101c3a", fillColor: "#fdc42a" };
  return L.circleMarker([lat, lon], { ...colors, radius: 7, weight: 2, fillOpacity: 1, bubblingMouseEvents: false });
}

/** Above the dots of reports, because it stands for the lamp and its report at once. */
function square(L, { lat, lon }) {
  const icon = L.divIcon({ className: "map-lamp map-lamp--reported", html: "!", iconSize: [24, 24] });
  return L.marker([lat, lon], { icon, keyboard: false, alt: "", zIndexOffset: 500 });
}
