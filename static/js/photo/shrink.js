// Makes a photo small on the phone, so that it goes through in the cold at one bar of signal.

const LONG_SIDE = 2048;
const QUALITY = 0.85;
const SMALL_ENOUGH = 600_000;

/**
 * An upright JPEG of at most 2048 pixels a side, without metadata; the file itself where it is small already or this
 * browser cannot read it (HEIC, mostly). Called for one photo after the other: 108 megapixels take 480 MB for a second.
 */
export async function shrink(file) {
  if (file.size <= SMALL_ENOUGH) return file;
  const small = (await drawn(file, bitmap)) ?? (await drawn(file, picture));
  return small && small.size < file.size ? small : file;
}

async function drawn(file, open) {
  try {
    const { image, width, height, close } = await open(file);
    const scale = Math.min(1, LONG_SIDE / Math.max(width, height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const pen = canvas.getContext("2d");
    pen.imageSmoothingQuality = "high";
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    close();
    const small = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", QUALITY); });
    // Phones give back the memory of a canvas late, unless it has none.
    canvas.width = 0;
    return small;
  } catch {
    return null;
  }
}

async function bitmap(file) {
  const image = await createImageBitmap(file, { imageOrientation: "from-image" });
  return { image, width: image.width, height: image.height, close: () => image.close() };
}

/** The second way: a picture element decodes in pieces where a bitmap of the whole is too much for the phone. */
async function picture(file) {
  const address = URL.createObjectURL(file);
  const image = new Image();
  const loaded = new Promise((resolve, reject) => { image.onload = resolve; image.onerror = reject; });
  image.src = address;
  await loaded.finally(() => URL.revokeObjectURL(address));
  return { image, width: image.naturalWidth, height: image.naturalHeight, close: () => { image.src = ""; } };
}
