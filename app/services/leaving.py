"""Somebody leaves: what is theirs is shown, and goes to a colleague or is freed in the step that ends the account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, or_, select, update

from app.errors import N_, Invalid
from app.models import (
    OPEN,
    ChangeKind,
    Deputyship,
    Mention,
    Report,
    Role,
    RouteList,
    SavedFilter,
    Staff,
    StaffUnit,
    Update,
    UpdateKind,
)
from app.queries.people import today
from app.services import deputies
from app.services import staff as services

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Theirs:
    """What hangs on one person: numbers, and the codes of units that the person leads."""

    claims: int
    questions: int
    filters: int
    mentions: int
    route_lists: int
    deputyships: int
    leads: tuple[str, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether the person can go without anybody noticing."""
        return not any((self.claims, self.questions, self.filters, self.mentions, self.route_lists, self.deputyships,
                        self.leads))  # fmt: skip


def theirs(session: Session, staff: Staff, *, at: datetime) -> Theirs:
    """Everything that would be left lying, in one query."""
    is_open = Report.status.in_([status.value for status in OPEN])
    asked = exists().where(Update.report_id == Report.id, Update.kind == UpdateKind.ASKED.value,
                           Update.staff_id == staff.id)  # fmt: skip
    counts = {
        "claims": _count(Report.id, is_open, Report.claimed_by_id == staff.id),
        "questions": _count(Report.id, is_open, Report.waiting_since.is_not(None), asked),
        "filters": _count(SavedFilter.id, SavedFilter.owner_id == staff.id, SavedFilter.shared),
        "mentions": _count(Mention.id, Mention.staff_id == staff.id, Mention.seen_at.is_(None)),
        "route_lists": _count(RouteList.id, RouteList.created_by_id == staff.id, RouteList.closed_at.is_(None)),
        "deputyships": _count(Deputyship.id, *_standing(staff, at=at)),
    }
    row = session.execute(select(*(count.label(name) for name, count in counts.items()))).one()
    return Theirs(**row._mapping, leads=tuple(staff.leads))  # noqa: SLF001  (SQLAlchemy's public name for a row's columns)


def heirs(session: Session, staff: Staff) -> list[Staff]:
    """Who could take over: colleagues who may do the same work, for a list to choose from."""
    may = deputies.MAY_STAND_IN[staff.role]
    found = session.scalars(select(Staff).where(Staff.active, Staff.id != staff.id, Staff.role.in_(may)))
    return sorted(found, key=lambda one: (one.role != staff.role, one.name, one.id))


def leave(
    session: Session, staff: Staff, *, heir_id: int | None, by: Staff, at: datetime
) -> Theirs:  # fmt: skip
    """End the account; what is the person's goes to the colleague, or is freed. Expects staff to be held.

    Raises Conflict (the last administrator, oneself) and Invalid (somebody who cannot take over).
    """
    heir = next((one for one in heirs(session, staff) if one.id == heir_id), None)
    if heir_id is not None and heir is None:
        raise Invalid(N_("This colleague cannot take over. Choose another one."), fields={"heir": N_("Choose again.")})
    left = theirs(session, staff, at=at)
    services.deactivate(session, staff, at=at, by=by)
    _free(session, staff, heir, by=by, at=at)
    if heir is not None:
        _give(session, staff, heir, by=by, at=at)
    for membership in staff.memberships:
        membership.leader = False
    if not left.is_nothing:
        staff.record(ChangeKind.HANDED_OVER, by=by, at=at, to=heir.id if heir else None, leads=list(left.leads))
    return left


def _free(session: Session, staff: Staff, heir: Staff | None, *, by: Staff, at: datetime) -> None:
    """Reports that the person was looking at, and what was arranged for days to come."""
    session.execute(
        update(Report)
        .where(Report.status.in_([status.value for status in OPEN]), Report.claimed_by_id == staff.id)
        .values(claimed_by_id=None, claimed_at=None),
        execution_options={"synchronize_session": False},
    )
    for made in session.scalars(select(Deputyship).where(*_standing(staff, at=at))):
        made.ended_at = at
        absent = session.get_one(Staff, made.absent_id)
        absent.record(ChangeKind.DEPUTY_ENDED, by=by, at=at, deputy=made.deputy_id)
        if made.deputy_id == staff.id and heir is not None and _can_stand_in(session, heir, absent, made):
            again = Deputyship(absent_id=absent.id, deputy_id=heir.id, first_day=made.first_day, last_day=made.last_day)
            session.add(again)
            days = {"first_day": made.first_day.isoformat(), "last_day": made.last_day.isoformat()}
            absent.record(ChangeKind.DEPUTY, by=by, at=at, deputy=heir.id, **days)


def _can_stand_in(session: Session, heir: Staff, absent: Staff, made: Deputyship) -> bool:
    away = select(Deputyship.id).where(
        Deputyship.absent_id == heir.id, Deputyship.ended_at.is_(None),
        Deputyship.first_day <= made.last_day, Deputyship.last_day >= made.first_day,
    )  # fmt: skip
    may = heir.id != absent.id and heir.role in deputies.MAY_STAND_IN[absent.role]
    return may and session.scalar(away.limit(1)) is None


def _give(session: Session, staff: Staff, heir: Staff, *, by: Staff, at: datetime) -> None:
    """Filters that others use, notes that wait, and the lead of units to which the colleague belongs."""
    known = set(session.scalars(select(func.lower(SavedFilter.name)).where(SavedFilter.owner_id == heir.id)))
    for one in session.scalars(select(SavedFilter).where(SavedFilter.owner_id == staff.id, SavedFilter.shared)):
        if one.name.lower() in known:
            one.name = f"{one.name[:50]} ({staff.id})"
        one.owner_id = heir.id
    named = select(Mention.update_id).where(Mention.staff_id == heir.id)
    session.execute(
        update(Mention)
        .where(Mention.staff_id == staff.id, Mention.seen_at.is_(None), Mention.update_id.not_in(named))
        .values(staff_id=heir.id),
        execution_options={"synchronize_session": False},
    )
    lead = [one for one in heir.memberships if heir.role == Role.UNIT and one.unit_code in staff.leads]
    for membership in lead:
        membership.leader = True
    if lead:
        heir.record(ChangeKind.CHANGED, by=by, at=at, leads=[[], heir.leads])


def unled(session: Session, codes: tuple[str, ...]) -> list[str]:
    """Which of these units nobody leads now."""
    led = session.scalars(select(StaffUnit.unit_code).join(Staff, Staff.id == StaffUnit.staff_id).where(
        StaffUnit.leader, Staff.active, StaffUnit.unit_code.in_(codes)))  # fmt: skip
    return sorted(set(codes) - set(led))


def _standing(staff: Staff, *, at: datetime) -> tuple[ColumnElement[bool], ...]:
    mine = or_(Deputyship.absent_id == staff.id, Deputyship.deputy_id == staff.id)
    return (mine, Deputyship.ended_at.is_(None), Deputyship.last_day >= today(at))


def _count(column: Any, *conditions: Any) -> ScalarSelect[int]:
    return select(func.count(column)).where(*conditions).scalar_subquery()
