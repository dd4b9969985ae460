// Stops taken up and put down elsewhere: by pointer on the handle, or by keyboard with space and the arrows.

function rows(stops) {
  return [...stops.querySelectorAll("[data-stop]")];
}

/**
 * Makes the rows of `stops` movable by their handles. `done(ids)` is told the new order and resolves to false when it
 * could not be kept; `told(kind, values)` reads out what happens.
 */
export function reordering(stops, { done, told }) {
  let taken = null;

  const place = (row) => ({ place: row.dataset.place, n: rows(stops).indexOf(row) + 1, all: rows(stops).length });
  const order = () => rows(stops).map((row) => row.dataset.stop);

  function take(row, handle) {
    taken = { row, handle, before: order() };
    row.classList.add("plan-stop--taken");
    handle.setAttribute("aria-pressed", "true");
  }

  function leave() {
    taken?.row.classList.remove("plan-stop--taken");
    taken?.handle.setAttribute("aria-pressed", "false");
    taken = null;
  }

  function restore(before) {
    for (const id of before) stops.append(stops.querySelector(`[data-stop="${id}"]`));
  }

  async function put() {
    const { row, before } = taken;
    const now = order();
    leave();
    if (now.join() === before.join()) return;
    if (!(await done(now)) && row.isConnected) restore(before);
  }

  function back() {
    const { row, before, handle } = taken;
    leave();
    restore(before);
    handle.focus({ preventScroll: true });
    told("sayBack", place(row));
  }

  /** The others go past it: a row that is itself taken out of the page loses the pointer and the focus. */
  function shift(row, by) {
    const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return false;
    row[by < 0 ? "after" : "before"](other);
    return true;
  }

  function step(by) {
    if (shift(taken.row, by)) told("sayMoved", place(taken.row));
  }

  function onKey(event, row, handle) {
    const steps = { ArrowUp: -1, ArrowDown: 1 };
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      if (!taken) {
        take(row, handle);
        told("sayGrabbed", place(row));
      } else {
        told("sayDropped", place(row));
        put();
      }
    } else if (taken && event.key in steps) {
      event.preventDefault();
      step(steps[event.key]);
    } else if (taken && event.key === "Escape") {
      event.preventDefault();
      back();
    }
  }

  function onMove({ clientY }) {
    const { row } = taken;
    const middle = (one) => one.getBoundingClientRect().top + one.getBoundingClientRect().height / 2;
    while (row.previousElementSibling && clientY < middle(row.previousElementSibling)) shift(row, -1);
    while (row.nextElementSibling && clientY > middle(row.nextElementSibling)) shift(row, 1);
  }

  function onPointer(event, row, handle) {
    if (event.button !== 0 || taken) return;
    event.preventDefault();
    handle.focus({ preventScroll: true });
    take(row, handle);
    handle.setPointerCapture(event.pointerId);
    const end = (late) => {
      handle.removeEventListener("pointermove", onMove);
      if (late.type === "pointercancel") back();
      else {
        told("sayDropped", place(row));
        put();
      }
    };
    handle.addEventListener("pointermove", onMove);
    handle.addEventListener("pointerup", end, { once: true });
    handle.addEventListener("pointercancel", end, { once: true });
  }

  for (const row of rows(stops)) {
    const handle = row.querySelector("[data-handle]");
    if (!handle) continue;
    handle.hidden = false;
    handle.addEventListener("keydown", (event) => onKey(event, row, handle));
    handle.addEventListener("pointerdown", (event) => onPointer(event, row, handle));
    // Whoever goes elsewhere has put it down where it was.
    handle.addEventListener("blur", () => { if (taken?.handle === handle) back(); });
  }
}
