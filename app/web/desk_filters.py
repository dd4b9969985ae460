"""The desk's filters in an address: the same for the queue, the list, the export and what is saved under a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import MAXYEAR, MINYEAR, date
from typing import TYPE_CHECKING, Annotated

import orjson
from fastapi import Depends, Request

from app.models import ReportStatus
from app.queries.desk_filter import DUES, DeskFilter
from app.queries.desk_search import asked_for
from app.queries.search import LONGEST
from app.queries.waiting import kind_of
from app.routing.naming import categories_named
from app.text import OWNER_WORDS
from app.web.deps import RulesDep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.routing import Rules

CHANNELS = frozenset({"web", "api", "phone", "counter", "email", "import"})
STATUSES = frozenset({"open", "closed", "at_unit"} | {status.value for status in ReportStatus})
MOST_DAYS = 3650
_LONGEST_CODE = 40
# In the order of the form; all of them are texts in the address.
NAMES = (
    "text", "waiting_for", "status", "unit", "group", "category", "area", "road_owner", "channel", "due", "age",
    "since", "until", "photo", "mine",
)  # fmt: skip


def read_desk_filter(given: Mapping[str, str], rules: Rules) -> DeskFilter:
    """The filter in these texts. What cannot be understood is left out, as the page then shows."""
    text = {name: given.get(name, "").replace("\x00", "").strip() for name in NAMES}
    wanted = DeskFilter(
        text=text["text"][:LONGEST],
        waiting_for=text["waiting_for"] if kind_of(text["waiting_for"]) else "",
        status=text["status"] if text["status"] in STATUSES else "",
        # Codes that left the rules file still stand on old reports, so any code will do.
        unit=text["unit"][:_LONGEST_CODE],
        category=text["category"][:_LONGEST_CODE],
        group=text["group"] if text["group"] in rules.groups else "",
        area=text["area"] if text["area"] in rules.areas else "",
        road_owner=text["road_owner"] if text["road_owner"] in OWNER_WORDS else "",
        channel=text["channel"] if text["channel"] in CHANNELS else "",
        due=next((due for due in DUES if due == text["due"]), ""),
        age=_days(text["age"]),
        since=_day(text["since"]),
        until=_day(text["until"]),
        photo=text["photo"] == "1",
        mine=text["mine"] == "1",
    )
    return understood(wanted, rules)


def understood(wanted: DeskFilter, rules: Rules) -> DeskFilter:
    """The same with what the rules say of its group, its area and its words."""
    area, kind = rules.areas.get(wanted.area), kind_of(wanted.waiting_for)
    return replace(
        wanted,
        categories=tuple(one.code for one in rules.categories_in(wanted.group)) if wanted.group else (),
        shape=orjson.dumps(area.polygons.geojson()).decode() if area is not None else "",
        desk_unit=rules.desk_unit if kind is not None and kind.with_desk else "",
        asked=asked_for(wanted.text, named=lambda word: categories_named(rules, word)),
    )


def get_desk_filter(request: Request, rules: RulesDep) -> DeskFilter:
    """The filter of the address."""
    return read_desk_filter(request.query_params, rules)


DeskFilterDep = Annotated[DeskFilter, Depends(get_desk_filter)]


def as_query(wanted: DeskFilter) -> dict[str, str]:
    """What stands in the address: only what was chosen."""
    found = {name: _text(getattr(wanted, name)) for name in NAMES}
    return {name: value for name, value in found.items() if value}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _days(text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MOST_DAYS)) else 0
    return number if 0 < number <= MOST_DAYS else None


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if MINYEAR < day.year < MAXYEAR else None
