"""Who stands in for somebody who is away, from one day to another: works for the person's units, hears in their place.

Nobody stands in who is away in those days, so there are no chains and no circles. What a deputy may do is decided by
the deputy's own role: a crew that stood in for a unit member would see whom it must not.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from app.errors import N_, Conflict, Invalid, NotFound
from app.models import ChangeKind, Deputyship, Role, Staff
from app.queries.people import today
from app.text import show_date

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LONGEST = timedelta(days=366)
MAY_STAND_IN: dict[str, frozenset[str]] = {
    Role.UNIT: frozenset({Role.UNIT, Role.DESK, Role.ADMIN}),
    Role.CREW: frozenset({Role.CREW, Role.DESK, Role.ADMIN}),
    Role.DESK: frozenset({Role.DESK, Role.ADMIN}),
    Role.ADMIN: frozenset({Role.ADMIN}),
}
_CHOOSE = N_("Choose who stands in.")
_DAYS = N_("Choose two days, the first one first, at most a year apart.")


def appoint(
    session: Session, absent: Staff, *, deputy_id: int | None, first_day: date | None, last_day: date | None,
    by: Staff, at: datetime, lang: str,
) -> Deputyship:  # fmt: skip
    """From the first day to the last, both included, the deputy stands in. Expects staff to be held.

    Raises Invalid for days and people that cannot be, Conflict for what is arranged for those days already.
    """
    deputy = session.get(Staff, deputy_id) if deputy_id else None
    days = _checked_days(first_day, last_day, at=at)
    _check_people(absent, deputy)
    if deputy is None:
        raise Invalid(_CHOOSE, fields={"deputy": _CHOOSE})
    _check_free(session, absent, deputy, days, lang=lang)
    made = Deputyship(absent_id=absent.id, deputy_id=deputy.id, first_day=days[0], last_day=days[1])
    session.add(made)
    facts = {"deputy": deputy.id, "first_day": days[0].isoformat(), "last_day": days[1].isoformat()}
    absent.record(ChangeKind.DEPUTY, by=by, at=at, **facts)
    session.flush()
    return made


def end(session: Session, absent: Staff, deputyship_id: int, *, by: Staff, at: datetime) -> None:
    """Back earlier, or it was a mistake: over at once. Raises NotFound."""
    made = session.get(Deputyship, deputyship_id, with_for_update=True)
    if made is None or made.absent_id != absent.id or made.ended_at is not None:
        raise NotFound(N_("There is no such deputy any more."))
    _end(made, absent, by=by, at=at)


def _end(made: Deputyship, absent: Staff, *, by: Staff, at: datetime) -> None:
    made.ended_at = at
    absent.record(ChangeKind.DEPUTY_ENDED, by=by, at=at, deputy=made.deputy_id)


def arranged(session: Session, staff: Staff, *, at: datetime) -> list[Deputyship]:
    """What is arranged from today on, both where the person is away and where the person stands in; by day."""
    query = select(Deputyship).where(_of(staff), Deputyship.ended_at.is_(None), Deputyship.last_day >= today(at))
    query = query.options(joinedload(Deputyship.absent), joinedload(Deputyship.deputy))
    return list(session.scalars(query.order_by(Deputyship.first_day, Deputyship.id)))


def _of(staff: Staff) -> ColumnElement[bool]:
    return or_(Deputyship.absent_id == staff.id, Deputyship.deputy_id == staff.id)


def _checked_days(first: date | None, last: date | None, *, at: datetime) -> tuple[date, date]:
    if first is None or last is None or not timedelta() <= last - first <= LONGEST:
        raise Invalid(_DAYS, fields={"last_day": _DAYS})
    if last < today(at):
        over = N_("These days are over.")
        raise Invalid(over, fields={"last_day": over})
    return first, last


def _check_people(absent: Staff, deputy: Staff | None) -> None:
    if deputy is None:
        return
    if deputy.id == absent.id:
        problem = N_("Nobody can stand in for oneself.")
    elif not deputy.active:
        problem = N_("%(name)s has left and cannot stand in.")
    elif deputy.role not in MAY_STAND_IN[absent.role]:
        problem = N_("%(name)s has another role and could not do the work. Choose somebody with the same role.")
    else:
        return
    raise Invalid(problem, name=deputy.name, fields={"deputy": _CHOOSE})


def _check_free(session: Session, absent: Staff, deputy: Staff, days: tuple[date, date], *, lang: str) -> None:
    """One deputy a day; a deputy who is there; and nobody away who is somebody's deputy in those days."""
    query = select(Deputyship).where(
        Deputyship.ended_at.is_(None), Deputyship.first_day <= days[1], Deputyship.last_day >= days[0],
        or_(_of(absent), Deputyship.absent_id == deputy.id),
    )  # fmt: skip
    found = session.scalar(query.options(joinedload(Deputyship.absent), joinedload(Deputyship.deputy)).limit(1))
    if found is None:
        return
    if found.absent_id == absent.id:
        problem = N_("%(deputy)s stands in for %(absent)s from %(first)s to %(last)s already. End that first.")
    elif found.deputy_id == absent.id:
        problem = N_(
            "%(deputy)s stands in for %(absent)s from %(first)s to %(last)s. Choose another deputy there first."
        )
    else:
        problem = N_("%(absent)s is away from %(first)s to %(last)s. Choose somebody else.")
    raise Conflict(
        problem,
        deputy=found.deputy.name, absent=found.absent.name,
        first=show_date(found.first_day, lang), last=show_date(found.last_day, lang),
    )  # fmt: skip
