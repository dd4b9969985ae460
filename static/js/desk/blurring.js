// Marks on a photo: drawn with mouse or finger, or moved with the arrow keys. They are the numbers of the form beside.

const SIDES = ["left", "top", "width", "height"];
const STEP = 1;
const SMALLEST = 1;

/** Follows the photo in `root`, if there is one. */
export function start(root) {
  const photo = root.querySelector("[data-blurring]");
  if (!photo) return;
  new Marks(photo);
  photo.closest("form").querySelector("[data-add-box]").focus({ preventScroll: true });
}

class Marks {
  constructor(photo) {
    this.photo = photo;
    this.layer = photo.querySelector(".blurring__boxes");
    this.rows = photo.closest("form").querySelector(".blur-rows");
    photo.classList.add("blurring--drawn");
    const tools = photo.closest("form").querySelector("[data-blurring-tools]");
    tools.hidden = false;
    tools.querySelector("[data-add-box]").addEventListener("click", () => {
      const row = this.emptyRow();
      if (row) { this.write(row, [40, 40, 20, 20]); this.draw(); this.boxOf(row)?.focus(); }
    });
    this.rows.addEventListener("input", () => this.draw());
    photo.addEventListener("pointerdown", (event) => this.onPress(event));
    photo.querySelector("img").addEventListener("dragstart", (event) => event.preventDefault());
    photo.closest("form").querySelector("[data-blurring-rows]").open = false;
    this.draw();
  }

  get all() { return [...this.rows.querySelectorAll(".blur-row")]; }

  inputs(row) { return SIDES.map((side) => row.querySelector(`[name="${side}"]`)); }

  read(row) {
    const values = this.inputs(row).map((input) => (input.value.trim() ? Number(input.value.replace(",", ".")) : NaN));
    return values.every(Number.isFinite) ? values : null;
  }

  write(row, [left, top, width, height]) {
    const wide = Math.min(Math.max(width, SMALLEST), 100);
    const high = Math.min(Math.max(height, SMALLEST), 100);
    const values = [Math.min(Math.max(left, 0), 100 - wide), Math.min(Math.max(top, 0), 100 - high), wide, high];
    this.inputs(row).forEach((input, number) => { input.value = String(Math.round(values[number] * 10) / 10); });
  }

  clear(row) { this.inputs(row).forEach((input) => { input.value = ""; }); }

  /** A row without numbers; one more when all are taken. */
  emptyRow() {
    const free = this.all.find((row) => this.inputs(row).every((input) => !input.value.trim()));
    if (free || this.all.length >= Number(this.photo.dataset.most)) return free ?? null;
    const row = this.all[0].cloneNode(true);
    const number = this.all.length + 1;
    row.querySelector("legend").textContent = row.querySelector("legend").textContent.replace(/\d+/u, number);
    SIDES.forEach((side) => {
      row.querySelector(`[name="${side}"]`).id = `${side}-${number}`;
      row.querySelector(`label[for^="${side}-"]`).htmlFor = `${side}-${number}`;
    });
    this.clear(row);
    this.rows.append(row);
    return row;
  }

  boxOf(row) { return this.layer.querySelector(`[data-row="${this.all.indexOf(row)}"]`); }

  /** One box for each row with numbers; those that stay keep the focus. */
  draw() {
    this.all.forEach((row, number) => {
      const values = this.read(row);
      let box = this.boxOf(row);
      if (!values) { box?.remove(); return; }
      if (!box) { box = this.makeBox(number); this.layer.append(box); }
      SIDES.forEach((side, index) => { box.style[side] = `${values[index]}%`; });
    });
  }

  makeBox(number) {
    const box = document.createElement("button");
    box.type = "button";
    box.className = "blur-box";
    box.dataset.row = number;
    box.textContent = number + 1;
    box.setAttribute("aria-label", this.photo.dataset.sayBox.replace(/\d+/u, number + 1));
    box.addEventListener("keydown", (event) => this.onKey(event, this.all[number]));
    return box;
  }

  onKey(event, row) {
    const moves = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    const values = this.read(row);
    if (!values) return;
    const [left, top, width, height] = values;
    if (event.key in moves) {
      const [right, down] = moves[event.key];
      this.write(row, event.shiftKey ? [left, top, width + right, height + down] : [left + right, top + down, width, height]);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.clear(row);
    } else return;
    event.preventDefault();
    event.stopPropagation();
    this.draw();
    (this.boxOf(row) ?? this.photo.closest("form").querySelector("[data-add-box]")).focus();
  }

  onPress(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    const box = event.target.closest(".blur-box");
    const begun = this.percent(event);
    const row = box ? this.all[box.dataset.row] : this.emptyRow();
    if (!row) return;
    const was = box ? this.read(row) : null;
    this.photo.setPointerCapture(event.pointerId);
    const move = (moved) => {
      const now = this.percent(moved);
      if (was) this.write(row, [was[0] + now[0] - begun[0], was[1] + now[1] - begun[1], was[2], was[3]]);
      else this.write(row, [Math.min(begun[0], now[0]), Math.min(begun[1], now[1]), Math.abs(now[0] - begun[0]), Math.abs(now[1] - begun[1])]);
      this.draw();
    };
    const end = () => {
      this.photo.removeEventListener("pointermove", move);
      const values = this.read(row);
      // A press that draws nothing is none.
      if (!was && values && values[2] <= SMALLEST && values[3] <= SMALLEST) { this.clear(row); this.draw(); }
      this.boxOf(row)?.focus();
    };
    this.photo.addEventListener("pointermove", move);
    this.photo.addEventListener("pointerup", end, { once: true });
    this.photo.addEventListener("pointercancel", end, { once: true });
  }

  percent(event) {
    const { left, top, width, height } = this.photo.getBoundingClientRect();
    const clip = (value) => Math.min(Math.max(value, 0), 100);
    return [clip(((event.clientX - left) / width) * 100), clip(((event.clientY - top) / height) * 100)];
  }
}
