// The round as the crew sees it: what the server said last, with what was tapped since on top. Pure.

/** A tap counts at once; of one that met something in the way, what was found stands on its stop all the same. */
const counts = ({ state, body, over }) => !over && (["waiting", "applied"].includes(state) || (state === "conflict" && body.kind === "outcome"));

/** {stops, ended, left, last}: the stops with what was tapped; `last` is the tap that can be undone, or null. */
export function asSeen(round, entries) {
  const stops = (round.data?.stops ?? []).map((stop) => ({ ...stop, sent: true }));
  const byId = new Map(stops.map((stop) => [stop.id, stop]));
  let ended = round.data?.open === false;
  for (const { body, state } of entries.filter(counts)) {
    const stop = byId.get(body.stop_id);
    if (body.kind === "end") ended = true;
    if (!stop) continue;
    if (body.kind === "outcome") {
      Object.assign(stop, {
        outcome: body.outcome, completed_at: body.happened_at, minutes: body.minutes ?? null,
        materials: body.materials ?? {}, note: body.words || null,
      });
    }
    if (body.kind === "undo") Object.assign(stop, { outcome: null, completed_at: null });
    stop.sent = state !== "waiting";
  }
  return { stops, ended, left: stops.filter(({ completed_at }) => !completed_at) };
}

/** What the crew has to read: refused or changed on the way, here or said by the server, and not confirmed. */
export function toLookAt(round, entries) {
  const mine = entries.filter(({ sentence, state }) => sentence && state !== "waiting")
    .map(({ key, body, sentence }) => ({ key, stop_id: body.stop_id, sentence, happened_at: body.happened_at }));
  const known = new Set(mine.map(({ key }) => key));
  const told = (round.data?.conflicts ?? []).filter(({ key, sentence }) => sentence && !known.has(key));
  return [...mine, ...told].filter(({ key }) => !(round.seen ?? []).includes(key));
}

/** The way as it is planned, without what is done on it. */
export function planOf(data) {
  return JSON.stringify((data?.stops ?? []).map(({ id, number, lat, lon }) => [id, number, lat, lon]));
}

/** The stop after this one that still waits, else the first that waits, else null. */
export function nextLeft(stops, id) {
  const at = stops.findIndex((stop) => stop.id === id);
  const waiting = (stop) => !stop.completed_at;
  return stops.slice(at + 1).find(waiting) ?? stops.find(waiting) ?? null;
}

/** Geodesic enough for a crew: metres on a sphere, and degrees from north. */
export function between(from, to) {
  const radian = Math.PI / 180;
  const [one, other] = [from.lat * radian, to.lat * radian];
  const across = (to.lon - from.lon) * radian;
  const half = Math.sin((other - one) / 2) ** 2 + Math.cos(one) * Math.cos(other) * Math.sin(across / 2) ** 2;
  const bearing = Math.atan2(
    Math.sin(across) * Math.cos(other), Math.cos(one) * Math.sin(other) - Math.sin(one) * Math.cos(other) * Math.cos(across),
  );
  return { metres: 2 * 6_371_000 * Math.asin(Math.sqrt(half)), degrees: (bearing / radian + 360) % 360 };
}
