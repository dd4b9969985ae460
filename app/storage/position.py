"""Where and when a photo was taken, by its metadata: read before they are stripped, to offer the place on the map."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from PIL import Image
from pillow_heif import HeifFile

from app.storage.decoding import open_image, recognise
from app.text import PEOPLES_ZONE

_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_LAT_REF, _LAT, _LON_REF, _LON = 1, 2, 3, 4
_GPS_TIME, _GPS_DATE = 7, 29
_TAKEN, _TAKEN_OFFSET = 0x9003, 0x9011
# Where a TIFF structure begins in the pieces of a file that a phone sent first.
_EXIF_BEGINS = re.compile(rb"Exif\0\0(?:II\*\0|MM\0\*)")
_MOST_EXIF = 65_536
_FIRST_YEAR = 2000


@dataclass(frozen=True, slots=True)
class Taken:
    """Degrees WGS84, and the time in UTC where the camera wrote one down."""

    lat: float
    lon: float
    at: datetime | None = None


def gps(data: bytes) -> tuple[float, float] | None:
    """(lat, lon) in WGS84 degrees from the EXIF position, or None if there is none that makes sense."""
    found = where_taken(data)
    return (found.lat, found.lon) if found else None


def where_taken(data: bytes) -> Taken | None:
    """Place and time of a photo, or None without a place that makes sense; the beginning of a file is enough."""
    try:
        exif = _exif(data)
        entries = exif.get_ifd(_GPS_IFD)
        lat = _degrees(entries[_LAT], minus=entries.get(_LAT_REF, "N") in {"S", "s"})
        lon = _degrees(entries[_LON], minus=entries.get(_LON_REF, "E") in {"W", "w"})
    except Exception:  # noqa: BLE001 - metadata are anybody's bytes; whatever goes wrong, there is no position.
        return None
    # Cameras without a fix write zeros.
    sensible = isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180 and (lat, lon) != (0, 0)
    return Taken(round(lat, 7), round(lon, 7), _moment(exif)) if sensible else None


def _exif(data: bytes) -> Image.Exif:
    """Of a whole file by its decoder; of one that is cut off, the first EXIF block in it."""
    try:
        opened = open_image(data, recognise(data))
    except Exception:  # noqa: BLE001 - decoders raise whatever they stumble over; the block may be there all the same.
        begins = _EXIF_BEGINS.search(data)
        return _loaded(data[begins.start() : begins.start() + _MOST_EXIF] if begins else b"")
    return _loaded(opened.info["exif"]) if isinstance(opened, HeifFile) else opened.getexif()


def _loaded(block: bytes) -> Image.Exif:
    exif = Image.Exif()
    exif.load(block)
    return exif


def _degrees(parts: tuple[float, float, float], *, minus: bool) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if minus else value


def _moment(exif: Image.Exif) -> datetime | None:
    """The satellites' time; else the camera's, which without its own zone is the time of Norway."""
    for read in (_by_satellite, _by_camera):
        try:
            moment = read(exif).astimezone(UTC)
        except Exception:  # noqa: BLE001, S112 - a time that cannot be read is no time.
            continue
        # Cameras that nobody told the time begin with 1970 or 1980.
        if moment.year >= _FIRST_YEAR:
            return moment
    return None


def _by_satellite(exif: Image.Exif) -> datetime:
    entries = exif.get_ifd(_GPS_IFD)
    hour, minute, second = (int(part) for part in entries[_GPS_TIME])
    return datetime.strptime(_text(entries[_GPS_DATE]), "%Y:%m:%d").replace(
        hour=hour, minute=minute, second=second, tzinfo=UTC
    )


def _by_camera(exif: Image.Exif) -> datetime:
    entries = exif.get_ifd(_EXIF_IFD)
    local = _text(entries[_TAKEN])
    try:
        return datetime.strptime(f"{local} {_text(entries[_TAKEN_OFFSET])}", "%Y:%m:%d %H:%M:%S %z")
    except (KeyError, ValueError):
        return datetime.strptime(local, "%Y:%m:%d %H:%M:%S").replace(tzinfo=PEOPLES_ZONE)


def _text(value: Any) -> str:
    return str(value.decode("ascii") if isinstance(value, bytes) else value).strip(" \0")
