"""Pictures for the demo, drawn and not taken: a street in the polar night, a hole, a heap of snow, a full bin."""

from __future__ import annotations

from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFilter

SIZE = (800, 600)
NIGHT = (18, 24, 44)
SNOW = (176, 190, 214)
LIT = (620, 470)
Draw = ImageDraw.ImageDraw
Point = tuple[float, float]
Colour = tuple[int, int, int]


def draw(group: str, *, seed: int) -> bytes:
    """A JPEG for a report in this group of categories; the same for the same seed."""
    random = Random(seed)  # noqa: S311 - it draws pictures, it keeps no secret.
    image = Image.new("RGB", SIZE, NIGHT)
    pen = ImageDraw.Draw(image)
    _sky(pen, random)
    _street(pen, random)
    _MOTIFS.get(group, _heap)(pen, random)
    if random.random() < 0.4:
        image = _shine(image, [_aurora(random) for _ in range(3)], colour=(70, 200, 140), strength=90)
    lit: list[Point] = [(LIT[0] + 50, LIT[1] - 270), (LIT[0] - 60, LIT[1]), (LIT[0] + 160, LIT[1])]
    image = _shine(image, [lit], colour=(255, 226, 150), strength=120)
    out = BytesIO()
    _snowfall(image, random).save(out, "JPEG", quality=80)
    return out.getvalue()


def _shine(image: Image.Image, shapes: list[list[Point]], *, colour: Colour, strength: int) -> Image.Image:
    """Light with soft edges over the picture."""
    mask = Image.new("L", SIZE, 0)
    for shape in shapes:
        ImageDraw.Draw(mask).polygon(shape, fill=strength)
    return Image.composite(Image.new("RGB", SIZE, colour), image, mask.filter(ImageFilter.GaussianBlur(14)))


def _aurora(random: Random) -> list[Point]:
    x = random.randint(0, 700)
    return [(x, 20), (x + 60, 110), (x + 20, 190), (x + 45, 195), (x + 95, 115), (x + 50, 20)]


def _sky(pen: Draw, random: Random) -> None:
    width, _ = SIZE
    for y in range(300):
        pen.line([(0, y), (width, y)], fill=(18 + y // 12, 24 + y // 8, 44 + y // 5))
    points = [(x, 240 - random.randint(0, 90)) for x in range(0, width + 100, 100)]
    pen.polygon([(0, 320), *points, (width, 320)], fill=(34, 40, 62))


def _street(pen: Draw, random: Random) -> None:
    width, height = SIZE
    pen.polygon([(0, height), (330, 300), (470, 300), (width, height)], fill=(58, 62, 74))
    pen.polygon([(0, 300), (330, 300), (0, height)], fill=SNOW)
    pen.polygon([(width, 300), (470, 300), (width, height)], fill=SNOW)
    for x in (40, 150, 560, 680):
        top = random.randint(180, 230)
        pen.rectangle([x, top, x + 90, 320], fill=random.choice(((120, 50, 45), (150, 130, 80), (70, 85, 110))))
        for window in range(2):
            lit = (250, 215, 130) if random.random() < 0.6 else (40, 44, 60)
            pen.rectangle([x + 14 + 40 * window, top + 25, x + 36 + 40 * window, top + 52], fill=lit)


def _mast(pen: Draw, x: int, foot: int, *, lit: bool) -> None:
    top = foot - 260
    pen.line([(x, foot), (x, top), (x + 46, top - 14)], fill=(96, 100, 110), width=7)
    pen.ellipse([x + 34, top - 22, x + 66, top - 2], fill=(255, 236, 170) if lit else (30, 32, 40))


def _dark_lamp(pen: Draw, random: Random) -> None:
    _mast(pen, *LIT, lit=True)
    _mast(pen, random.randint(200, 300), 540, lit=False)


def _hole(pen: Draw, random: Random) -> None:
    _mast(pen, *LIT, lit=True)
    x = random.randint(300, 420)
    pen.ellipse([x - 110, 440, x + 110, 520], fill=(22, 22, 28))
    pen.ellipse([x - 70, 460, x + 60, 505], fill=(60, 74, 96))


def _heap(pen: Draw, random: Random) -> None:
    _mast(pen, *LIT, lit=True)
    x = random.randint(160, 320)
    pen.polygon([(x - 150, 580), (x - 60, 400), (x + 20, 370), (x + 90, 420), (x + 190, 580)], fill=(214, 224, 240))
    pen.polygon([(x + 20, 370), (x + 90, 420), (x + 190, 580), (x + 60, 580)], fill=(186, 198, 220))


def _bin(pen: Draw, random: Random) -> None:
    _mast(pen, *LIT, lit=True)
    x = random.randint(220, 380)
    pen.polygon([(x, 400), (x + 120, 400), (x + 105, 560), (x + 15, 560)], fill=(38, 84, 60))
    for _ in range(9):
        left, top = x + random.randint(-30, 110), random.randint(360, 420)
        colour = random.choice(((230, 230, 225), (190, 60, 50), (60, 90, 160)))
        pen.rectangle([left, top, left + 34, top + 26], fill=colour)


_MOTIFS = {"lamps": _dark_lamp, "road": _hole, "path": _heap, "waste": _bin}


def _snowfall(image: Image.Image, random: Random) -> Image.Image:
    pen = ImageDraw.Draw(image)
    for _ in range(random.choice((0, 120, 260))):
        x, y, size = random.randint(0, 799), random.randint(0, 599), random.randint(1, 3)
        pen.ellipse([x, y, x + size, y + size], fill=(235, 240, 250))
    return image
