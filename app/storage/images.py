"""A resident's photo made safe to keep: decoded, turned upright, made smaller, stripped, encoded as JPEG.

Nothing of the file that came in survives but its pixels: no EXIF, position, XMP, comment, colour profile or
second picture. Pillow's global settings are not changed, so threads do not disturb each other; how many
photos are decoded at once is bounded, because 50 megapixels need some 400 MB.
"""

import os
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from threading import BoundedSemaphore

from PIL import Image, ImageCms
from pillow_heif import HeifFile

from app.storage.decoding import Kind, decode, open_image, recognise
from app.storage.refusal import PhotoRefused

LONG_SIDE = 2048
THUMBNAIL_SIDE = 320
QUALITY = 82
THUMBNAIL_QUALITY = 75
LARGEST_PROFILE = 1_000_000

_decoding = BoundedSemaphore(max(2, os.cpu_count() or 1))
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError)


@dataclass(frozen=True, slots=True)
class Processed:
    """JPEG bytes ready to keep. Width and height (pixels) and the hexadecimal sha256 are those of `jpeg`."""

    jpeg: bytes
    thumbnail: bytes
    width: int
    height: int
    sha256: str


def process(data: bytes, *, most_bytes: int = 15_000_000, most_pixels: int = 50_000_000) -> Processed:
    """Make a JPEG of at most 2048 pixels a side and a thumbnail of 320 from a JPEG, PNG, WebP, HEIC or AVIF file.

    Of an animation the first frame is taken; what is transparent becomes white. Raises PhotoRefused, and
    nothing else, whatever the bytes are; the number of pixels is checked before any is decoded.
    """
    if len(data) > most_bytes:
        raise PhotoRefused("too_big", megabytes=f"{most_bytes / 1e6:g}")
    kind = recognise(data)
    with _decoding:
        try:
            return encode(_read(data, kind, most_pixels))
        except PhotoRefused:
            raise
        except _BOMBS as error:
            raise PhotoRefused("too_many_pixels", megapixels=f"{most_pixels / 1e6:g}") from error
        except Exception as error:
            # Decoders of broken files raise whatever they stumble over.
            raise PhotoRefused("broken") from error


def _read(data: bytes, kind: Kind, most_pixels: int) -> Image.Image:
    opened = open_image(data, kind)
    _check_pixels(opened, most_pixels)
    image = decode(opened, side=LONG_SIDE)
    # A HEIC file can hold a larger picture than its header says.
    _check_pixels(image, most_pixels)
    plain = _plain(image)
    # Made smaller first, and in place: the rest then costs little time and memory.
    plain.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    return _upright(_in_srgb(_on_paper(plain), image.info.get("icc_profile")), image)


def _check_pixels(image: Image.Image | HeifFile, most_pixels: int) -> None:
    width, height = image.size
    if width * height > most_pixels:
        raise PhotoRefused("too_many_pixels", megapixels=f"{most_pixels / 1e6:g}")


def _plain(image: Image.Image) -> Image.Image:
    """Without palette or more than 8 bits, in a mode that resizing and colour profiles know."""
    if image.mode in {"L", "RGB", "CMYK", "RGBA"} and "transparency" not in image.info:
        return image
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda level: level / 256).convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _on_paper(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as a viewer without the profile should show them; a profile that cannot be used is dropped."""
    if profile and len(profile) <= LARGEST_PROFILE:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            turned = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            turned = None
        if turned is not None:
            return turned
    return image.convert("RGB")


def _upright(image: Image.Image, original: Image.Image) -> Image.Image:
    try:
        turn = original.getexif().get(0x0112, 1)
    except Exception:  # noqa: BLE001 - broken metadata does not make a broken photo, and any error can be in it.
        turn = 1
    way = _TURNS.get(turn)
    return image if way is None else image.transpose(way)


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def encode(image: Image.Image) -> Processed:
    """A picture of our own, already made small and plain, in both sizes as JPEG."""
    jpeg = _jpeg(image, QUALITY)
    small = image.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return Processed(jpeg, _jpeg(small, THUMBNAIL_QUALITY), *image.size, sha256(jpeg).hexdigest())


def _jpeg(image: Image.Image, quality: int) -> bytes:
    """Encode a fresh picture that never saw the file, so that nothing of its metadata can come along."""
    clean = Image.new("RGB", image.size)
    clean.paste(image)
    out = BytesIO()
    clean.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()
