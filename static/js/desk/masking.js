// Masking words with a mouse: drawing over several words marks them all. With keys and fingers each is a box to tick.

/** Follows the words in `root`. */
export function start(root) {
  for (const field of root.querySelectorAll("[data-masking]")) draw(field);
}

function draw(field) {
  let wanted = null;
  const boxAt = (event) => event.target.closest?.(".mask-word")?.querySelector("input");
  field.addEventListener("pointerdown", (event) => {
    const box = boxAt(event);
    if (!box || event.pointerType !== "mouse" || event.button !== 0) return;
    wanted = !box.checked;
    box.checked = wanted;
    box.focus();
    event.preventDefault();
  });
  field.addEventListener("pointerover", (event) => {
    const box = boxAt(event);
    if (box && wanted !== null && event.buttons === 1) box.checked = wanted;
  });
  // The press has ticked the box already; the click that follows must not untick it.
  field.addEventListener("click", (event) => {
    if (wanted === null || event.detail === 0) return;
    event.preventDefault();
    wanted = null;
  });
}
