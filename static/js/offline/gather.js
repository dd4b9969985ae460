// A filled-in form as something that can wait on the phone: whatever fields it has, and its photos as bytes.

// The server gives these anew, or they are kept beside the fields.
const NOT_KEPT = new Set(["csrf_token", "key", "photos", "remove_photo", "written_at", "do"]);

// The next report can go with these.
const OF_THE_PAGE = new Set(["csrf_token", "made"]);

/** The report that the form holds now; photos that are on the server already keep their id. */
export async function gather(form) {
  const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NOT_KEPT.has(name));
  return {
    key: keyOf(form),
    state: "waiting",
    written_at: form.elements.written_at.value || new Date().toISOString(),
    tries: 0,
    next_try: 0,
    fields,
    photos: await photosOf(form),
    category: nameOfCategory(form),
    place: placeOf(form),
  };
}

function keyOf(form) {
  const field = form.elements.key;
  if (!field.value) field.value = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return field.value;
}

/**
 * Photos of the list, in its order (each item has its picture as `photo`), ids that stand elsewhere in the form, and
 * files that are still in the field.
 */
async function photosOf(form) {
  const items = [...form.querySelectorAll("[data-photo-list] > *")];
  const listed = items.map((item) => ({
    id: item.querySelector("input[name=photos]")?.value ?? null,
    thumbnail: item.querySelector("img")?.getAttribute("src") ?? "",
    blob: item.photo,
  }));
  const loose = [...form.querySelectorAll("input[name=photos]")].filter((field) => !items.some((item) => item.contains(field)));
  const field = document.getElementById("photo_files");
  const chosen = [...(field?.files ?? [])].map((blob) => ({ id: null, blob }));
  const found = [...listed, ...loose.map(({ value }) => ({ id: value })), ...chosen].filter(({ id, blob }) => id || blob);
  return Promise.all(found.map(async ({ id, thumbnail = "", blob }) => ({
    // Bytes and not the file: some phones forget what a stored file pointed to.
    id, thumbnail, bytes: blob ? await blob.arrayBuffer() : null, type: blob?.type ?? "", name: blob?.name ?? "photo.jpg",
  })));
}

/** Whoever comes back to a form whose report waits on the phone finds a new one: its words are in the list. */
export function empty(form) {
  for (const field of form.elements) {
    if (field.type === "radio" || field.type === "checkbox") field.checked = false;
    else if (field.name && !OF_THE_PAGE.has(field.name) && !["button", "submit", "fieldset"].includes(field.type)) field.value = "";
  }
  // Browsers give the fields back as they were left, and take the same key for the same report.
  keyOf(form);
}

/** What the list on this phone calls it. */
function nameOfCategory(form) {
  const chosen = form.querySelector("input[name=category]:checked");
  return chosen?.labels[0]?.innerText.trim() ?? "";
}

function placeOf(form) {
  const { address, lat, lon } = form.elements;
  return address?.value.trim() || [lat?.value, lon?.value].filter(Boolean).join(", ");
}
