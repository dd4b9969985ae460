// What is typed into the form, for a page that is loaded again or that somebody comes back to. In this tab only.

const NAME = "gatami:draft";

/** `{search, fields, filled}`, after sending `{search, sent: {reference, url}}`, or nothing. */
export function readDraft() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME));
  } catch {
    return null;
  }
}

export function writeDraft(draft) {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(draft));
  } catch {
    // Some private windows keep nothing; then a page that is loaded again is empty.
  }
}

/** The report is somewhere else now, or was not wanted. */
export function forgetDraft() {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // Nothing was kept.
  }
}

/** Nothing typed is kept any longer, only what to say to whoever goes back to the form. */
export function draftWasSent(reference, url) {
  const draft = readDraft();
  if (draft?.fields) writeDraft({ search: draft.search, sent: { reference, url } });
}

/** Whether this page was loaded again, or somebody came back to it. */
export function isSeenAgain() {
  return ["reload", "back_forward"].includes(performance.getEntriesByType("navigation")[0]?.type);
}
