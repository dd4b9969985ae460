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
      if (mine !== asked) return;
      if (!answer.ok) throw new Error(answer.statusText);
      // A document of its own, in which no script runs; only its elements move over.
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      replace(box, fresh.body.children);
      document.getElementById("similar-first")?.remove();
      document.dispatchEvent(new CustomEvent("gatami:here"));
    } catch {
      // Without a network there is nothing to add, and nothing for which the report should come back to be sent again.
      if (mine === asked) skipSimilar(form, box);
    }
  }

  function soon() {
    // What was asked before this change is no answer to it.
    asked += 1;
    clearTimeout(timer);
    timer = setTimeout(ask, PATIENCE_MS);
  }
  form.addEventListener("change", (event) => {
    if (event.target.name === "category" || event.target.name?.startsWith("answers.")) soon();
  });
  document.addEventListener("gatami:place", soon);
  form.addEventListener("gatami:again", soon);
}

/** Puts the new elements in place of the old; whoever stood in one of them with the keyboard still stands there. */
function replace(box, elements) {
  const stood = box.contains(document.activeElement) ? document.activeElement.id : "";
  box.replaceChildren(...elements);
  if (stood) document.getElementById(stood)?.focus({ preventScroll: true });
}

/** Says that no similar reports can be shown here, as the hidden field of the part that did not come would. */
function skipSimilar(form, box) {
  if (form.querySelector("input[name=seen]")) return;
  const seen = document.createElement("input");
  seen.type = "hidden";
  seen.name = "seen";
  seen.value = "-";
  box.append(seen);
}
