"""What the page of a planned round reads, and the lists that one change touches, locked in one order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, literal_column, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.errors import N_, NotFound
from app.models import Crew, FieldEntry, Report, RouteList, RouteListChange, Staff, Stop, StopReport, Vehicle
from app.queries.crews import PLANNABLE, lists_of

if TYPE_CHECKING:
    from sqlalchemy.sql.base import ExecutableOption

NO_LIST = N_("There is no such route list, or it is not your unit's.")
NEAR_METRES = 1200.0
MOST_NEAR = 12
MOST_CHANGES = 20


@dataclass(slots=True)
class Round:
    """A route list with its stops. `stops` are kept apart from the list: they move from one to the other."""

    route_list: RouteList
    stops: list[Stop]

    @property
    def left(self) -> list[Stop]:
        """Where the crew still has to go, in driving order."""
        return sorted((stop for stop in self.stops if stop.completed_at is None), key=lambda stop: stop.sort_order)

    @property
    def past(self) -> list[Stop]:
        """Where it has been, or where nobody has to go any more, in the order of the day."""
        over = [(stop.completed_at, stop.sort_order, stop) for stop in self.stops if stop.completed_at is not None]
        return [stop for _at, _order, stop in sorted(over, key=lambda one: one[:2])]

    @property
    def report_ids(self) -> list[int]:
        """Reports that it holds."""
        return [entry.report_id for stop in self.stops for entry in stop.entries if entry.active]


@dataclass(frozen=True, slots=True)
class OtherList:
    """A list of the same day, to give stops to."""

    id: int
    name: str
    crew: str | None
    lift: bool | None
    is_draft: bool
    left: int


@dataclass(frozen=True, slots=True)
class NearReport:
    """A report that waits near the way."""

    reference: str
    category_code: str
    address: str | None
    lat: float
    lon: float
    metres: float
    due_at: datetime | None


def rounds_of(session: Session, staff: Staff, ids: Iterable[int], *, lock: bool = False) -> dict[int, Round]:
    """The lists with crew, vehicle, stops and reports, as they are now; raises NotFound where one is not the person's.

    With `lock` they are held: lists by id, then stops by id; the reports are the caller's to hold next. Whoever ticks
    off a stop or closes a report comes from a stop to its reports, so nobody waits in a ring. A key share of others is
    let through: an entry from the field names its list.
    """
    wanted = sorted(set(ids))
    lists = session.scalars(_hold(_lists(staff, wanted), RouteList, lock=lock)).all()
    if len(lists) != len(wanted):
        raise NotFound(NO_LIST)
    found = {route_list.id: Round(route_list, []) for route_list in lists}
    for stop in session.scalars(_hold(_stops(wanted, lock=lock), Stop, lock=lock)):
        found[stop.route_list_id].stops.append(stop)
    return found


def others_of_the_day(session: Session, route_list: RouteList) -> Sequence[OtherList]:
    """Lists of the unit that are driven on the same day, and are not closed."""
    left = select(func.count()).where(Stop.route_list_id == RouteList.id, Stop.completed_at.is_(None)).scalar_subquery()
    query = (
        select(RouteList.id, RouteList.name, Crew.name, Vehicle.lift, RouteList.released_at.is_(None), left)
        .outerjoin(Crew, Crew.id == RouteList.crew_id)
        .outerjoin(Vehicle, Vehicle.id == RouteList.vehicle_id)
        .where(
            RouteList.unit_code == route_list.unit_code,
            RouteList.day == route_list.day,
            RouteList.closed_at.is_(None),
            RouteList.id != route_list.id,
        )
        .order_by(RouteList.id)
    )
    return [OtherList(*row) for row in session.execute(query)]


def crews_of(session: Session, unit_code: str) -> Sequence[Crew]:
    """The unit's crews with their vehicles, for a list of their own."""
    query = select(Crew).where(Crew.unit_code == unit_code, Crew.active).order_by(Crew.name, Crew.id)
    return session.scalars(query.options(joinedload(Crew.vehicle))).all()


