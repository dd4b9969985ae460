"""Parts of a photo made unreadable: what stood there is gone from the file, the rest is as it was."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageStat

from app.errors import Invalid
from app.storage import Region, blur, process
from app.storage.blurring import MOST_BLOCKS


def picture(image: Image.Image) -> bytes:
    """As the store keeps it."""
    out = BytesIO()
    image.save(out, "PNG")
    return process(out.getvalue()).jpeg


def striped(size: tuple[int, int] = (600, 400), *, phase: int = 0) -> Image.Image:
    """White with black strokes, six pixels wide, like letters of a plate."""
    image = Image.new("RGB", size, "white")
    for x in range(phase, size[0], 12):
        image.paste("black", (x, 0, x + 6, size[1]))
    return image


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(BytesIO(jpeg)).convert("RGB")


def test_no_stroke_is_left_in_the_region_and_the_rest_stays():
    before = picture(striped())
    after = opened(blur(before, [Region(25, 25, 50, 50)]).jpeg)
    inside = after.crop((160, 110, 440, 290)).convert("L")
    low, high = inside.getextrema()
    assert high - low < 40
    outside = ImageChops.difference(after.crop((0, 0, 140, 400)), opened(before).crop((0, 0, 140, 400)))
    assert max(ImageStat.Stat(outside).mean) < 8


def test_two_texts_of_the_same_ink_are_the_same_when_blurred():
    """So nothing of their shape can be brought back from the file."""
    region = [Region(0, 0, 100, 100)]
    one, other = (opened(blur(picture(striped(phase=phase)), region).jpeg) for phase in (0, 6))
    assert max(ImageStat.Stat(ImageChops.difference(one, other)).mean) < 12


def test_the_thumbnail_is_blurred_too():
    small = opened(blur(picture(striped((640, 480))), [Region(25, 25, 50, 50)]).thumbnail).convert("L")
    low, high = small.crop((90, 70, 230, 170)).getextrema()
    assert high - low < 40


@pytest.mark.parametrize("region", [Region(0, 0, 0.5, 0.5), Region(99.5, 99.5, 0.5, 0.5), Region(0, 0, 100, 100)])
def test_the_smallest_and_the_largest_region_are_blurred(region):
    made = blur(picture(striped((60, 40))), [region, region])
    assert (made.width, made.height) == (60, 40)


def test_few_colours_are_left_of_a_region():
    assert MOST_BLOCKS <= 6


def test_a_region_is_cut_to_the_photo():
    assert Region.checked(-10, 90, 30, 30) == Region(0, 90, 20, 10)


@pytest.mark.parametrize("numbers", [(0, 0, 0, 10), (100, 0, 5, 5), (0, 0, -5, 5), (float("nan"), 0, 5, 5),
                                     (0, float("inf"), 5, 5)])  # fmt: skip
def test_a_region_that_is_none_is_refused(numbers):
    with pytest.raises(Invalid):
        Region.checked(*numbers)
