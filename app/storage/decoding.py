"""From bytes to pixels, or to a refusal. The file's own content decides, never its name or declared type."""

from io import BytesIO
from typing import Literal

from PIL import Image
from pillow_heif import HeifFile

from app.storage.refusal import PhotoRefused

Kind = Literal["JPEG", "PNG", "WEBP", "HEIC", "AVIF"]

_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_OTHER_FORMATS = (
    *(b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"BM", b"\0\0\1\0", b"%PDF-", b"8BPS"),
    *(b"RIFF", b"\xff\x0a", b"\0\0\0\x0cJXL ", b"\0\0\0\x0cjP  ", b"\x1aE\xdf\xa3"),
)
_SVG_WITHIN = 1_000


def recognise(data: bytes) -> Kind:
    """Which of the five formats this is; raises PhotoRefused for other formats and for what is no image."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":
        return _recognise_container(data)
    another = data.startswith(_OTHER_FORMATS) or b"<svg" in data[:_SVG_WITHIN].lower()
    raise PhotoRefused("format" if another else "not_a_photo")


def _recognise_container(data: bytes) -> Kind:
    """HEIC shares its box format with AVIF, which some Android phones make, and with films."""
    end = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, end, 4))}
    if brands & _AVIF_BRANDS:
        return "AVIF"
    if brands & _HEIC_BRANDS:
        return "HEIC"
    raise PhotoRefused("format")


def open_image(data: bytes, kind: Kind) -> Image.Image | HeifFile:
    """Read the header only: size and metadata, no pixels. Raises whatever the library raises."""
    if kind == "HEIC":
        return HeifFile(BytesIO(data))  # type: ignore[no-untyped-call]
    return Image.open(BytesIO(data), formats=[kind])


def decode(opened: Image.Image | HeifFile, *, side: int) -> Image.Image:
    """All pixels, or for a JPEG the smallest scale the decoder offers that still has `side` pixels."""
    if isinstance(opened, HeifFile):
        return opened.to_pillow()
    if opened.mode in {"L", "RGB"}:
        opened.draft(opened.mode, (side, side))
    opened.load()
    return opened
