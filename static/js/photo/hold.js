// A form that is sent while photos are on their way waits for them, and lets the person decide not to.

/** Holds back the form's sending until `photos` are there; says how far they are, and offers to go without them. */
export function holdBack(form, photos, words) {
  let submitter = null;
  let passing = false;
  let box = null;

  form.addEventListener("submit", (event) => {
    // Without a network whoever keeps the form keeps its photos too.
    const { waiting, failed } = photos.left();
    if (event.defaultPrevented) return;
    if (passing || !navigator.onLine || (!waiting && !failed)) {
      form.dataset.leaving = "";
      return;
    }
    event.preventDefault();
    submitter = event.submitter;
    if (!waiting) photos.retry();
    show();
  });
  photos.changes.addEventListener("changed", () => box && refresh());
  photos.changes.addEventListener("settled", () => box && refresh());

  function show() {
    box?.remove();
    box = document.createElement("div");
    box.className = "photo-hold";
    const line = document.createElement("p");
    line.setAttribute("role", "status");
    box.append(line, button(words.sayAgain, "again", photos.retry), button(words.sayWithout, "without", without));
    if ("keeps" in form.dataset) box.append(button(words.sayLater, "later", later));
    (submitter?.parentElement ?? form).append(box);
    refresh();
  }

  function refresh() {
    const { ready, waiting, failed } = photos.left();
    if (!waiting && !failed) {
      go();
      return;
    }
    const n = ready + waiting + failed;
    box.querySelector("[data-hold=again]").hidden = waiting > 0;
    const said = waiting ? words.sayWait.replace("{done}", ready).replace("{n}", n) : words.sayUnsent;
    if (box.firstChild.textContent !== said) box.firstChild.textContent = said;
  }

  function without() {
    const waits = box;
    box = null;
    photos.abandon();
    waits.remove();
    form.requestSubmit(submitter);
  }

  /** Whoever keeps the form on the phone sends its photos too. */
  function later() {
    const waits = box;
    box = null;
    photos.handOver();
    box = waits;
    go();
  }

  /** On its way, with what there is. */
  function go() {
    box.remove();
    box = null;
    passing = true;
    form.requestSubmit(submitter);
    passing = false;
  }

  function button(text, name, onClick) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "ds-button";
    made.dataset.variant = "secondary";
    made.dataset.hold = name;
    made.textContent = text;
    made.addEventListener("click", onClick);
    return made;
  }
}
