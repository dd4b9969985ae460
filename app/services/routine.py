"""Fixed rounds: kept by their unit, driven by the calendar or when somebody says so."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.errors import N_, Conflict, Forbidden, Invalid, NotFound
from app.models import DriveState, RoutineDrive, RoutineKind, RoutineRound, Staff
from app.models.routine import WIDEST_REACH
from app.planning.calendar import read_rule
from app.planning.distance import metres
from app.queries.routine import promised

if TYPE_CHECKING:
    from app.routing import Rules

Way = list[list[tuple[float, float]]]
"""Lines of (lat, lon) places in the order in which they are driven."""

MOST_POINTS = 5000
LONGEST_METRES = 300_000.0
LINE = N_("Draw the way: at least two points, in the order in which it is driven.")
HOURS = N_("Write when it begins and by when it has been there, for example 07:00 and 14:00.")

# Rows are kept for days that somebody can think of.
FURTHEST = timedelta(days=366)
NOT_TODAY = N_("Only today's round can start or be late. Load the page again.")
TOO_FAR = N_("Choose a day that is at most a year away.")


@dataclass(frozen=True, kw_only=True)
class RoundWanted:
    """What the form holds. `rule` None: driven when somebody says so."""

    unit_code: str
    name: str
    kind: RoutineKind
    way: Way
    reach: int
    category_codes: tuple[str, ...]
    public: bool
    rule: str | None
    since: date
    season: tuple[str, str] | None
    begins: time
    ends: time


def keep(
    session: Session,
    wanted: RoundWanted,
    *,
    by: Staff,
    rules: Rules,
    kept: RoutineRound | None = None,
    version: int = 0,
) -> RoutineRound:
    """A new round, or `kept` changed. Raises Invalid, Forbidden, or Conflict when somebody else was quicker."""
    _check_unit(wanted.unit_code, by, rules)
    _check(wanted, rules)
    if kept is not None and kept.version != version:
        raise Conflict(N_("Somebody else has changed this round meanwhile. Look at it once more, then save again."))
    one = kept or RoutineRound()
    one.unit_code, one.name, one.kind = wanted.unit_code, wanted.name.strip()[:80], wanted.kind.value
    one.line, one.reach, one.category_codes = _as_text(wanted.way), wanted.reach, list(wanted.category_codes)
    one.public, one.rule, one.since = wanted.public, wanted.rule, wanted.since
    one.season_from, one.season_until = wanted.season or (None, None)
    one.begins, one.ends = wanted.begins, wanted.ends
    session.add(one)
    try:
        session.flush()  # Whoever was quicker is told of here.
    except StaleDataError as error:
        raise Conflict(
            N_("Somebody else has changed this round meanwhile. Look at it once more, then save again.")
        ) from error
    return one


def put_aside(one: RoutineRound) -> None:
    """It is not driven any more; what was on it stays in the history."""
    one.active = False


def change_drive(
    session: Session,
    one: RoutineRound,
    day: date,
    verb: str,
    *,
    by: Staff,
    at: datetime,
    rules: Rules,
    until: time | None = None,
) -> RoutineDrive:
    """`start`, `late` (with `until`), `finish`, `cancel` or `restore` the round on a day. Raises Invalid, Conflict.

    Only today's round starts or is late.
    """
    if verb in {"start", "late"} and day != at.astimezone(rules.timezone).date():
        raise Invalid(NOT_TODAY)
    drive = hold_drive(session, one, day, by=by, at=at, rules=rules)
    ends_at = datetime.combine(day, until, rules.timezone).astimezone(at.tzinfo) if until else drive.ends_at
    match verb:
        case "start":
            drive.state, drive.begins_at = DriveState.DRIVING.value, min(at, ends_at)
            drive.ends_at = _not_over(ends_at, at)
        case "late":
            if until is None:
                raise Invalid(HOURS, fields={"until": HOURS})
            drive.ends_at = _not_over(ends_at, at)
        case "finish":
            drive.state = DriveState.DONE.value
        case "cancel":
            drive.state = DriveState.CANCELLED.value
        case "restore":
            drive.state = DriveState.PLANNED.value
        case _:
            raise Invalid(N_("Choose one of the buttons."))
    drive.changed_by_id, drive.changed_at = by.id, at
    return drive


def hold_drive(
    session: Session, one: RoutineRound, day: date, *, by: Staff, at: datetime, rules: Rules
) -> RoutineDrive:
    """The row of this day, made when it is missing, locked. Raises Invalid for a day more than a year away."""
    if abs(day - at.astimezone(rules.timezone).date()) > FURTHEST:
        raise Invalid(TOO_FAR)
    begins_at, ends_at = promised(one, day, rules.timezone)
    fresh = {"round_id": one.id, "day": day, "state": DriveState.PLANNED.value, "begins_at": begins_at,
             "ends_at": ends_at, "changed_by_id": by.id, "changed_at": at}  # fmt: skip
    session.execute(insert(RoutineDrive).values(fresh).on_conflict_do_nothing())
    query = select(RoutineDrive).where(RoutineDrive.round_id == one.id, RoutineDrive.day == day).with_for_update()
    drive = session.scalar(query.execution_options(populate_existing=True))
    if drive is None:
        raise NotFound(N_("There is no such round, or it is not your unit's."))
    return drive


def _not_over(ends_at: datetime, at: datetime) -> datetime:
    if ends_at <= at:
        sentence = N_("That time is over. Write by when it has been there.")
        raise Invalid(sentence, fields={"until": sentence})
    return ends_at


def _check_unit(code: str, by: Staff, rules: Rules) -> None:
    unit = rules.units.get(code)
    if unit is None or unit.outside or not (by.sees_all or code in by.unit_codes):
        raise Forbidden(N_("You can keep rounds for your own unit only."))


def _check(wanted: RoundWanted, rules: Rules) -> None:
    """All mistakes at once, each at its field."""
    wrong: dict[str, str] = {}
    if not wanted.name.strip():
        wrong["name"] = N_("Give the round a name that residents understand.")
    if not 1 <= wanted.reach <= WIDEST_REACH:
        wrong["reach"] = N_("Write how many metres beside the way belong to it: 1 to 200.")
    if not wanted.category_codes or any(code not in rules.categories for code in wanted.category_codes):
        wrong["category"] = N_("Choose what is done on this round.")
    if wanted.begins >= wanted.ends:
        wrong["begins"] = HOURS
    if wanted.rule is not None and (last := read_rule(wanted.rule).until) and last < wanted.since:
        wrong["until"] = N_("The last day is before the first one.")
    problem = _wrong_way(wanted.way)
    if problem:
        wrong["way"] = problem
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)


def _wrong_way(way: Way) -> str:
    points = [point for line in way for point in line]
    if not way or any(len(line) < 2 for line in way):
        return LINE
    if not all(-90 <= lat <= 90 and -180 <= lon <= 180 for lat, lon in points):
        return N_(
            "A point of the way is no place on earth. Write latitude and longitude, for example 69.6492, 18.9553."
        )
    if len(points) > MOST_POINTS or length_of(way) > LONGEST_METRES:
        return N_("The way is too long for one round. Divide it into several.")
    if length_of(way) < 1:
        return LINE
    return ""


def length_of(way: Way) -> float:
    """Metres along all lines."""
    return sum(metres(here, there) for line in way for here, there in itertools.pairwise(line))


def _as_text(way: Sequence[Sequence[tuple[float, float]]]) -> str:
    lines = ", ".join(f"({', '.join(f'{lon:.6f} {lat:.6f}' for lat, lon in line)})" for line in way)
    return f"SRID=4326;MULTILINESTRING({lines})"