def vehicles_of(session: Session, unit_code: str) -> Sequence[Vehicle]:
    """The unit's vehicles that are in use."""
    query = select(Vehicle).where(Vehicle.unit_code == unit_code, Vehicle.active)
    return session.scalars(query.order_by(Vehicle.name, Vehicle.id)).all()


def conflicts_of(session: Session, route_list_id: int) -> Sequence[FieldEntry]:
    """What came in from the field, could not be applied, and that nobody at the unit has looked at yet."""
    query = select(FieldEntry).where(
        FieldEntry.route_list_id == route_list_id, FieldEntry.result == "conflict", FieldEntry.seen_at.is_(None)
    )
    return session.scalars(query.order_by(FieldEntry.id).limit(50)).all()


def changes_of(session: Session, route_list_id: int) -> Sequence[RouteListChange]:
    """The newest changes with who made them."""
    query = select(RouteListChange).where(RouteListChange.route_list_id == route_list_id)
    query = query.order_by(RouteListChange.id.desc()).limit(MOST_CHANGES).options(joinedload(RouteListChange.staff))
    return session.scalars(query).all()


def changes_since(session: Session, route_list_id: int, version: int) -> Sequence[RouteListChange]:
    """What has been changed after this version of the list, the oldest first, with who did it."""
    query = select(RouteListChange).where(
        RouteListChange.route_list_id == route_list_id, RouteListChange.version > version
    )
    return session.scalars(query.order_by(RouteListChange.id).options(joinedload(RouteListChange.staff))).all()


def near_the_way(session: Session, driven: Round) -> Sequence[NearReport]:
    """The unit's reports that nobody drives to and that lie at most 1.2 km from the way, the nearest first."""
    line = _line(driven)
    if line is None:
        return []
    metres = func.ST_Distance(Report.position, line)
    query = (
        select(
            Report.reference,
            Report.category_code,
            func.coalesce(Report.nearest_address, Report.address),
            Report.lat,
            Report.lon,
            metres.label("metres"),
            Report.due_at,
        )
        .where(
            Report.unit_code == driven.route_list.unit_code,
            Report.status.in_(PLANNABLE),
            Report.lat.is_not(None),
            ~select(StopReport).where(StopReport.report_id == Report.id, StopReport.active).exists(),
            func.ST_DWithin(Report.position, line, NEAR_METRES),
        )
        .order_by("metres", Report.id)
        .limit(MOST_NEAR)
    )
    return [NearReport(*row) for row in session.execute(query)]


def _lists(staff: Staff, ids: Sequence[int]) -> Select[RouteList]:
    query = select(RouteList).where(RouteList.id.in_(ids), lists_of(staff)).order_by(RouteList.id)
    return query.options(joinedload(RouteList.crew), joinedload(RouteList.vehicle))


def _stops(ids: Sequence[int], *, lock: bool) -> Select[Stop]:
    reports: ExecutableOption = selectinload(Stop.entries).joinedload(StopReport.report).joinedload(Report.reporter)
    query = select(Stop).where(Stop.route_list_id.in_(ids)).order_by(Stop.id)
    query = query.options(reports, joinedload(Stop.asset))
    return query.options(selectinload(Stop.materials)) if lock else query  # What is deleted takes them along.


def _hold(query: Select[Any], held: type[RouteList | Stop], *, lock: bool) -> Select[Any]:
    query = query.execution_options(populate_existing=True)
    return query.with_for_update(of=held, key_share=True) if lock else query


def _line(driven: Round) -> Any:
    """The round as straight lines, as a geography; None where there is no way."""
    here = driven.route_list
    way = [(here.start_lat, here.start_lon), *((stop.lat, stop.lon) for stop in driven.left)]
    if len(way) < 2:
        return None
    words = ",".join(f"{lon:.6f} {lat:.6f}" for lat, lon in way)
    return func.ST_GeomFromText(f"LINESTRING({words})", 4326).op("::")(literal_column("geography"))
