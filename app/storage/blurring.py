"""Parts of a photo made unreadable for good: nothing of what stood there is left in the new file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageFilter

from app.errors import N_, Invalid
from app.storage.images import Processed, encode

# So few colours are kept of a region that neither a face nor a number can be made of them again.
MOST_BLOCKS = 5
MOST_REGIONS = 20
_SMALLEST = 0.5


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of a photo, in per cent of its width and height, from the upper left corner."""

    left: float
    top: float
    width: float
    height: float

    @classmethod
    def checked(cls, left: float, top: float, width: float, height: float) -> Region:
        """The part of it that lies on the photo; raises Invalid where that is none."""
        right, bottom = min(left + width, 100.0), min(top + height, 100.0)
        left, top = max(left, 0.0), max(top, 0.0)
        # Written so that a number that is none is none of them.
        if not (right - left >= _SMALLEST and bottom - top >= _SMALLEST):
            sentence = N_("Mark a part of the photo: numbers from 0 to 100, wider and higher than nothing.")
            raise Invalid(sentence, fields={"regions": sentence})
        return cls(round(left, 2), round(top, 2), round(right - left, 2), round(bottom - top, 2))


def blur(jpeg: bytes, regions: Sequence[Region]) -> Processed:
    """The photo anew, with each region as a few blurred blocks, ready to keep in both sizes."""
    with Image.open(BytesIO(jpeg)) as opened:
        image = opened.convert("RGB")
    for region in regions:
        _hide(image, _pixels(region, image.size))
    return encode(image)


def _pixels(region: Region, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The smallest box of whole pixels that holds the region."""
    width, height = size
    left, top = int(width * region.left / 100), int(height * region.top / 100)
    right = -int(-width * (region.left + region.width) // 100)
    bottom = -int(-height * (region.top + region.height) // 100)
    return left, top, min(max(right, left + 1), width), min(max(bottom, top + 1), height)


def _hide(image: Image.Image, box: tuple[int, int, int, int]) -> None:
    part = image.crop(box)
    longest = max(part.size)
    blocks = tuple(max(1, round(MOST_BLOCKS * side / longest)) for side in part.size)
    # BOX takes the mean of each block: the pixels themselves have no part in what follows.
    few = part.resize((blocks[0], blocks[1]), Image.Resampling.BOX)
    coarse = few.resize(part.size, Image.Resampling.NEAREST)
    image.paste(coarse.filter(ImageFilter.GaussianBlur(longest / MOST_BLOCKS / 3)), box)
