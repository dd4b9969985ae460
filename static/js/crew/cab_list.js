// All stops at a glance, what the crew has to look at, and the line that says how much waits for a network.

import { icon, make, part, put, say, timeOf } from "./cab_say.js";
import { nameOf, outcomeWord } from "./cab_stop.js";

const DAY_MS = 86_400_000;
// As the server writes a day: 2026-12-02.
const DAYS = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: "Europe/Oslo" });

export function showList(stops, current, { troubled, onChoose }) {
  part("list").replaceChildren(...stops.map((stop) => {
    const done = Boolean(stop.completed_at);
    const says = [
      done ? say("at", { what: outcomeWord(stop), time: timeOf(stop.completed_at) }) : stop.arrives_at ? timeOf(stop.arrives_at) : "",
      stop.reports[0]?.category_name, done && !stop.sent ? say("sent_later") : "",
    ].filter(Boolean).join(" · ");
    const button = make(
      "button", { type: "button", class: "cab-row", "aria-current": stop.id === current?.id ? "step" : null },
      make("span", { class: "stop__number" }, done ? icon("check") : String(stop.number)),
      make("span", { class: "cab-row__words" }, make("strong", {}, nameOf(stop)), make("span", {}, says)),
      troubled.has(stop.id) ? icon("warning") : "",
    );
    button.addEventListener("click", () => onChoose(stop));
    return make("li", { "data-done": done ? "yes" : "no" }, button);
  }));
}

/** Sentences stay until each was confirmed: nobody else will say it to this crew. */
export function showConflicts(found, stops, { onSeen, onChoose }) {
  part("conflicts").hidden = !found.length;
  const looks = JSON.stringify(found);
  if (part("conflict-list").dataset.looks === looks) return;
  part("conflict-list").dataset.looks = looks;
  const [first, ...rest] = found.map(({ key, stop_id, sentence, happened_at }) => {
    const stop = stops.find(({ id }) => id === stop_id);
    const go = stop && make("button", { type: "button", class: "ds-button", "data-variant": "tertiary" }, say("stop", { n: stop.number }));
    go?.addEventListener("click", () => onChoose(stop));
    const seen = make("button", { type: "button", class: "ds-button", "data-variant": "secondary" }, icon("check"), make("span", {}, say("seen")));
    seen.addEventListener("click", () => onSeen(key));
    // At the stop itself all of it is said.
    const short = stop ? sentence.replace(/^(.+?[.!?]) .*$/s, "$1") : sentence;
    const time = make("strong", {}, timeOf(happened_at));
    return make("li", {}, make("p", {}, time, " ", short), make("div", { class: "cluster" }, seen, go ?? ""));
  });
  // Many of them must not push the stop out of sight.
  part("conflict-list").replaceChildren(...(first ? [first] : []));
  part("conflict-rest").replaceChildren(...rest);
  put("conflict-more", rest.length ? say("more", { n: rest.length }) : "", "conflict-fold");
}

/** A round of another day is not begun by mistake. */
export function showDay({ day, day_in_words }) {
  const [today, tomorrow] = [0, 1].map((days) => DAYS.format(new Date(Date.now() + days * DAY_MS)));
  const words = day === tomorrow ? say("tomorrow") : say("other_day", { day: day_in_words });
  put("day", !day || day === today ? "" : words);
}

/** Always in sight: what waits, and whether one may drive into a tunnel. */
export function showNet({ waiting, sending, reachable, ready, canKeep }) {
  const line = part("net");
  const state = waiting ? "waiting" : reachable ? "sent" : "offline";
  const waits = waiting ? say(waiting === 1 ? "waits" : "wait", { n: waiting }) : "";
  const about = reachable ? (ready ? say("ready") : canKeep ? say("getting") : "") : say("offline");
  const quiet = [reachable ? say("all_sent") : "", about].filter(Boolean).join(" · ");
  const words = waiting ? [sending ? say("sending") : "", waits].filter(Boolean).join(" ") : quiet;
  line.dataset.state = state;
  if (line.lastElementChild?.textContent === words) return;
  line.replaceChildren(icon({ waiting: "clock", sent: "check", offline: "info" }[state]), make("span", {}, words));
}

/** `current` is null when no stop is in sight. */
export function showProgress(stops, current) {
  const done = stops.filter(({ completed_at }) => completed_at).length;
  part("count").textContent = current ? say("count", { n: stops.indexOf(current) + 1, all: stops.length }) : "";
  part("progress").textContent = say("progress", { done });
  part("bar").max = Math.max(1, stops.length);
  part("bar").value = done;
}
