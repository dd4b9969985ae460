// How the workbench asks the server: what it says no to has words, and silence is a kind of its own.

const PATIENCE_MS = 20_000;

/** The server has answered, and refuses. `words` are for people, in their language. */
export class Refusal extends Error {
  constructor(status, words) {
    super(words);
    this.status = status;
    this.words = words;
  }
}

/** The answer to a GET, as text. Throws Refusal, or what fetch throws without a network. */
export async function read(url) {
  const answer = await ask(url, {});
  if (!answer.ok) throw await refusalOf(answer);
  return answer.text();
}

/** Posts a form as its button would; `part` says what the server is to answer with. */
export function post(url, data, part, more = {}) {
  const files = [...data.values()].some((value) => value instanceof File);
  return ask(url, { method: "POST", body: files ? data : new URLSearchParams([...data]), part, ...more });
}

/** What the server has said no with. */
export async function refusalOf(answer) {
  try {
    return new Refusal(answer.status, (await answer.json()).detail);
  } catch {
    return new Refusal(answer.status, "");
  }
}

/** A form that no page has: the token that every form of this page carries, and `fields`. */
export function formOf(fields) {
  const data = new FormData();
  data.set("csrf_token", document.querySelector("input[name=csrf_token]")?.value ?? "");
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
}

/** The element with this id in a fragment of HTML; scripts in it would not run. */
export function parse(html, id) {
  const found = new DOMParser().parseFromString(html, "text/html").getElementById(id);
  return found ? document.adoptNode(found) : null;
}

function ask(url, { part = "", ...options }) {
  const headers = { accept: "application/json, text/html;q=0.9" };
  if (part) headers["x-gatami-part"] = part;
  return fetch(url, { headers, signal: AbortSignal.timeout(PATIENCE_MS), ...options });
}
