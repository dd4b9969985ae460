"""Fixed rounds: those of a unit, those that pass a place, and what lies along one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, cast, func, literal_column, select, text, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, joinedload

from app.errors import N_, NotFound
from app.models import DriveState, Report, RoutineDrive, RoutineRound, Staff
from app.models.routine import WIDEST_REACH
from app.planning.calendar import Recurrence
from app.queries.crews import FREE

if TYPE_CHECKING:
    from app.routing import Rules

SOON_DAYS = 7
MOST_ROUNDS = 200


@dataclass(frozen=True, slots=True)
class Drive:
    """A round on one day: as the calendar has it, or as somebody changed it (`kept`)."""

    round: RoutineRound
    day: date
    begins_at: datetime
    ends_at: datetime
    state: DriveState
    kept: RoutineDrive | None = None


def rounds_of(staff: Staff) -> ColumnElement[bool]:
    """The rounds that a person may see and change: their units' ones, for desk and administrators all."""
    return true() if staff.sees_all else RoutineRound.unit_code.in_(staff.unit_codes)


def list_rounds(session: Session, staff: Staff) -> Sequence[RoutineRound]:
    """Those that are driven, by name."""
    query = select(RoutineRound).where(rounds_of(staff), RoutineRound.active).order_by(RoutineRound.name)
    return session.scalars(query.limit(MOST_ROUNDS)).all()


def round_for(session: Session, staff: Staff, round_id: int, *, lock: bool = False) -> RoutineRound:
    """The round; raises NotFound where it is not the person's."""
    query = select(RoutineRound).where(RoutineRound.id == round_id, rounds_of(staff))
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(N_("There is no such round, or it is not your unit's."))
    return found


def lines_of(session: Session, round_ids: Sequence[int]) -> dict[int, list[list[list[float]]]]:
    """The ways as GeoJSON's coordinates of a MultiLineString."""
    shape = cast(func.ST_AsGeoJSON(RoutineRound.line, 6), JSONB)
    query = select(RoutineRound.id, shape["coordinates"]).where(RoutineRound.id.in_(round_ids))
    return {row.id: row[1] for row in session.execute(query)}


def kept_drives(
    session: Session, round_ids: Sequence[int], first: date, last: date
) -> dict[tuple[int, date], RoutineDrive]:
    """What people have changed of these rounds on these days."""
    query = select(RoutineDrive).where(RoutineDrive.round_id.in_(round_ids), RoutineDrive.day.between(first, last))
    return {(drive.round_id, drive.day): drive for drive in session.scalars(query)}


def drives(session: Session, rounds: Sequence[RoutineRound], first: date, last: date, *, zone: ZoneInfo) -> list[Drive]:
    """All drives of these days, also cancelled ones, in the order in which they begin."""
    kept = kept_drives(session, [one.id for one in rounds], first, last)
    found = [drive for one in rounds for drive in _drives_of(one, kept, first, last, zone)]
    return sorted(found, key=lambda drive: (drive.begins_at, drive.round.id))


def _drives_of(
    one: RoutineRound, kept: dict[tuple[int, date], RoutineDrive], first: date, last: date, zone: ZoneInfo
) -> Iterator[Drive]:
    days = set(calendar_of(one).days(first, last)) if one.rule else set()
    days |= {day for number, day in kept if number == one.id}
    for day in sorted(days):
        changed = kept.get((one.id, day))
        if changed is not None:
            yield Drive(one, day, changed.begins_at, changed.ends_at, DriveState(changed.state), changed)
        else:
            yield Drive(one, day, *promised(one, day, zone), DriveState.PLANNED)


