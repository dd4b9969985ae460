"""Pages of paper as PDF: a font that has every letter we use, headings, tables, photos, and page numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from io import BytesIO
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Image, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from app.errors import N_, NotFound
from app.storage import PhotoStore
from app.text import translate
from app.web.templating import STATIC
from app.web.vendor import BOLD_FONT, FONT

NO_FONT = N_("This server cannot make PDF files now. Take the JSON file, or ask the service desk.")
INK, LINE = HexColor("#14213d"), HexColor("#c8ccd4")
MARGIN = 20 * mm
WIDTH = A4[0] - 2 * MARGIN
TEXT = ParagraphStyle("text", fontName="DejaVu", fontSize=9.5, leading=13, textColor=INK, splitLongWords=1)
NAME = ParagraphStyle("name", parent=TEXT, fontName="DejaVu-Bold")
H1 = ParagraphStyle("h1", parent=NAME, fontSize=18, leading=24, spaceAfter=4 * mm)
H2 = ParagraphStyle("h2", parent=NAME, fontSize=13, leading=18, spaceBefore=7 * mm, spaceAfter=2 * mm, keepWithNext=1)
H3 = ParagraphStyle("h3", parent=NAME, fontSize=10.5, leading=15, spaceBefore=4 * mm, spaceAfter=1 * mm, keepWithNext=1)
STYLES = {1: H1, 2: H2, 3: H3}
# So many signs are at most in one cell: a cell cannot go on on the next page.
MOST_IN_CELL = 1500


def write(story: Iterable[Any], *, title: str, subject: str, author: str, lang: str) -> bytes:
    """The file, of what `heading`, `words`, `table` and `pictures` give. Raises NotFound without the fonts."""
    load_fonts()
    target = BytesIO()
    document = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
        title=title, author=author, lang=lang, subject=subject, displayDocTitle=1,
    )  # fmt: skip
    foot = _foot(author, lang)
    document.build(list(story), onFirstPage=foot, onLaterPages=foot)
    return target.getvalue()


@cache
def load_fonts() -> None:
    """Once a process. Raises NotFound where they are not installed."""
    for name, file in (("DejaVu", FONT), ("DejaVu-Bold", BOLD_FONT)):
        path = STATIC / "vendor" / file.local_path
        if not path.is_file():
            raise NotFound(NO_FONT)
        pdfmetrics.registerFont(TTFont(name, str(path)))
    pdfmetrics.registerFontFamily("DejaVu", normal="DejaVu", bold="DejaVu-Bold", italic="DejaVu", boldItalic="DejaVu")


def heading(text: str, level: int = 2) -> Paragraph:
    """A heading of level 1 to 3."""
    return Paragraph(escape(text), STYLES[level])


def words(text: str) -> Paragraph:
    """A paragraph; ends of lines stay."""
    return Paragraph(escape(text).replace("\n", "<br/>"), TEXT)


def table(rows: Iterable[tuple[str, str]], *, names: bool) -> Table:
    """Two columns. With `names` the left one is in bold: it names what stands beside it."""
    cells = []
    for name, value in rows:
        for number, part in enumerate(_parts(value)):
            left = name if number == 0 else ""
            cells.append([Paragraph(escape(left), NAME if names else TEXT), words(part)])
    table = Table(cells, colWidths=[WIDTH * 0.32, WIDTH * 0.68])
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE)]))
    return table


def _parts(value: str) -> list[str]:
    """A long text as several cells, cut between words where there are any."""
    parts, rest = [], value
    while len(rest) > MOST_IN_CELL:
        cut = rest.rfind(" ", MOST_IN_CELL // 2, MOST_IN_CELL) + 1 or MOST_IN_CELL
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:]
    return [*parts, rest]


def pictures(photos: PhotoStore, ids: Iterable[UUID]) -> Iterator[Any]:
    """The small photos, three in a row."""
    found = [picture for one in ids if (picture := _picture(photos, one)) is not None]
    for first in range(0, len(found), 3):
        row = found[first : first + 3]
        yield Table([row], colWidths=[WIDTH / 3] * len(row), hAlign="LEFT")
        yield Spacer(1, 2 * mm)


def _picture(photos: PhotoStore, photo_id: UUID) -> Image | None:
    """The small photo; one whose file is gone is left out."""
    try:
        path = photos.open(photo_id, "thumbnail")
    except NotFound:
        return None
    return Image(str(path), width=WIDTH / 3 - 4 * mm, height=60 * mm, kind="proportional")


def _foot(author: str, lang: str) -> Any:
    page_words = translate(N_("Page %(number)s"), lang)

    def draw(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.saveState()
        canvas.setFont("DejaVu", 8)
        canvas.setFillColor(INK)
        canvas.drawString(MARGIN, 11 * mm, author)
        canvas.drawRightString(A4[0] - MARGIN, 11 * mm, page_words % {"number": document.page})
        canvas.restoreState()

    return draw
