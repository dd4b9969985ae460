"""What stands on paper about a round, whichever way it gets there: the printed page and the PDF say the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.errors import N_
from app.planning.sketch import Sketch, draw
from app.text import show_clock_on, show_date, show_metres, translate
from app.web.round_sheet import Sheet, SheetStop

BOXES = (N_("Done"), N_("Not found"), N_("Lift"), N_("Cable crew"))
# One stop can have a hundred reports of one dark street; paper says what is to be done, not everything.
MOST_REPORTS = 6
MOST_SIGNS = 300


@dataclass(frozen=True, slots=True)
class Thing:
    """One line about a stop: `name` in bold, then words."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Head:
    """What every page begins with, and the facts that only the first one has."""

    title: str
    line: str
    facts: tuple[tuple[str, str], ...]


def head_of(sheet: Sheet, lang: str) -> Head:
    """Name, day, unit, crew and vehicle; then where it starts and ends, how long it is."""
    begins, ends = (show_clock_on(moment, lang, day=sheet.day) for moment in (sheet.starts_at, sheet.ends_at))
    times = f"{begins}–{ends}"
    stops = translate(N_("%(n)s stops"), lang, n=len(sheet.stops))
    line = (show_date(sheet.day, lang), times, sheet.unit, sheet.crew, sheet.vehicle)
    start = sheet.start_name or _degrees(sheet.start)
    end = sheet.end_name or (_degrees(sheet.end) if sheet.end else translate(N_("At the last stop"), lang))
    facts = [
        (translate(N_("Start"), lang), f"{start}, {begins}"),
        (translate(N_("End"), lang), f"{end}, {ends}"),
        (translate(N_("The round"), lang), f"{stops}, {show_metres(sheet.total_metres, lang)}"),
    ]
    return Head(sheet.name, " · ".join(one for one in line if one), tuple(facts))


def title_of(stop: SheetStop, lang: str) -> str:
    """The place and the number on the mast."""
    place = stop.place or stop.coordinates
    return f"{place} · {translate(N_('Mast'), lang)} {stop.mast}" if stop.mast else place


def things_of(stop: SheetStop, lang: str) -> Iterator[Thing]:
    """What a crew has to know there, in as few lines as that takes."""
    for number, work in enumerate(stop.work[:MOST_REPORTS]):
        said = cut("; ".join(f"{question.rstrip(' ?:')}: {answer}" for question, answer in work.answers))
        facts = (work.reference, "" if number else stop.coordinates, said)
        yield Thing(work.category, " · ".join(one for one in facts if one))
        if work.words:
            yield Thing("", f"«{cut(work.words)}»")
    left = stop.work[MOST_REPORTS:]
    if left:
        yield Thing("", translate(N_("and %(n)s more reports here"), lang, n=len(left)))
    flags = [N_("Needs a lift")] if stop.needs_lift else []
    flags += [] if stop.must else [N_("Only if there is time")]
    why = f"{translate(N_('Why'), lang)}: {' · '.join(stop.why)}" if stop.why else ""
    if flags or why:
        yield Thing(" · ".join(translate(flag, lang) for flag in flags), why)


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
