// Map tiles for the round. Kept only where the municipality has said that its provider allows it (GATAMI_TILE_CACHE).

import { cacheOf, each } from "./cab_keep.js";

const ZOOMS = [13, 15, 16];
/** About 8 MB: what a round needs, and no more than a provider would expect of a person who looks at it. */
const MOST = 400;
const AROUND = 1;

/** A layer that looks among the kept tiles first, where there are any. */
export function tilesOf(L, base, { url, attribution, keep }) {
  const options = { attribution, maxZoom: 20, maxNativeZoom: 18 };
  if (!keep) return L.tileLayer(url, options);
  const Kept = L.TileLayer.extend({
    createTile(at, done) {
      const tile = document.createElement("img");
      tile.alt = "";
      tile.onload = () => done(null, tile);
      tile.onerror = () => done(new Error("No tile"), tile);
      const address = this.getTileUrl(at);
      keptTile(base, address).then((kept) => { tile.src = kept ?? address; });
      return tile;
    },
  });
  return new Kept(url, options);
}

async function keptTile(base, address) {
  const kept = await (await caches.open(cacheOf(base))).match(address).catch(() => undefined);
  return kept ? URL.createObjectURL(await kept.blob()) : null;
}

/** Keeps the tiles along the way, the widest first, until there are enough. */
export async function keepTiles(base, data, { url, keep }) {
  if (!keep || navigator.connection?.saveData) return;
  const cache = await caches.open(cacheOf(base));
  await each(alongTheWay(data, url), async (address) => {
    if (await cache.match(address)) return;
    const answer = await fetch(address, { credentials: "omit", referrerPolicy: "origin" }).catch(() => null);
    if (answer?.ok) await cache.put(address, answer);
  });
}

function alongTheWay({ start, stops, back_line }, url) {
  const points = [[start.lon, start.lat], ...stops.flatMap(({ lon, lat, leg_line }) => [...(leg_line ?? []), [lon, lat]]), ...(back_line ?? [])];
  const found = new Set();
  for (const zoom of ZOOMS) {
    for (const [lon, lat] of points) {
      const [x, y] = tileAt(lon, lat, zoom);
      const around = zoom === ZOOMS.at(-1) ? 0 : AROUND;
      for (let across = -around; across <= around; across += 1) {
        for (let down = -around; down <= around; down += 1) {
          if (found.size < MOST) found.add(addressOf(url, x + across, y + down, zoom));
        }
      }
    }
  }
  return found;
}

function tileAt(lon, lat, zoom) {
  const scale = 2 ** zoom;
  const radians = (lat * Math.PI) / 180;
  return [Math.floor(((lon + 180) / 360) * scale), Math.floor(((1 - Math.asinh(Math.tan(radians)) / Math.PI) / 2) * scale)];
}

function addressOf(url, x, y, z) {
  const servers = ["a", "b", "c"];
  // Leaflet's own choice of a server, so that both ask for the same address.
  return url.replace("{s}", servers[Math.abs(x + y) % 3]).replace("{z}", z).replace("{x}", x).replace("{y}", y).replace("{r}", "");
}
