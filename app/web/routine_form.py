"""The form of a fixed round: what was typed, and what it means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import TYPE_CHECKING, Any

import orjson
from starlette.datastructures import FormData

from app.errors import N_, Invalid
from app.models import RoutineKind, RoutineRound
from app.planning.calendar import make_rule, read_rule
from app.services.routine import HOURS, RoundWanted, Way

if TYPE_CHECKING:
    from app.routing import Rules

_POINT = re.compile(r"\s*(-?\d{1,2}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)\s*")
_CLOCK = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_SEASON_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.?")
POINT = N_("A line of the way cannot be read. Write latitude and longitude, for example 69.6492, 18.9553.")
GEOJSON = N_("The file is no GeoJSON with lines. Choose a file with LineString or MultiLineString, in degrees.")
SEASON = N_("Write both days of the season as day and month, for example 01.11 and 15.04, or leave both empty.")
DAY = N_("Choose the day from which the round is driven.")


@dataclass(frozen=True)
class RoutineForm:
    """What stands in the fields. `way` has a point a line, and an empty line between two lines."""

    unit: str = ""
    name: str = ""
    kind: str = RoutineKind.SNOW.value
    way: str = ""
    reach: str = "25"
    category: tuple[str, ...] = ()
    public: bool = True
    calendar: str = "weekly"
    weekdays: tuple[str, ...] = ()
    every: str = "1"
    since: str = ""
    until: str = ""
    season_from: str = ""
    season_until: str = ""
    begins: str = "07:00"
    ends: str = "15:00"
    version: int = 0
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_form(cls, form: FormData) -> RoutineForm:
        """What was posted."""
        texts = {name: str(form.get(name) or "").strip() for name in _TEXTS}
        lists = {name: tuple(str(one) for one in form.getlist(name)) for name in ("category", "weekdays")}
        version = str(form.get("version") or "0")
        return cls(**texts, **lists, public=form.get("public") == "1", version=_number(version, digits=9))  # type: ignore[arg-type]

    @classmethod
    def of_round(cls, one: RoutineRound, lines: Sequence[Sequence[Sequence[float]]]) -> RoutineForm:
        """A round that is kept."""
        rule = read_rule(one.rule) if one.rule else None
        return cls(
            unit=one.unit_code, name=one.name, kind=one.kind, way=way_text(lines), reach=str(one.reach),
            category=tuple(one.category_codes), public=one.public, calendar="weekly" if rule else "on_call",
            weekdays=rule.weekdays if rule else (), every=str(rule.every) if rule else "1",
            since=one.since.isoformat(), until=rule.until.isoformat() if rule and rule.until else "",
            season_from=_shown(one.season_from), season_until=_shown(one.season_until),
            begins=f"{one.begins:%H:%M}", ends=f"{one.ends:%H:%M}", version=one.version,
        )  # fmt: skip

    def with_file(self, content: bytes | None) -> RoutineForm:
        """With the way that a GeoJSON file draws. Raises Invalid."""
        return replace(self, way=way_text(read_geojson(content))) if content else self

    def wanted(self, rules: Rules) -> RoundWanted:
        """What it means. Raises Invalid with the mistake at its field; what is wrong in itself, the service says."""
        return RoundWanted(
            unit_code=self.unit, name=self.name, kind=_kind(self.kind), way=read_way(self.way),
            reach=_number(self.reach, digits=4),
            category_codes=tuple(code for code in self.category if code in rules.categories), public=self.public,
            rule=self._rule(), since=_day(self.since, "since"), season=self._season(),
            begins=read_clock(self.begins), ends=read_clock(self.ends, "ends"),
        )  # fmt: skip

    def _rule(self) -> str | None:
        if self.calendar == "on_call":
            return None
        every = _number(self.every, digits=3)
        return make_rule(self.weekdays, every=every, until=_day(self.until, "until") if self.until else None)

    def _season(self) -> tuple[str, str] | None:
        if not self.season_from and not self.season_until:
            return None
        return _month_day(self.season_from), _month_day(self.season_until)


_TEXTS = (
    "unit", "name", "kind", "way", "reach", "calendar", "every", "since", "until", "season_from", "season_until",
    "begins", "ends",
)  # fmt: skip


def way_text(lines: Sequence[Sequence[Sequence[float]]]) -> str:
    """GeoJSON's coordinates as the field shows them."""
    return "\n\n".join("\n".join(f"{lat:.6f}, {lon:.6f}" for lon, lat in line) for line in lines)


def read_way(text: str) -> Way:
    """The lines of the field. Raises Invalid."""
    lines: Way = []
    for part in re.split(r"\n\s*\n", text.replace("\r", "").strip()):
        found = [_POINT.fullmatch(line) for line in part.split("\n") if line.strip()]
        if not all(found):
            raise Invalid(POINT, fields={"way": POINT})
        if found:
            lines.append([(float(point[1]), float(point[2])) for point in found if point])
    return lines


def read_geojson(content: bytes) -> list[list[list[float]]]:
    """All lines of a file, [lon, lat] each. Raises Invalid."""
    try:
        data = orjson.loads(content)
        features = data["features"] if data["type"] == "FeatureCollection" else [data]
        lines = [line for feature in features for line in _lines(feature.get("geometry") or feature)]
        shaped = [[[float(point[0]), float(point[1])] for point in line] for line in lines]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise Invalid(GEOJSON, fields={"file": GEOJSON}) from error
    if not shaped:
        raise Invalid(GEOJSON, fields={"file": GEOJSON})
    return shaped


def _lines(geometry: Any) -> list[Any]:
    match geometry["type"]:
        case "LineString":
            return [geometry["coordinates"]]
        case "MultiLineString":
            return list(geometry["coordinates"])
        case _:
            return []


def _kind(text: str) -> RoutineKind:
    return RoutineKind(text) if text in set(RoutineKind) else RoutineKind.OTHER


def read_clock(text: str, name: str = "begins") -> time:
    """The clock on the wall, to the minute; a zone of its own it has not. Raises Invalid at the field."""
    try:
        if not _CLOCK.fullmatch(text):
            raise Invalid(HOURS, fields={name: HOURS})
        return time.fromisoformat(text).replace(second=0)
    except ValueError as error:
        raise Invalid(HOURS, fields={name: HOURS}) from error


def _number(text: str, *, digits: int) -> int:
    """A whole number; 0, which the service refuses, for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else 0


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(DAY, fields={name: DAY}) from error


def _month_day(text: str) -> str:
    found = _SEASON_DAY.fullmatch(text)
    try:
        return f"{date(2024, int(found[2]), int(found[1])):%m-%d}" if found else _refuse_season()
    except ValueError:
        return _refuse_season()


def _refuse_season() -> str:
    raise Invalid(SEASON, fields={"season_from": SEASON})


def _shown(month_day: str | None) -> str:
    return f"{month_day[3:]}.{month_day[:2]}" if month_day else ""
