"""Where a photo was taken, by its metadata: read before they are stripped, to offer the place on the map."""

from math import isfinite

from PIL import Image
from pillow_heif import HeifFile

from app.storage.decoding import open_image, recognise

_GPS_IFD = 0x8825
_LAT_REF, _LAT, _LON_REF, _LON = 1, 2, 3, 4


def gps(data: bytes) -> tuple[float, float] | None:
    """(lat, lon) in WGS84 degrees from the EXIF position, or None if there is none that makes sense."""
    try:
        entries = _exif(open_image(data, recognise(data))).get_ifd(_GPS_IFD)
        lat = _degrees(entries[_LAT], minus=entries.get(_LAT_REF, "N") in {"S", "s"})
        lon = _degrees(entries[_LON], minus=entries.get(_LON_REF, "E") in {"W", "w"})
    except Exception:  # noqa: BLE001 - metadata are anybody's bytes; whatever goes wrong, there is no position.
        return None
    # Cameras without a fix write zeros.
    sensible = isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180 and (lat, lon) != (0, 0)
    return (round(lat, 7), round(lon, 7)) if sensible else None


def _exif(opened: Image.Image | HeifFile) -> Image.Exif:
    if isinstance(opened, HeifFile):
        exif = Image.Exif()
        exif.load(opened.info["exif"])
        return exif
    return opened.getexif()


def _degrees(parts: tuple[float, float, float], *, minus: bool) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if minus else value
