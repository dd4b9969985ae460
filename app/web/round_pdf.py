"""A round as a PDF: the same as its printed page, for the mail, the archive and printers without a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Circle, Drawing, Line, PolyLine, Rect, String
from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from app.errors import N_
from app.planning.sketch import Sketch
from app.text import show_metres, translate
from app.web import paper
from app.web.round_exports import clock
from app.web.round_paper import BOXES, Head, head_of, sketch_of, things_of, title_of
from app.web.round_sheet import Sheet, SheetStop, rests_on

MARGIN = 12 * mm
# A frame keeps six points free on both sides.
WIDTH = A4[0] - 2 * MARGIN - 12
COLUMNS = (17 * mm, WIDTH - 80 * mm, 44 * mm, 19 * mm)
QR = 17 * mm
SMALL = ParagraphStyle("small", parent=paper.TEXT, fontSize=7.6, leading=9.4)
STRONG = ParagraphStyle("strong", parent=paper.NAME, fontSize=9.5, leading=11.5)
NUMBER = ParagraphStyle("number", parent=paper.NAME, fontSize=13, leading=15)
WAY, PALE = HexColor("#1f4e9c"), HexColor("#eef1f6")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def write_pdf(sheet: Sheet, *, lang: str, municipality: str) -> bytes:
    """The file. Raises NotFound where the fonts are not installed."""
    paper.load_fonts()
    target, head = BytesIO(), head_of(sheet, lang)
    document = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=20 * mm, bottomMargin=14 * mm,
        title=sheet.name, author=f"GataMi {municipality}", lang=lang, displayDocTitle=1,
        subject=translate(N_("Route list"), lang),
    )  # fmt: skip
    frame = _frame(head, rests_on(sheet, lang), lang)
    document.build(list(_story(sheet, head, lang)), onFirstPage=frame, onLaterPages=frame)
    return target.getvalue()


def _story(sheet: Sheet, head: Head, lang: str) -> Iterator[Any]:
    if sheet.draft:
        yield Paragraph(_safe(translate(N_("Draft: not released yet."), lang)), paper.NAME)
    facts = [f'<font name="DejaVu-Bold">{_safe(name)}:</font> {_safe(value)}' for name, value in head.facts]
    yield Paragraph(" &nbsp; ".join(facts), SMALL)
    if sheet.stops:
        yield Spacer(1, 2 * mm)
        yield drawing(sketch_of(sheet, width=WIDTH, height=60 * mm))
        yield Spacer(1, 2 * mm)
        yield _table(sheet, lang)
    else:
        yield Paragraph(_safe(translate(N_("There are no stops on this round."), lang)), paper.TEXT)


def _table(sheet: Sheet, lang: str) -> LongTable:
    titles = (N_("Stop"), N_("Place and what to do"), N_("Tick off"), "")
    rows = [[Paragraph(_safe(translate(title, lang) if title else ""), SMALL) for title in titles]]
    rows += [_row(stop, lang) for stop in sheet.stops]
    table = LongTable(rows, colWidths=COLUMNS, repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, -1), 0.5, paper.LINE),
                ("BACKGROUND", (0, 0), (-1, 0), PALE),
                ("LEFTPADDING", (0, 0), (-1, -1), 3),
                ("RIGHTPADDING", (0, 0), (-1, -1), 3),
                ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
            ]
        )
    )
    return table


def _row(stop: SheetStop, lang: str) -> list[Any]:
    when = [Paragraph(str(stop.number), NUMBER)]
    when += [Paragraph(clock(stop.arrives_at), STRONG)] if stop.arrives_at else []
    when.append(Paragraph(_safe(show_metres(stop.leg_metres, lang)), SMALL))
    what = [Paragraph(_safe(title_of(stop, lang)), STRONG)]
    what += [
        Paragraph((f'<font name="DejaVu-Bold">{_safe(one.name)}</font> ' if one.name else "") + _safe(one.words), SMALL)
        for one in things_of(stop, lang)
    ]
    said = [f"☐ {_safe(translate(word, lang))}" for word in BOXES]
    boxes = [Paragraph(" &nbsp; ".join(said[n : n + 2]), SMALL) for n in range(0, len(said), 2)]
    boxes += [Paragraph(f"{_safe(translate(word, lang))} ________", SMALL) for word in (N_("Material"), N_("Minutes"))]
    return [when, what, boxes, _qr(stop.url)]


def _qr(url: str) -> Drawing:
    code = QrCodeWidget(url, barLevel="M", barWidth=QR, barHeight=QR, barBorder=2)
    made = Drawing(QR, QR)
    made.add(code)
    return made


def drawing(sketch: Sketch) -> Drawing:
    """The small map; reportlab counts upwards."""

    def y(value: float) -> float:
        return sketch.height - value

    made = Drawing(sketch.width, sketch.height)
    ground: dict[str, Any] = {"fillColor": PALE, "strokeColor": paper.LINE}
    made.add(Rect(0, 0, sketch.width, sketch.height, **ground))
    for way in sketch.lines:
        points = [value for x, down in way for value in (x, y(down))]
        made.add(PolyLine(points, strokeColor=WAY, strokeWidth=1.6, strokeLineJoin=1))
    for pin in sketch.pins:
        made.add(
            Line(pin.at[0], y(pin.at[1]), pin.shown_at[0], y(pin.shown_at[1]), strokeColor=paper.INK, strokeWidth=0.5)
        )
        made.add(Circle(pin.at[0], y(pin.at[1]), 1.6, fillColor=paper.INK, strokeColor=None))
    start = sketch.start
    house: dict[str, Any] = {"fillColor": paper.INK, "strokeColor": white}
    made.add(Rect(start[0] - 4, y(start[1]) - 4, 8, 8, **house))
    size = sketch.radius * 1.05
    for pin in sketch.pins:
        x, down = pin.shown_at
        made.add(Circle(x, y(down), sketch.radius, fillColor=white, strokeColor=paper.INK, strokeWidth=1))
        made.add(String(x, y(down) - size * 0.36, str(pin.number), fontName="DejaVu-Bold", fontSize=size,
                        textAnchor="middle", fillColor=paper.INK))  # fmt: skip
    made.add(Line(8, 8, 8 + sketch.bar, 8, strokeColor=paper.INK, strokeWidth=1.5))
    made.add(String(8, 11, show_metres(sketch.bar_metres, "en"), fontName="DejaVu", fontSize=7, fillColor=paper.INK))
    return made


def _frame(head: Head, foot: str, lang: str) -> Any:
    """The head and the foot that every page has."""
    page_words = translate(N_("Page %(number)s"), lang)

    def draw(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.saveState()
        canvas.setFillColor(paper.INK)
        canvas.setFont("DejaVu-Bold", 13)
        canvas.drawString(MARGIN, A4[1] - 12 * mm, _cut(head.title, 60))
        canvas.setFont("DejaVu", 8)
        canvas.drawString(MARGIN, A4[1] - 16.5 * mm, _cut(head.line, 120))
        canvas.drawString(MARGIN, 8 * mm, _cut(foot, 120))
        canvas.drawRightString(A4[0] - MARGIN, 8 * mm, page_words % {"number": document.page})
        canvas.restoreState()

    return draw


def _cut(text: str, most: int) -> str:
    text = _UNPRINTABLE.sub("", text)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _safe(text: str) -> str:
    return escape(_UNPRINTABLE.sub("", text))
