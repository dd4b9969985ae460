// Asks the server what there is to say about the chosen category at the chosen place, and shows it.

const PATIENCE_MS = 250;

/** Follows category, place and the number on the mast; tells `document` by the event "gatami:here" when it changed. */
export function followHere(form) {
  const box = document.getElementById("here");
  let timer = 0;
  let asked = 0;

  async function ask() {
    const mine = ++asked;
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      const wanted = ["category", "lat", "lon", "pin", "not_lamp"].includes(name) || name.startsWith("answers.");
      if (wanted && typeof value === "string" && value) query.append(name, value);
    }
    if (!query.has("category")) return;
    try {
      const answer = await fetch(`/here?${query}`);
      if (!answer.ok || mine !== asked) return;
      // A document of its own, in which no script runs; only its elements move over.
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      box.replaceChildren(...fresh.body.children);
      document.dispatchEvent(new CustomEvent("gatami:here"));
    } catch {
      // Without a network there is nothing to add; the server says it when the report is sent.
    }
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(ask, PATIENCE_MS);
  }
  form.addEventListener("change", (event) => {
    if (event.target.name === "category" || event.target.name?.startsWith("answers.")) soon();
  });
  document.addEventListener("gatami:place", soon);
  form.addEventListener("gatami:again", soon);
}
