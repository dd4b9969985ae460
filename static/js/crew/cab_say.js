// The words of the cab, and how times and distances are written.

const LOCALES = { nb: "nb-NO", nn: ["nn-NO", "nb-NO"], se: ["se-NO", "nb-NO"], en: "en-GB" };
const words = JSON.parse(document.getElementById("cab").dataset.words);
const locale = LOCALES[document.documentElement.lang] ?? "nb-NO";
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Oslo" });
const short = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

/** The sentence of that name with {its} places filled. */
export function say(name, given = {}) {
  return Object.entries(given).reduce((text, [key, value]) => text.replaceAll(`{${key}}`, value), words[name] ?? "");
}

export const directionWord = (degrees) => words.directions[Math.round(degrees / 45) % 8];
export const timeOf = (moment) => (moment ? clock.format(new Date(moment)) : "");

export function wayOf(metres) {
  if (metres < 950) return say("metres", { n: Math.max(10, Math.round(metres / 10) * 10) });
  return say("kilometres", { n: short.format(metres / 1000) });
}

const root = document.getElementById("cab");

/** A part of the page by its name. */
export const part = (name, within = root) => within.querySelector(`[data-part="${name}"]`);

/** Writes a text, and hides its box where there is none. */
export function put(name, text, box = name) {
  const element = part(name);
  if (element.textContent !== text) element.textContent = text;
  part(box).hidden = !text;
}

/** An element with a class and a text or children. */
export function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined) continue;
    if (name === "class") element.className = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A drawing of the sprite that the page itself uses. */
export function icon(name) {
  const svg = root.querySelector("svg.icon use").closest("svg").cloneNode(true);
  const use = svg.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`));
  return svg;
}
