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
    restore(before);
    leave();
    handle.focus();
    told("sayBack", place(row));
  }

  function step(by) {
    const all = rows(stops);
    const { row, handle } = taken;
    const there = all.indexOf(row) + by;
    if (there < 0 || there >= all.length) return;
    all[there][by < 0 ? "before" : "after"](row);
    handle.focus();
    told("sayMoved", place(row));
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

  function onMove(event) {
    const all = rows(stops);
    const { row } = taken;
    const over = all.find((one) => {
      const box = one.getBoundingClientRect();
      return one !== row && event.clientY >= box.top && event.clientY <= box.bottom;
    });
    if (!over) return;
    const box = over.getBoundingClientRect();
    const down = all.indexOf(over) > all.indexOf(row);
    const past = down ? event.clientY > box.top + box.height / 2 : event.clientY < box.top + box.height / 2;
    if (past) over[down ? "after" : "before"](row);
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
    handle.addEventListener("blur", () => {
      // A row that is moved loses the focus for a moment; whoever goes elsewhere has put it down where it was.
      setTimeout(() => { if (taken?.handle === handle && document.activeElement !== handle) back(); }, 0);
    });
  }
}
