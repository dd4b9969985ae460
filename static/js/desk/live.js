// What happens at the desk while a page stands open, by server-sent events. Without them the page works as it stands.
// Only a page that is in front listens: a browser has six connections to a server, and more tabs than that may be open.

const AFTER_REFUSAL_MS = 60_000;

/**
 * Listens to `url`. `changed(references, counts)` is called for what has changed, and with no references each time the
 * listening begins: what happened before is not told. `gone()` is called when the session is over.
 */
export function listen(url, { changed, gone }) {
  if (!("EventSource" in window)) return;
  let source = null;
  let later = 0;
  const start = () => {
    if (source || document.hidden) return;
    source = new EventSource(url);
    source.addEventListener("open", () => changed([], {}));
    source.addEventListener("changed", ({ data }) => {
      const { references, ...counts } = JSON.parse(data);
      changed(references, counts);
    });
    source.addEventListener("gone", () => { stop(); document.removeEventListener("visibilitychange", follow); gone(); });
    source.addEventListener("error", () => {
      // A browser tries again by itself, but for an answer that is no stream.
      if (source?.readyState !== EventSource.CLOSED) return;
      stop();
      later = setTimeout(start, AFTER_REFUSAL_MS);
    });
  };
  const stop = () => {
    clearTimeout(later);
    source?.close();
    source = null;
  };
  const follow = () => (document.hidden ? stop() : start());
  document.addEventListener("visibilitychange", follow);
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", follow);
  start();
}
