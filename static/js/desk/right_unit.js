// Another category asks its own questions as soon as it is chosen.

/** Follows the list of categories in the report that `root` holds. */
export function start(root) {
  const list = root.querySelector("select[data-asks]");
  const place = list?.form.querySelector("[data-asked]");
  if (!list || !place) return;
  let turn = 0;
  list.addEventListener("change", async () => {
    const mine = ++turn;
    const address = `${list.dataset.asks}?${new URLSearchParams({ category: list.value })}`;
    const answer = await fetch(address, { headers: { accept: "text/html" } }).catch(() => null);
    // Whoever goes on to another one before the answer comes is asked about that one.
    if (mine !== turn || !answer?.ok) return;
    place.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
  });
}
