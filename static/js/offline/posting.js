// One report to the server: its photos first, each once, then itself. Knows the network, not the store.

const TOKEN_MS = 10_000;
const PHOTO_MS = 120_000;
const REPORT_MS = 30_000;
const JSON_ONLY = { accept: "application/json" };

/**
 * What came of it, one of
 *   {sent: {reference, follow_url}}
 *   {refused: {detail, errors: [{field, detail}], status, ask, key, phone}}   no; `ask`: its page has a question
 *   {later: seconds, refused}                                           too many at once
 *   {unreachable: true}                                                 no network, no server, or no answer in time
 * `photoTaken(photo)` is awaited for each photo that has got its id. `late` says that the report waited.
 */
export async function post(report, { late = false, photoTaken = () => {} } = {}) {
  try {
    return await postOnce(report, { late, photoTaken, again: true });
  } catch {
    return { unreachable: true };
  }
}

async function postOnce(report, { late, photoTaken, again }) {
  const token = await freshToken();
  for (const photo of report.photos) {
    if (photo.id || !photo.bytes) continue;
    const problem = await postPhoto(photo, token);
    if (problem) return problem;
    await photoTaken(photo);
  }
  const outcome = await postReport(report, token, late);
  // Photos wait for their report for a day on the server; those that waited longer are sent once more.
  const photosGone = outcome.refused?.errors.some(({ field }) => field === "photos") && report.photos.some(({ bytes }) => bytes);
  if (!again || !(photosGone || outcome.refused?.status === 403)) return outcome;
  if (photosGone) for (const photo of report.photos) if (photo.bytes) photo.id = null;
  return postOnce(report, { late, photoTaken, again: false });
}

/** Phones from before 2022 have no such signal, and wait as long as their browser does. */
const patience = (milliseconds) => AbortSignal.timeout?.(milliseconds);

async function freshToken() {
  const answer = await fetch("/form-token", { headers: JSON_ONLY, cache: "no-store", signal: patience(TOKEN_MS) });
  return (await ours(answer)).csrf_token;
}

async function postPhoto(photo, token) {
  const form = new FormData();
  form.append("photo", new Blob([photo.bytes], { type: photo.type }), photo.name || "photo.jpg");
  const headers = { ...JSON_ONLY, "x-csrf-token": token };
  const answer = await fetch("/photos", { method: "POST", body: form, headers, signal: patience(PHOTO_MS) });
  const said = await ours(answer);
  if (answer.status === 201) {
    photo.id = said.id;
    return null;
  }
  return saidNo(answer, { detail: said.detail, errors: [{ field: "photo_files", detail: said.detail }] });
}

async function postReport(report, token, late) {
  const form = new FormData();
  for (const [name, value] of report.fields) form.append(name, value);
  for (const { id } of report.photos) if (id) form.append("photos", id);
  form.set("key", report.key);
  form.set("csrf_token", token);
  form.set("written_at", late ? report.written_at : "");
  const answer = await fetch("/reports", { method: "POST", body: form, headers: JSON_ONLY, signal: patience(REPORT_MS) });
  const said = await ours(answer);
  if (answer.status === 201) return { sent: { reference: said.reference, follow_url: said.follow_url } };
  return saidNo(answer, said);
}

function saidNo(answer, { detail, errors = [] }) {
  const refused = {
    detail, errors, status: answer.status, ask: answer.headers.has("x-ask"), key: answer.headers.get("x-form-key"),
    phone: answer.headers.get("x-phone"),
  };
  return answer.status === 429 ? { later: Number(answer.headers.get("retry-after")) || 60, refused } : { refused };
}

/** The JSON of an answer that is surely ours: cafés and trains answer too, and a server on its way up says 502. */
async function ours(answer) {
  const kind = answer.headers.get("content-type") ?? "";
  if (answer.status >= 500 || answer.redirected || !/^application\/(problem\+)?json/.test(kind)) {
    throw new Error(`No answer of ours: ${answer.status}`);
  }
  return answer.json();
}
