"""What stands on paper about a round, whichever way it gets there: the printed page and the PDF say the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.errors import N_
from app.planning.sketch import Sketch, draw
from app.text import show_date, show_metres, translate
from app.web.round_exports import clock
from app.web.round_sheet import Sheet, SheetStop

BOXES = (N_("Done"), N_("Not found"), N_("Needs a lift or the cable crew"))
# One stop can have a hundred reports of one dark street; paper says what is to be done, not everything.
MOST_REPORTS = 6
MOST_SIGNS = 300


@dataclass(frozen=True, slots=True)
class Thing:
    """One line about a stop: `name` in bold, then words. `by_resident`: the words are a reporter's."""

    name: str
    words: str
    by_resident: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """What every page begins with, and the facts that only the first one has."""

    title: str
    line: str
    facts: tuple[tuple[str, str], ...]


def head_of(sheet: Sheet, lang: str) -> Head:
    """Name, day, unit, crew and vehicle; then where it starts and ends, how long it is."""
    times = f"{clock(sheet.starts_at)}–{clock(sheet.ends_at)}"
    stops = translate(N_("%(n)s stops"), lang, n=len(sheet.stops))
    line = (show_date(sheet.day, lang), times, sheet.unit, sheet.crew, sheet.vehicle)
    start = sheet.start_name or _degrees(sheet.start)
    end = sheet.end_name or (_degrees(sheet.end) if sheet.end else translate(N_("At the last stop"), lang))
    facts = [
        (translate(N_("Start"), lang), f"{start}, {clock(sheet.starts_at)}"),
        (translate(N_("End"), lang), f"{end}, {clock(sheet.ends_at)}"),
        (translate(N_("The round"), lang), f"{stops}, {show_metres(sheet.total_metres, lang)}"),
    ]
    return Head(sheet.name, " · ".join(one for one in line if one), tuple(facts))


def things_of(stop: SheetStop, lang: str) -> Iterator[Thing]:
    """What a crew has to know there, the most important first."""
    if stop.mast:
        yield Thing(translate(N_("Mast"), lang), stop.mast)
    for work in stop.work[:MOST_REPORTS]:
        said = "; ".join(answer for _, answer in work.answers)
        yield Thing(work.category, " ".join(one for one in (work.reference, cut(said)) if one))
        if work.words:
            yield Thing("", f"«{cut(work.words)}»", by_resident=True)
    left = stop.work[MOST_REPORTS:]
    if left:
        yield Thing("", translate(N_("and %(n)s more reports here"), lang, n=len(left)))
    if stop.why:
        yield Thing(translate(N_("Why"), lang), " ".join(stop.why))
    if stop.needs_lift:
        yield Thing(translate(N_("Needs a lift"), lang), "")
    if not stop.must:
        yield Thing("", translate(N_("Only if there is time"), lang))
    yield Thing("", stop.coordinates)


def sketch_of(sheet: Sheet, *, width: float, height: float) -> Sketch:
    """The small map of the round."""
    stops = [(stop.number, stop.lat, stop.lon) for stop in sheet.stops]
    return draw(stops, sheet.legs, start=sheet.start, end=sheet.end, width=width, height=height)


def cut(words: str) -> str:
    """As much of somebody's words as paper has room for."""
    words = " ".join(words.split())
    return words if len(words) <= MOST_SIGNS else f"{words[: MOST_SIGNS - 1]}…"


def _degrees(place: tuple[float, float]) -> str:
    return f"{place[0]:.5f}, {place[1]:.5f}"
