// Photos dropped onto the page or pasted into it.

/** Calls `add(files)`; a file that misses the field by a finger's breadth must not open in the place of the form. */
export function acceptDropsAndPastes(field, add) {
  const here = () => field.checkVisibility?.() ?? true;
  let over = 0;
  function mark(change) {
    over = Math.max(0, over + change);
    field.toggleAttribute("data-dropping", over > 0);
  }
  document.addEventListener("dragenter", (event) => { if (hasFiles(event.dataTransfer) && here()) mark(1); });
  document.addEventListener("dragleave", (event) => { if (hasFiles(event.dataTransfer)) mark(-1); });
  document.addEventListener("dragover", (event) => { if (hasFiles(event.dataTransfer)) event.preventDefault(); });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    over = 0;
    mark(0);
    if (here()) take([...event.dataTransfer.files]);
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])].filter(({ type }) => type.startsWith("image/"));
    if (!files.length || !here()) return;
    event.preventDefault();
    take(files);
  });

  function take(files) {
    add(files);
    field.scrollIntoView({ block: "nearest" });
  }
}

function hasFiles(transfer) {
  return transfer?.types.includes("Files") ?? false;
}
