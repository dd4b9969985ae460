// The first piece of a photo, in which it says where it was taken.

const MOST = 256 * 1024;
const EXIF = 0xe1;
const PIXELS = 0xda;

/** What to ask the server with: of a JPEG no more than its EXIF block, null when it has none; of others the first 256 kB. */
export async function beginningOf(file) {
  const bytes = new DataView(await file.slice(0, MOST).arrayBuffer());
  if (bytes.byteLength < 12) return null;
  if (bytes.getUint16(0) !== 0xffd8) return file.slice(0, MOST);
  for (let at = 2; at + 10 < bytes.byteLength;) {
    const marker = bytes.getUint8(at + 1);
    if (bytes.getUint8(at) !== 0xff || marker === PIXELS) return null;
    const end = at + 2 + bytes.getUint16(at + 2);
    if (marker === EXIF && bytes.getUint32(at + 4) === 0x45786966) return file.slice(0, end);
    at = end;
  }
  return null;
}

/** Whether the place may stand behind the piece that was asked with, so that only the whole file tells. */
export async function hidesItsPlace(file) {
  const start = new DataView(await file.slice(0, 4).arrayBuffer());
  return start.byteLength === 4 && start.getUint16(0) !== 0xffd8;
}
