// A place chosen with the keyboard: a cross marks the middle of the map, Leaflet moves the map under it.

/** Enter or Space calls `placeInMiddle`; the cross is there as long as the keyboard is in use. */
export function placeByKeyboard(box, placeInMiddle) {
  const cross = document.createElement("div");
  cross.className = "map-cross";
  cross.hidden = true;
  cross.append(drawing("pin"));
  box.append(cross);
  // Leaflet itself moves the focus here after a tap, which a browser may take for the keyboard's.
  let tapped = false;
  box.addEventListener("pointerdown", () => { cross.hidden = tapped = true; }, { capture: true });
  box.addEventListener("focus", () => { cross.hidden = tapped || !box.matches(":focus-visible"); });
  box.addEventListener("blur", () => {
    cross.hidden = true;
    tapped = false;
  });
  box.addEventListener("keydown", (event) => {
    if (event.target === box && event.key.startsWith("Arrow")) cross.hidden = false;
    if (event.target !== box || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    placeInMiddle();
  });
}

function drawing(name) {
  const there = document.querySelector("svg.icon use").getAttribute("href").split("#")[0];
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon icon--xl");
  use.setAttribute("href", `${there}#${name}`);
  svg.append(use);
  return svg;
}