def promised(one: RoutineRound, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When it usually begins and by when it has been there."""
    return (
        datetime.combine(day, one.begins, zone).astimezone(ZoneInfo("UTC")),
        datetime.combine(day, one.ends, zone).astimezone(ZoneInfo("UTC")),
    )


def calendar_of(one: RoutineRound) -> Recurrence:
    """When it is driven; for rounds that have a rule."""
    season = (one.season_from, one.season_until) if one.season_from and one.season_until else None
    return Recurrence(rule=one.rule or "", since=one.since, season=season)


def passing(session: Session, *, lat: float, lon: float, public: bool = True) -> Sequence[RoutineRound]:
    """The rounds whose way leads past this place, at most 20. Degrees WGS84."""
    place = func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326).op("::")(literal_column("geography"))
    query = (
        select(RoutineRound)
        # The widest reach goes by the index, each round's own decides.
        .where(func.ST_DWithin(RoutineRound.line, place, WIDEST_REACH), RoutineRound.active)
        .where(func.ST_DWithin(RoutineRound.line, place, RoutineRound.reach))
        .order_by(RoutineRound.id)
        .limit(20)
    )
    return session.scalars(query.where(RoutineRound.public) if public else query).all()


def comes_today(session: Session, *, lat: float, lon: float, at: datetime, rules: Rules) -> list[Drive]:
    """Drives that residents at this place can still wait for today, the next one first."""
    rounds = passing(session, lat=lat, lon=lon)
    if not rounds:
        return []
    today = at.astimezone(rules.timezone).date()
    return [
        drive
        for drive in drives(session, rounds, today, today, zone=rules.timezone)
        if drive.state in {DriveState.PLANNED, DriveState.DRIVING} and drive.ends_at > at
    ]


def soon(session: Session, rounds: Sequence[RoutineRound], *, at: datetime, rules: Rules) -> list[Drive]:
    """What is driven in the next days, today included, as far as it has not been driven."""
    today = at.astimezone(rules.timezone).date()
    found = drives(session, rounds, today, today + timedelta(days=SOON_DAYS), zone=rules.timezone)
    return [one for one in found if one.state in {DriveState.PLANNED, DriveState.DRIVING} and one.ends_at > at]


@dataclass(frozen=True, slots=True)
class Along:
    """A report beside a round's way: how far along it (0 to 1 in all), and how far from it in metres."""

    report: Report
    position: float
    metres: float


_ALONG = text("""
    SELECT r.id, (nearest.path - 1 + nearest.part) / nearest.parts AS position, nearest.metres
    FROM report r, routine_round o, LATERAL (
        SELECT (d.path)[1] AS path, ST_LineLocatePoint(d.geom, ST_SetSRID(ST_MakePoint(r.lon, r.lat), 4326)) AS part,
            ST_NumGeometries(o.line::geometry) AS parts, ST_Distance(d.geom::geography, r.position) AS metres
        FROM ST_Dump(o.line::geometry) AS d ORDER BY metres LIMIT 1
    ) nearest
    WHERE o.id = :round AND r.id = ANY(:reports) AND nearest.metres <= o.reach
    ORDER BY position, r.id
""")


def reports_along(session: Session, one: RoutineRound, *, lock: bool = False) -> list[Along]:
    """The unit's open reports of the round's categories that lie on its way and on no list yet, in driving order."""
    near = select(RoutineRound.line).where(RoutineRound.id == one.id).scalar_subquery()
    query = (
        select(Report)
        .where(Report.unit_code == one.unit_code, Report.category_code.in_(one.category_codes), *FREE)
        .where(func.ST_DWithin(Report.position, near, one.reach))
        .options(joinedload(Report.reporter))
    )
    found = {report.id: report for report in session.scalars(query.with_for_update(of=Report) if lock else query)}
    rows = session.execute(_ALONG, {"round": one.id, "reports": list(found)})
    return [Along(found[number], position, metres) for number, position, metres in rows]


def proposals(session: Session, reports: Sequence[Report], *, at: datetime, rules: Rules) -> dict[int, Drive]:
    """For reports that wait at a unit: the next drive of a round on whose way they lie, by the report's id."""
    ids = [report.id for report in reports]
    pairs = session.execute(
        text("""
            SELECT r.id, o.id FROM report r JOIN routine_round o
            ON ST_DWithin(o.line, r.position, :widest) AND ST_DWithin(o.line, r.position, o.reach)
            WHERE r.id = ANY(:ids) AND r.status IN ('forwarded', 'in_progress')
                AND o.active AND o.unit_code = r.unit_code AND r.category_code = ANY(o.category_codes)
        """),
        {"ids": ids, "widest": WIDEST_REACH},
    ).all()
    if not pairs:
        return {}
    rounds = session.scalars(select(RoutineRound).where(RoutineRound.id.in_({one for _, one in pairs}))).all()
    first: dict[int, Drive] = {}
    for drive in soon(session, rounds, at=at, rules=rules):
        first.setdefault(drive.round.id, drive)
    found: dict[int, Drive] = {}
    for report_id, round_id in pairs:
        other = first.get(round_id)
        if other is not None and (report_id not in found or other.begins_at < found[report_id].begins_at):
            found[report_id] = other
    return found
