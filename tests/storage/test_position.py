import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

from app.storage import gps
from tests.storage.pictures import WHERE, encoded, exif, heic


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_tells_where_it_was_taken(kind):
    assert gps(encoded(kind, exif=exif())) == pytest.approx(WHERE, abs=1e-6)


def test_a_heic_photo_tells_it_too():
    assert gps(heic(exif=exif().tobytes())) == pytest.approx(WHERE, abs=1e-6)


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
