// What is reported already, so that the map is never empty and nobody need report twice.

/** Keeps the reports of the shown part on the map; where our server has no such list, the map stays as it is. */
export function showReports(L, map, say) {
  const layer = L.layerGroup().addTo(map);
  let asked = 0;

  async function load() {
    const mine = ++asked;
    const bbox = map.getBounds().toBBoxString();
    try {
      const answer = await fetch(`/api/map?bbox=${bbox}&zoom=${Math.round(map.getZoom())}`);
      if (!answer.ok || mine !== asked) return;
      const { features } = await answer.json();
      layer.clearLayers();
      for (const feature of features) layer.addLayer(mark(L, feature, say));
    } catch {
      // Without a network the place can still be chosen.
    }
  }
  map.on("moveend", load);
  load();
}

function mark(L, { geometry, properties }, say) {
  const [lon, lat] = geometry.coordinates;
  if (properties.count > 1) {
    const size = 30 + Math.min(16, 4 * Math.log10(properties.count));
    const icon = L.divIcon({ className: "map-count", html: String(Number(properties.count)), iconSize: [size, size] });
    return L.marker([lat, lon], { icon, interactive: false, keyboard: false });
  }
  const status = String(properties.status ?? "new").replace(/[^a-z_]/g, "");
  const icon = L.divIcon({ className: `map-dot map-dot--${status}`, iconSize: [18, 18] });
  // The tap goes on to the map: one may report beside what is reported.
  const dot = L.marker([lat, lon], { icon, keyboard: false, bubblingMouseEvents: true });
  return properties.reference ? dot.bindPopup(() => words(properties, say)) : dot;
}

function words({ reference, title, category_name: name }, say) {
  const box = document.createElement("div");
  const text = document.createElement("strong");
  const link = document.createElement("a");
  text.textContent = say.sayReported;
  link.href = `/reports/${encodeURIComponent(reference)}`;
  link.textContent = say.saySee;
  box.append(text, line(title ?? name ?? ""), link);
  return box;
}

function line(text) {
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  return paragraph;
}
