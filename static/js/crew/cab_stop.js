// The stop in sight: where, what, why, the way there, and what can be done.

import { pictureAt } from "./cab_keep.js";
import { between } from "./cab_data.js";
import { directionWord, icon, make, part, put, say, timeOf, wayOf } from "./cab_say.js";
import { line, workInWords } from "./cab_work.js";

const ARRIVED_METRES = 40;
let shown = "";

export const nameOf = (stop) => stop.place || stop.street || say("unknown", { lat: stop.lat.toFixed(5), lon: stop.lon.toFixed(5) });
export const outcomeWord = ({ outcome }) => say(outcome ?? "nobody");

/** Writes the stop into the page. What does not change is left alone, so that nothing jumps under a thumb. */
export function showStop(stop, { base, data, conflict, onPhoto }) {
  put("number", String(stop.number));
  part("number").setAttribute("aria-label", say("stop", { n: stop.number }));
  put("place", nameOf(stop));
  put("mast", stop.mast ?? "", "mast-row");
  put("arrives", timeOf(stop.arrives_at), "arrives-row");
  put("leg", wayOf(stop.leg_metres), "leg-row");
  put("conflict", conflict ?? "");
  showState(stop, data);
  for (const app of ["geo", "google", "apple"]) {
    part(app).hidden = !stop.links?.[app];
    if (stop.links?.[app]) part(app).href = stop.links[app];
  }
  const looks = JSON.stringify([base, stop.id, stop.reports, stop.why, stop.must, stop.needs_lift, stop.window_from]);
  if (looks === shown) return;
  shown = looks;
  const box = part("reports");
  for (const image of box.querySelectorAll("img[src^=blob]")) URL.revokeObjectURL(image.src);
  box.replaceChildren(tagsOf(stop), ...stop.reports.map((report) => reportOf(report, { base, onPhoto })), whyOf(stop));
}

function showState(stop, data) {
  const done = Boolean(stop.completed_at);
  const names = new Map((data.materials ?? []).map(({ code, name }) => [code, name]));
  const what = done ? say("at", { what: outcomeWord(stop), time: timeOf(stop.completed_at) }) : "";
  const work = done ? workInWords(stop, names) : "";
  put("state", [what, work, done && !stop.sent ? say("sent_later") : ""].filter(Boolean).join(" · "));
  part("state").dataset.outcome = stop.outcome ?? "";
  part("stop").dataset.done = done ? "yes" : "no";
}

function tagsOf({ must, needs_lift, window_from, window_until }) {
  const tags = [
    must === false ? say("may") : "", needs_lift ? say("lift") : "",
    window_from && window_until ? say("window", { from: timeOf(window_from), until: timeOf(window_until) }) : "",
  ].filter(Boolean);
  return make("div", { class: "cluster" }, ...tags.map((tag) => make("span", { class: "ds-tag", "data-color": "warning" }, tag)));
}

function reportOf(report, { base, onPhoto }) {
  const head = make("p", { class: "cab-kind" }, report.icon ? icon(report.icon) : "", make("strong", {}, report.category_name), " ", make("span", { class: "reference" }, report.reference));
  const answers = (report.answers ?? []).map(([question, answer]) => make("p", {}, `${question} `, make("strong", {}, answer)));
  const photos = (report.photos ?? []).map((photo, at) => {
    const image = make("img", { alt: say("photo", { n: at + 1 }), width: 96, height: 96 });
    pictureAt(base, photo.thumbnail).then((address) => { image.src = address; });
    const button = make("button", { type: "button", class: "cab-thumb" }, image);
    button.addEventListener("click", () => onPhoto(photo.full, image.alt));
    return button;
  });
  return make(
    "div", { class: "cab-report" }, head, ...answers,
    report.words ? line(report.words, "words") : "",
    report.support ? line(say("others", { n: report.support })) : "",
    photos.length ? make("div", { class: "cluster" }, ...photos) : "",
  );
}

function whyOf({ why = [] }) {
  if (!why.length) return "";
  return make("div", { class: "cab-why" }, make("strong", {}, say("why")), ...why.map((reason) => line(reason)));
}

/** How far and where to; nothing when the phone does not know where it is. */
export function showAway(stop, here) {
  if (!here) {
    put("away", "", "away-row");
    return null;
  }
  const { metres, degrees } = between(here, stop);
  const close = metres < Math.max(ARRIVED_METRES, Math.min(here.accuracy, 100));
  put("away", close ? say("here") : say("away", { way: wayOf(metres), direction: directionWord(degrees) }), "away-row");
  part("arrow").style.rotate = `${Math.round(degrees)}deg`;
  part("arrow").toggleAttribute("hidden", close);
  return { close };
}
