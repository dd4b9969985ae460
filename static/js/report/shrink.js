// Makes a photo small on the phone, so that it goes through in the cold at one bar of signal.

const LONG_SIDE = 2048;
const QUALITY = 0.85;
const SMALL_ENOUGH = 600_000;

/** A JPEG of at most 2048 pixels a side; the file itself where this browser cannot read it (HEIC, mostly). */
export async function shrink(file) {
  if (file.size <= SMALL_ENOUGH) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONG_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const small = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    return small && small.size < file.size ? small : file;
  } catch {
    return file;
  }
}
