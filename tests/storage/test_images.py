from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from pillow_heif import from_pillow

from app.errors import Invalid
from app.storage import PhotoRefused, Processed, process
from tests.storage.pictures import (
    BLUE,
    GREEN,
    RED,
    YELLOW,
    encoded,
    exif,
    heic,
    png_claiming,
    quarters,
    srgb_profile,
)

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">Kari Nordmann</x:xmpmeta>'


def opened(data):
    image = Image.open(BytesIO(data))
    image.load()
    return image


def corners(image):
    """The colours of the four quarters, row by row, as the nearest of the four that went in."""
    at = [(x * image.width // 4, y * image.height // 4) for y in (1, 3) for x in (1, 3)]
    return [nearest_colour(image.getpixel(place)) for place in at]


def nearest_colour(pixel):
    return min((RED, GREEN, BLUE, YELLOW), key=lambda c: sum(abs(a - b) for a, b in zip(c, pixel, strict=True)))


def segments(jpeg):
    """The markers before the picture data, in order."""
    found, at = [], 2
    while jpeg[at + 1] != 0xDA:
        found.append(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return found


def refusal(data, **limits):
    with pytest.raises(PhotoRefused) as caught:
        process(data, **limits)
    return caught.value


def phone_photos():
    with_everything = {"exif": exif(), "xmp": XMP, "icc_profile": srgb_profile()}
    return {
        "JPEG": encoded("JPEG", comment=b"Kari Nordmann", **with_everything),
        "PNG": encoded("PNG", pnginfo=texts(), exif=exif(), icc_profile=srgb_profile()),
        "WebP": encoded("WEBP", **with_everything),
        "HEIC": heic(exif=exif().tobytes(), xmp=XMP, icc_profile=srgb_profile()),
        "AVIF": encoded("AVIF", **with_everything),
    }


def texts():
    found = PngImagePlugin.PngInfo()
    found.add_text("Author", "Kari Nordmann")
    found.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
    return found


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP", "HEIC", "AVIF"])
def test_position_owner_profile_and_comment_are_gone(kind):
    data = phone_photos()[kind]
    kept = process(data)
    for jpeg in (kept.jpeg, kept.thumbnail):
        # JFIF header, tables and the frame: no APP1 (EXIF, XMP), APP2 (profile), APP13, comment.
        assert set(segments(jpeg)) <= {0xE0, 0xDB, 0xC0, 0xC2, 0xC4}
        assert b"Kari" not in jpeg
        assert not opened(jpeg).getexif()
    assert corners(opened(kept.jpeg)) == [RED, GREEN, BLUE, YELLOW]


def test_a_comment_and_a_resolution_are_gone_also_when_there_is_no_profile_to_convert():
    kept = process(encoded("JPEG", comment=b"Kari Nordmann", dpi=(301, 301), xmp=XMP, exif=exif()))
    assert b"Kari" not in kept.jpeg + kept.thumbnail
    assert "dpi" not in opened(kept.jpeg).info


TURNED = {
    1: [RED, GREEN, BLUE, YELLOW],
    2: [GREEN, RED, YELLOW, BLUE],
    3: [YELLOW, BLUE, GREEN, RED],
    4: [BLUE, YELLOW, RED, GREEN],
    5: [RED, BLUE, GREEN, YELLOW],
    6: [BLUE, RED, YELLOW, GREEN],
    7: [YELLOW, GREEN, BLUE, RED],
    8: [GREEN, YELLOW, RED, BLUE],
}


@pytest.mark.parametrize("orientation", TURNED)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIC", "AVIF"])
def test_a_photo_from_a_turned_camera_is_upright(kind, orientation):
    turned = exif(orientation)
    kept = process(heic(exif=turned.tobytes()) if kind == "HEIC" else encoded(kind, exif=turned))
    assert (kept.width, kept.height) == ((480, 640) if orientation >= 5 else (640, 480))
    for jpeg in (kept.jpeg, kept.thumbnail):
        assert corners(opened(jpeg)) == TURNED[orientation]


def test_a_large_photo_becomes_2048_pixels_a_side_and_a_thumbnail_of_320():
    kept = process(encoded("JPEG", quarters(4032, 3024), quality=60))
    assert (kept.width, kept.height) == (2048, 1536) == opened(kept.jpeg).size
    assert opened(kept.thumbnail).size == (320, 240)
    assert corners(opened(kept.jpeg)) == [RED, GREEN, BLUE, YELLOW]


def test_a_small_photo_keeps_its_size():
    kept = process(encoded("PNG", quarters(100, 60)))
    assert (kept.width, kept.height) == opened(kept.jpeg).size == opened(kept.thumbnail).size == (100, 60)


def test_a_very_narrow_photo_still_has_a_thumbnail():
    kept = process(encoded("PNG", quarters(6000, 2)))
    assert kept.width == 2048
    assert opened(kept.thumbnail).width == 320


def test_the_sum_is_that_of_the_kept_bytes_and_the_same_photo_gives_the_same_bytes():
    data = encoded("JPEG", exif=exif())
    kept = process(data)
    assert kept.sha256 == sha256(kept.jpeg).hexdigest()
    assert process(data) == kept


def test_what_is_transparent_becomes_white():
    glass = quarters(mode="RGBA")
    glass.putalpha(0)
    palette = quarters().quantize(4)
    for data in (encoded("PNG", glass), encoded("WEBP", glass), heic(glass)):
        assert min(opened(process(data).jpeg).getpixel((50, 50))) > 250
    clear = encoded("PNG", palette, transparency=palette.getpixel((50, 50)))
    assert min(opened(process(clear).jpeg).getpixel((50, 50))) > 250


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_png_is_taken(mode):
    image = quarters(mode="L").convert(mode) if mode == "I;16" else quarters(mode=mode)
    assert opened(process(encoded("PNG", image)).jpeg).mode == "RGB"


def test_sixteen_bits_of_grey_become_eight_and_not_white():
    grey = Image.new("I;16", (64, 64), 32768)
    assert opened(process(encoded("PNG", grey)).jpeg).getpixel((9, 9)) == pytest.approx((128,) * 3, abs=2)


def test_a_photo_for_print_is_taken():
    assert corners(opened(process(encoded("JPEG", quarters(mode="CMYK"))).jpeg)) == [RED, GREEN, BLUE, YELLOW]


def test_colours_are_turned_into_those_every_screen_shows_before_the_profile_goes():
    # A profile whose red is blue and whose blue is red, as an extreme of a phone's wide colours.
    swapped = srgb_profile().replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")
    kept = process(encoded("PNG", icc_profile=swapped))
    assert corners(opened(kept.jpeg))[0] == BLUE


@pytest.mark.parametrize("profile", [b"no profile", srgb_profile()[:200], b"\0" * 500, srgb_profile() * 500])
def test_a_profile_that_cannot_be_used_does_not_cost_the_photo(profile):
    assert corners(opened(process(encoded("PNG", icc_profile=profile)).jpeg)) == [RED, GREEN, BLUE, YELLOW]


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_broken_metadata_do_not_cost_the_photo():
    assert process(encoded("JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")).width == 640


def test_of_moving_pictures_the_first_one_is_kept():
    moving = {"save_all": True, "append_images": [Image.new("RGB", (640, 480), "black")], "duration": 100}
    for kind in ("WEBP", "PNG", "MPO"):
        options = moving if kind != "MPO" else {**moving, "duration": None}
        assert corners(opened(process(encoded(kind, **options)).jpeg)) == [RED, GREEN, BLUE, YELLOW]


@pytest.mark.parametrize("data", [b"", b"\xff", b"Hei, dette er en tekst som heter bilde.jpg", b"PK\3\4" + bytes(99)])
def test_a_text_file_called_jpg_is_not_a_photo(data):
    assert refusal(data).code == "not_a_photo"


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP", "PDF", "ICO"])
def test_other_picture_formats_are_refused_by_what_they_are(kind):
    assert refusal(encoded(kind)).code == "format"


@pytest.mark.parametrize(
    "data",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b'<?xml version="1.0"?>\n<!-- -->\n<SVG/>',
        b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + bytes(99),
        b"RIFF\0\0\0\0WAVEfmt " + bytes(99),
    ],
)
def test_drawings_with_scripts_films_and_sounds_are_refused(data):
    assert refusal(data).code == "format"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP", "HEIC", "AVIF"])
@pytest.mark.parametrize("share", [0.002, 0.1, 0.5, 0.9])
def test_a_photo_cut_off_on_the_way_is_broken(kind, share):
    data = phone_photos()[kind]
    assert refusal(data[: max(16, int(len(data) * share))]).code == "broken"


def test_an_iphones_burst_is_its_main_picture_with_nothing_of_the_others():
    burst = from_pillow(Image.new("RGB", (640, 480), "black"))
    burst.add_from_pillow(quarters())
    out = BytesIO()
    burst.save(out, quality=80, primary_index=1, exif=exif().tobytes())
    kept = process(out.getvalue())
    assert corners(opened(kept.jpeg)) == [RED, GREEN, BLUE, YELLOW]
    assert corners(opened(kept.thumbnail)) == [RED, GREEN, BLUE, YELLOW]


def test_a_depth_picture_beside_the_photo_is_left_out():
    # What the portrait mode of an iPhone adds: a small grey picture that belongs to the large one.
    photo = from_pillow(quarters())
    photo.add_from_pillow(Image.new("L", (160, 120), 90))
    out = BytesIO()
    photo.save(out, quality=80, primary_index=0)
    kept = process(out.getvalue())
    assert (kept.width, kept.height) == (640, 480)
    assert corners(opened(kept.jpeg)) == [RED, GREEN, BLUE, YELLOW]


def test_too_many_bytes_are_refused_before_anything_is_read():
    error = refusal(b"\xff" * 2_000_001, most_bytes=2_000_000)
    assert (error.code, error.params) == ("too_big", {"megabytes": "2"})


@pytest.mark.parametrize("size", [(8_000, 8_000), (11_000, 10_000), (60_000, 60_000), (2_000_000_000, 2)])
def test_a_bomb_is_refused_by_its_header_before_its_pixels_are_decoded(size):
    # Its pixel data are one byte: had they been looked at, the photo were "broken".
    assert refusal(png_claiming(*size)).code == "too_many_pixels"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP", "HEIC", "AVIF"])
def test_the_number_of_pixels_is_limited_in_every_format(kind):
    data = phone_photos()[kind]
    assert refusal(data, most_pixels=640 * 480 - 1).code == "too_many_pixels"
    assert process(data, most_pixels=640 * 480).width == 640


def test_a_heic_file_that_claims_to_be_small_or_huge_does_not_get_by():
    data = heic(quarters(1024, 768))
    at = data.index(b"ispe") + 8
    small = data[:at] + (16).to_bytes(4, "big") * 2 + data[at + 8 :]
    huge = data[:at] + (30_000).to_bytes(4, "big") * 2 + data[at + 8 :]
    assert refusal(small, most_pixels=1_000).code in {"too_many_pixels", "broken"}
    assert refusal(huge).code == "too_many_pixels"


def test_a_text_bomb_in_a_png_is_refused():
    bomb = PngImagePlugin.PngInfo()
    for number in range(80):
        bomb.add_text(f"Comment{number}", "0" * 1_000_000, zip=True)
    data = encoded("PNG", pnginfo=bomb)
    assert len(data) < 200_000
    assert refusal(data).code == "broken"


def test_a_refusal_says_what_to_do_and_is_an_answer_and_no_crash():
    for data in (b"text", b"GIF89a", b"\xff\xd8\xff", png_claiming(60_000, 60_000), bytes(15_000_001)):
        error = refusal(data)
        assert isinstance(error, Invalid)
        assert "hoose a" in error.message or "hoose another" in error.message
        assert "%" not in str(error)


PHOTOS = {
    "JPEG": encoded("JPEG", quarters(48, 32), exif=exif(6), icc_profile=srgb_profile()),
    "PNG": encoded("PNG", quarters(48, 32, "P"), exif=exif(6), pnginfo=texts()),
    "WEBP": encoded("WEBP", quarters(48, 32, "RGBA"), exif=exif(6)),
    "HEIC": heic(quarters(64, 64), exif=exif(6).tobytes()),
    "AVIF": encoded("AVIF", quarters(48, 32), exif=exif(6)),
}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(PHOTOS)),
    st.lists(st.tuples(st.floats(0, 0.999), st.binary(max_size=6)), max_size=6),
)
def test_whatever_is_damaged_the_answer_is_a_photo_or_a_refusal(kind, damages):
    data = PHOTOS[kind]
    for share, put in damages:
        at = int(len(data) * share)
        data = data[:at] + put + data[at + len(put) :]
    assert_photo_or_refusal(data)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        [
            b"\xff\xd8\xff",
            b"\x89PNG\r\n\x1a\n",
            b"RIFF\0\0\0\0WEBP",
            b"\0\0\0\x14ftypheic",
            b"\0\0\0\x14ftypavif",
        ]
    ),
    st.binary(),
)
def test_a_good_beginning_with_anything_behind_it_is_answered_too(start, rest):
    assert_photo_or_refusal(start + rest)


def assert_photo_or_refusal(data):
    try:
        answer = process(data)
    except PhotoRefused as error:
        answer = error
    assert isinstance(answer, Processed | PhotoRefused)


def test_photos_processed_at_once_do_not_disturb_each_other():
    photos = [*phone_photos().values(), encoded("JPEG", quarters(2500, 1900), exif=exif(6))] * 4
    alone = [process(photo) for photo in photos[: len(photos) // 4]] * 4
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(process, photos)) == alone


def test_pillows_own_settings_are_left_alone():
    before = Image.MAX_IMAGE_PIXELS, sorted(Image.EXTENSION.values())
    process(heic())
    assert (Image.MAX_IMAGE_PIXELS, sorted(Image.EXTENSION.values())) == before
    assert "HEIF" not in Image.OPEN
