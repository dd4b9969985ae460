from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

from app.storage import gps, where_taken
from tests.storage.pictures import WHERE, encoded, exif, heic, quarters


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_photo_tells_where_it_was_taken(kind):
    assert gps(encoded(kind, exif=exif())) == pytest.approx(WHERE, abs=1e-6)


def test_a_heic_photo_tells_it_too():
    assert gps(heic(exif=exif().tobytes())) == pytest.approx(WHERE, abs=1e-6)


def test_the_beginning_of_a_file_is_enough_where_the_place_stands_at_the_beginning():
    data = encoded("JPEG", quarters(2000, 1500), exif=exif())
    assert gps(data[:1500]) == pytest.approx(WHERE, abs=1e-6)
    # Apple writes the block before the pixels; the box of its name without a block says nothing.
    apple = b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + b"infe\0Exif\0\0" + exif().tobytes() + bytes(500)
    assert gps(apple) == pytest.approx(WHERE, abs=1e-6)


def timed(*, camera=None, offset=None, satellite=None):
    found = exif()
    if camera:
        found.get_ifd(0x8769)[0x9003] = camera
    if offset:
        found.get_ifd(0x8769)[0x9011] = offset
    if satellite:
        found.get_ifd(0x8825).update({29: satellite[0], 7: satellite[1]})
    return where_taken(encoded("JPEG", exif=found)).at


def test_a_photo_tells_when_it_was_taken():
    noon = datetime(2026, 11, 30, 11, 0, tzinfo=UTC)
    assert timed(camera="2026:11:30 12:00:00") == noon
    assert timed(camera="2026:11:30 13:00:00", offset="+02:00") == noon
    assert timed(camera="1970:01:01 00:00:00", satellite=("2026:11:30", (11.0, 0.0, 0.0))) == noon


def test_without_a_time_that_makes_sense_there_is_a_place_all_the_same():
    assert timed() is None
    assert timed(camera="yesterday") is None
    assert timed(camera="2026:13:40 12:00:00", offset="noon") is None
    assert timed(satellite=("2026:11:30", (25.0, 0.0, 0.0))) is None


def test_south_and_west_are_negative():
    data = encoded("JPEG", exif=exif(where=(33.45, 70.66), south=True, west=True))
    assert gps(data) == pytest.approx((-33.45, -70.66), abs=1e-6)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        b"\xff\xd8\xff",
        encoded("JPEG"),
        encoded("GIF"),
        heic(),
        encoded("JPEG", exif=exif(where=None)),
        encoded("JPEG", exif=exif(where=(0, 0))),
        encoded("JPEG", exif=exif(where=(91, 18))),
        encoded("JPEG", exif=exif(where=(69, 181))),
    ],
)
def test_without_a_position_that_makes_sense_there_is_none(data):
    assert gps(data) is None


def test_half_a_position_is_none():
    half = Image.Exif()
    half.get_ifd(0x8825).update({1: "N", 2: (69.0, 39.0, 0.0)})
    assert gps(encoded("JPEG", exif=half)) is None


def test_a_zero_below_the_line_is_none():
    endless = exif()
    endless.get_ifd(0x8825)[2] = tuple(TiffImagePlugin.IFDRational(part, 0) for part in (69, 39, 0))
    assert gps(encoded("JPEG", exif=endless)) is None


JPEG = encoded("JPEG", exif=exif())


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_damaged_metadata_never_raise(at, put):
    found = gps(JPEG[:at] + put + JPEG[at + len(put) :])
    assert found is None or (abs(found[0]) <= 90 and abs(found[1]) <= 180)
