"""The filters of lists and maps, from the texts of a query string; API and pages read them the same way."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

import orjson

from app.errors import N_, Invalid
from app.models import CLOSED, OPEN, ReportStatus
from app.models.reference import looks_like_reference
from app.queries.public import Box, Circle, ReportFilter
from app.queries.search import LONGEST, Wanted, Words, split_words
from app.routing import Rules
from app.routing.naming import categories_named

CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_STATUSES = {status.value: frozenset({status.value}) for status in ReportStatus} | {
    "open": frozenset(status.value for status in OPEN),
    "closed": frozenset(status.value for status in CLOSED),
}

BAD_FILTERS = N_("A filter cannot be understood. Mend it and ask again.")
BAD_CODE = N_("A code has small letters, digits and underscores. Several are separated by commas.")
BAD_STATUS = N_("This is no status. Use open, closed or the name of one status; several are separated by commas.")
BAD_BOX = N_("Write west,south,east,north in degrees, west below east and south below north: 18.9,69.6,19.0,69.7.")
BAD_TIME = N_("Write a date or a time like 2026-11-30 or 2026-11-30T12:00:00Z.")
BAD_GROUP = N_("There is no such group of categories.")
BAD_AREA = N_("There is no such area.")
BAD_NEAR = N_("Write a place as latitude,longitude in degrees: 69.6492,18.9553.")
BAD_RADIUS = N_("Write a whole number of metres, from 10 to 20000.")
BAD_YES = N_("Write 1 or leave it out.")
BAD_TEXT = N_("Write some words, at most 100 characters together.")
BAD_SORT = N_("The order is newest or changed.")
USUAL_RADIUS, LEAST_RADIUS, MOST_RADIUS = 500, 10, 20_000


T = TypeVar("T")


class FilterReader:
    """Reads one text after the other; what is wrong is kept in `problems`, a sentence by parameter."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        self.problems: dict[str, str] = {}

    def read(self, name: str, parse: Callable[[str], T], sentence: str) -> T | None:
        """The parsed value; None when it was not given, or is wrong."""
        text = self.given.get(name, "").strip()
        if not text:
            return None
        try:
            return parse(text)
        except (ValueError, OverflowError, KeyError):
            self.problems[name] = sentence
            return None

    def check(self) -> None:
        """Raise Invalid when something was wrong."""
        if self.problems:
            raise Invalid(BAD_FILTERS, fields=self.problems)


def read_filter(reader: FilterReader, rules: Rules) -> ReportFilter:
    """The filter in `category`, `group`, `status`, `bbox`, `area`, `since`, `until`, `near` with `radius`, `photo`,
    `text` and `sort`; mistakes stay in the reader.
    """
    categories = reader.read("category", read_codes, BAD_CODE)
    group = reader.read("group", rules.groups.__getitem__, BAD_GROUP)
    if group is not None:
        in_group = frozenset(category.code for category in rules.categories_in(group.code))
        categories = in_group if categories is None else categories & in_group
    area = reader.read("area", rules.areas.__getitem__, BAD_AREA)
    return ReportFilter(
        categories=categories,
        statuses=reader.read("status", read_statuses, BAD_STATUS),
        box=reader.read("bbox", read_box, BAD_BOX),
        area=orjson.dumps(area.polygons.geojson()).decode() if area is not None else None,
        since=reader.read("since", partial(read_moment, zone=rules.timezone), BAD_TIME),
        until=reader.read("until", partial(read_moment, zone=rules.timezone), BAD_TIME),
        near=_circle(reader),
        photo=reader.read("photo", ("0", "1").index, BAD_YES) == 1,
        words=reader.read("text", partial(read_words, rules=rules), BAD_TEXT) or (),
        by_change=reader.read("sort", ("newest", "changed").index, BAD_SORT) == 1,
    )


def _circle(reader: FilterReader) -> Circle | None:
    place = reader.read("near", read_place, BAD_NEAR)
    radius = reader.read("radius", read_radius, BAD_RADIUS)
    if place is None or "radius" in reader.problems:
        return None
    return Circle(*place, radius or USUAL_RADIUS)


def read_place(text: str) -> tuple[float, float]:
    """Latitude and longitude in degrees WGS84."""
    lat, lon = (_degrees(part) for part in text.split(","))
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError(text)
    return lat, lon


def read_radius(text: str) -> int:
    """Whole metres."""
    radius = int(text) if re.fullmatch(r"[0-9]{1,6}", text, re.ASCII) else 0
    if not LEAST_RADIUS <= radius <= MOST_RADIUS:
        raise ValueError(text)
    return radius


def read_words(text: str, *, rules: Rules) -> Words:
    """The words to search for, with the categories that each of them names."""
    words = split_words(text) if len(text) <= LONGEST else []
    if not words:
        raise ValueError(text)
    return tuple(Wanted(word, categories_named(rules, word)) for word in words)


def means_a_reference(text: str) -> bool:
    """Whether somebody typed a report's number where words are searched for."""
    return looks_like_reference(text.removeprefix("#"))


def read_codes(text: str) -> frozenset[str]:
    """Category codes; those that left the rules file still stand on old reports, so any code will do."""
    codes = frozenset(part.strip() for part in text.split(","))
    if not all(CODE.fullmatch(code) for code in codes):
        raise ValueError(text)
    return codes


def read_statuses(text: str) -> frozenset[str]:
    """Statuses by name; `open` and `closed` stand for all of theirs."""
    return frozenset().union(*(_STATUSES[part.strip()] for part in text.split(",")))


def read_box(text: str) -> Box:
    """west,south,east,north. A box over the 180th meridian is asked for as two."""
    west, south, east, north = (_degrees(part) for part in text.split(","))
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError(text)
    return Box(west, south, east, north)


def read_moment(text: str, *, zone: ZoneInfo) -> datetime:
    """A date (its first moment) or a time; without an offset it is the municipality's local time."""
    # A plus sign that nobody encoded arrives as a space.
    moment = datetime.fromisoformat(re.sub(r" (?=[0-9]{2}:?[0-9]{2}$)", "+", text) if "T" in text else text)
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)


def fingerprint(wanted: ReportFilter) -> str:
    """The same text for the same filter, for cursors and caches."""
    return orjson.dumps(
        [
            sorted(wanted.categories) if wanted.categories is not None else None,
            sorted(wanted.statuses) if wanted.statuses is not None else None,
            list(wanted.box) if wanted.box is not None else None,
            wanted.area,
            wanted.since,
            wanted.until,
            list(wanted.near) if wanted.near is not None else None,
            wanted.photo,
            [one.word for one in wanted.words],
            wanted.by_change,
        ]
    ).decode()


def _degrees(text: str) -> float:
    if not re.fullmatch(r"\s*[+-]?[0-9]{1,3}(\.[0-9]{0,20})?\s*", text, re.ASCII):
        raise ValueError(text)
    return float(text)
