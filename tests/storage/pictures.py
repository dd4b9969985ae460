"""Photos as phones make them, made here: with a position, a turned camera, a profile, a comment."""

import struct
import zlib
from fractions import Fraction
from io import BytesIO

from PIL import Image, ImageCms, TiffImagePlugin
from pillow_heif import from_pillow

WHERE = (69.649205, 18.955324)
RED, GREEN, BLUE, YELLOW = (200, 30, 30), (30, 160, 30), (30, 30, 200), (220, 220, 40)


def quarters(width=640, height=480, mode="RGB"):
    """Red and green above, blue and yellow below: shows which way is up, and mirroring."""
    image = Image.new("RGB", (width, height))
    half = width // 2, height // 2
    for number, colour in enumerate((RED, GREEN, BLUE, YELLOW)):
        image.paste(colour, (number % 2 * half[0], number // 2 * half[1], width, height))
    return image.convert(mode)


def exif(orientation=1, where=WHERE, *, south=False, west=False):
    found = Image.Exif()
    found[0x010E] = "Kari Nordmanns phone"
    found[0x0112] = orientation
    if where is not None:
        found.get_ifd(0x8825).update(
            {1: "S" if south else "N", 2: dms(where[0]), 3: "W" if west else "E", 4: dms(where[1])}
        )
    return found


def dms(degrees):
    whole, rest = divmod(Fraction(degrees).limit_denominator(1_000_000), 1)
    minutes, rest = divmod(rest * 60, 1)
    seconds = Fraction(rest * 60).limit_denominator(10_000)
    return tuple(TiffImagePlugin.IFDRational(part) for part in (whole, minutes, seconds))


def encoded(kind, image=None, **options):
    out = BytesIO()
    (image or quarters()).save(out, kind, **options)
    return out.getvalue()


def heic(image=None, **options):
    out = BytesIO()
    from_pillow(image or quarters()).save(out, quality=80, **options)
    return out.getvalue()


def srgb_profile():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def png_claiming(width, height, rows=b"\0"):
    """A few bytes that say they are a very large picture."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
