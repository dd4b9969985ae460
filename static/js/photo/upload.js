// One photo to the server, with progress and with patience; fetch cannot tell how far an upload is.

// A connection on which nothing moves for so long is given up and tried anew.
const STALLED_MS = 30_000;
// When the phone says that it has no network, a connection may live through it, but not for long.
const OFFLINE_MS = 3_000;
const PAUSES_MS = [1_000, 4_000, 10_000, 20_000];

/**
 * `{id, thumbnail, place}`; or `{problem}`, the server's sentence; or `{}` when the network failed for good. Without a
 * network it waits for one. `place` asks for the place of the photo; `told` hears "offline" and "" while it waits.
 */
export async function upload(file, { token, place = false, signal, onProgress, told = () => {} }) {
  for (const pause of [...PAUSES_MS, null]) {
    if (signal.aborted) return {};
    if (!navigator.onLine) {
      told("offline");
      await online(signal);
      told("");
    }
    if (signal.aborted) return {};
    const answer = await uploadOnce(file, { token, place, signal, onProgress, told });
    if (answer.done || signal.aborted || pause === null) return answer.done ?? {};
    await Promise.race([sleep(pause, signal), back(signal)]);
  }
  return {};
}

/** `{done}` with the server's last word, or nothing when another try may help. */
function uploadOnce(file, { token, place, signal, onProgress, told }) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    let timer = 0;
    const alive = (patience = STALLED_MS) => {
      clearTimeout(timer);
      timer = setTimeout(() => request.abort(), patience);
    };
    const cut = () => {
      told("offline");
      alive(OFFLINE_MS);
    };
    const stop = () => request.abort();
    form.append("photo", file, file.name ?? "photo.jpg");
    if (place) form.append("place", "1");
    request.open("POST", "/photos");
    request.setRequestHeader("accept", "application/json");
    request.setRequestHeader("x-csrf-token", token());
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      alive();
      onProgress(event.loaded / event.total);
    });
    request.addEventListener("loadend", () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      removeEventListener("offline", cut);
      resolve({ done: lastWord(request) });
    });
    signal.addEventListener("abort", stop);
    addEventListener("offline", cut);
    alive();
    request.send(form);
  });
}

function lastWord({ status, response }) {
  if (status === 201 && response?.id) return response;
  // Whoever sent too much is told when to come back; what failed on the server's side may go the next time.
  return status >= 400 && status < 500 ? { problem: response?.detail, later: status === 429 } : undefined;
}

function sleep(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}

function online(signal) {
  return navigator.onLine ? Promise.resolve() : back(signal);
}

function back(signal) {
  return new Promise((resolve) => {
    addEventListener("online", resolve, { once: true, signal });
    signal.addEventListener("abort", resolve, { once: true });
  });
}
