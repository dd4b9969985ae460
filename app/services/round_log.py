"""Two planners at one round: what was changed meanwhile, whether it is in the way, and a line for each change."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.errors import N_, Conflict
from app.models import RoundChangeKind, RouteListChange, Stop
from app.queries import rounds

if TYPE_CHECKING:
    from app.queries.rounds import Round
    from app.services.round_measuring import Planner

CLOSED = N_("The route list is already closed.")
TICKED_OFF = N_("This stop is already ticked off.")
GONE = N_("This stop is no longer on the round: somebody took it off or gave it to others.")
OVERTAKEN = N_(
    "%(name)s changed the same stops a moment ago. The round below is as it is now; nothing of yours was done."
)
SOMEBODY = N_("Somebody")


class Overtaken(Conflict):
    """Somebody else was first with the same stops: the newest state is shown with what was tried."""


def since(session: Session, driven: Round, version: int | None) -> Sequence[RouteListChange]:
    """Changes made after the page was read; None: nobody says when it was read, so there are none."""
    if version is None or version >= driven.route_list.version:
        return []
    return rounds.changes_since(session, driven.route_list.id, version)


def by_others(changes: Sequence[RouteListChange], planner: Planner) -> list[RouteListChange]:
    """One's own changes from another window are no surprise."""
    return [change for change in changes if change.staff_id != planner.staff.id]


def check_untouched(
    session: Session, driven: Round, stops: Collection[int], *, version: int | None, planner: Planner
) -> None:
    """Raises Overtaken where somebody else has changed one of these stops since the page was read."""
    for change in by_others(since(session, driven, version), planner):
        if set(change.stops) & set(stops):
            raise Overtaken(OVERTAKEN, name=who(change))


def who(change: RouteListChange) -> str:
    """The name of the colleague."""
    return change.staff.name if change.staff else SOMEBODY


def record(
    session: Session,
    driven: Round,
    kind: RoundChangeKind,
    *,
    stops: Collection[int],
    before: Sequence[int],
    planner: Planner,
    **data: object,
) -> None:
    """A line for planners, with the version that the list has now. `data` holds numbers and codes only."""
    session.flush()  # The version is counted by the database's row.
    session.add(
        RouteListChange(
            route_list_id=driven.route_list.id,
            staff_id=planner.staff.id,
            at=planner.at,
            kind=kind.value,
            version=driven.route_list.version,
            stops=sorted(stops),
            before=list(before),
            data=data,
        )
    )


def stop_of(driven: Round, stop_id: int) -> Stop:
    """A stop that can still be changed; raises Conflict where it is gone, ticked off, or the list is closed."""
    check_open(driven)
    for stop in driven.stops:
        if stop.id == stop_id:
            if stop.completed_at is not None:
                raise Conflict(TICKED_OFF)
            return stop
    raise Conflict(GONE)


def check_open(driven: Round) -> None:
    """Raises Conflict for a list that is closed."""
    if not driven.route_list.is_open:
        raise Conflict(CLOSED)
