"""A person's own data as a PDF: in a font that has every letter we use, with title, language and page numbers."""

from __future__ import annotations

from collections.abc import Iterator
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
from app.services.my_data_file import PersonData
from app.storage import PhotoStore
from app.text import show_datetime, translate
from app.web.my_data import Section, sections
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
STYLES = {2: H2, 3: H3}
# So many signs are at most in one cell: a cell cannot go on on the next page.
MOST_IN_CELL = 1500


def write_pdf(data: PersonData, *, photos: PhotoStore, lang: str) -> bytes:
    """The file. Raises NotFound where the fonts are not installed."""
    _load_fonts()
    target = BytesIO()
    title = translate(N_("Your data"), lang)
    document = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
        title=f"{title} – GataMi {data.municipality}", author=f"GataMi {data.municipality}", lang=lang,
        subject=translate(N_("What we keep about you, why, and until when"), lang), displayDocTitle=1,
    )  # fmt: skip
    foot = _foot(data, lang)
    document.build(list(_story(data, title, photos, lang)), onFirstPage=foot, onLaterPages=foot)
    return target.getvalue()


@cache
def _load_fonts() -> None:
    for name, file in (("DejaVu", FONT), ("DejaVu-Bold", BOLD_FONT)):
        path = STATIC / "vendor" / file.local_path
        if not path.is_file():
            raise NotFound(NO_FONT)
        pdfmetrics.registerFont(TTFont(name, str(path)))
    pdfmetrics.registerFontFamily("DejaVu", normal="DejaVu", bold="DejaVu-Bold", italic="DejaVu", boldItalic="DejaVu")


def _story(data: PersonData, title: str, photos: PhotoStore, lang: str) -> Iterator[Any]:
    yield Paragraph(escape(title), H1)
    made = translate(N_("Made %(time)s by %(name)s."), lang)
    yield _text(made % {"time": show_datetime(data.made_at, lang), "name": data.municipality})
    if data.email:
        yield _text(translate(N_("Everything for %(address)s."), lang) % {"address": data.email})
    for section in sections(data, lang):
        yield from _section(section, photos)
    yield Paragraph(escape(translate(N_("What we keep, why, and how long"), lang)), H2)
    for rule in data.rules:
        yield Paragraph(escape(rule.what), H3)
        yield _text(rule.why)
        yield _text(rule.until)


def _section(section: Section, photos: PhotoStore) -> Iterator[Any]:
    yield Paragraph(escape(section.title), STYLES[section.level])
    rows = [*section.rows, *section.lines]
    if rows:
        yield _table(rows, names=bool(section.rows))
    pictures = [picture for one in section.photos if (picture := _picture(photos, one.id)) is not None]
    for first in range(0, len(pictures), 3):
        row = pictures[first : first + 3]
        yield Table([row], colWidths=[WIDTH / 3] * len(row), hAlign="LEFT")
        yield Spacer(1, 2 * mm)


def _table(rows: list[tuple[str, str]], *, names: bool) -> Table:
    cells = []
    for name, value in rows:
        for number, part in enumerate(_parts(value)):
            left = name if number == 0 else ""
            cells.append([Paragraph(escape(left), NAME if names else TEXT), _text(part)])
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


def _text(words: str) -> Paragraph:
    return Paragraph(escape(words).replace("\n", "<br/>"), TEXT)


def _picture(photos: PhotoStore, photo_id: UUID) -> Image | None:
    """The small photo; one whose file is gone is left out."""
    try:
        path = photos.open(photo_id, "thumbnail")
    except NotFound:
        return None
    return Image(str(path), width=WIDTH / 3 - 4 * mm, height=60 * mm, kind="proportional")


def _foot(data: PersonData, lang: str) -> Any:
    page_words = translate(N_("Page %(number)s"), lang)

    def draw(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.saveState()
        canvas.setFont("DejaVu", 8)
        canvas.setFillColor(INK)
        canvas.drawString(MARGIN, 11 * mm, f"GataMi {data.municipality}")
        canvas.drawRightString(A4[0] - MARGIN, 11 * mm, page_words % {"number": document.page})
        canvas.restoreState()

    return draw
