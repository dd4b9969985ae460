"""Who works here: staff by address, by name and by unit, and how much waits at each unit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, ScalarSelect, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.languages import sort_key
from app.models import OPEN, Deputyship, Report, Role, Staff, StaffChange, StaffSession, StaffUnit
from app.text import PEOPLES_ZONE


def everybody(session: Session) -> Sequence[Staff]:
    """All staff, those who left last; by name in our alphabet, whatever the database's."""
    return sorted(session.scalars(select(Staff)), key=lambda staff: (not staff.active, sort_key(staff.name), staff.id))


def by_email(session: Session, email: str) -> Staff | None:
    """The one with this address, in whatever case it was typed."""
    return session.scalar(select(Staff).where(func.lower(Staff.email) == email.strip().lower()))


def by_invitation(session: Session, token_hash: str) -> Staff | None:
    """The one who was sent this token, locked: a link opens the door once, also when it is pressed twice."""
    return session.scalar(select(Staff).where(Staff.invite_hash == token_hash, Staff.active).with_for_update())


def is_last_administrator(session: Session, staff: Staff) -> bool:
    """Whether nobody else could look after staff. The lock makes two administrators who leave at once take turns."""
    query = select(Staff.id).where(Staff.role == Role.ADMIN.value, Staff.active).order_by(Staff.id).with_for_update()
    return list(session.scalars(query)) == [staff.id]


def members(session: Session) -> dict[str, list[Staff]]:
    """unit code -> who works there now, by name."""
    found: dict[str, list[Staff]] = {}
    for staff in everybody(session):
        for code in staff.own_unit_codes if staff.active else ():
            found.setdefault(code, []).append(staff)
    return found


def open_counts(session: Session) -> dict[str, int]:
    """unit code -> open reports that it holds."""
    query = select(Report.unit_code, func.count()).where(Report.status.in_([status.value for status in OPEN]))
    rows = session.execute(query.where(Report.unit_code.is_not(None)).group_by(Report.unit_code))
    return {str(code): number for code, number in rows}


def today(at: datetime) -> date:
    """The day it is where people live."""
    return at.astimezone(PEOPLES_ZONE).date()


def lent_units(deputy_id: ColumnElement[int], *, at: datetime) -> ScalarSelect[list[str]]:
    """The units of those for whom the person stands in on this day, for a SELECT; nothing of those who have left.

    Only of people of the same role: the desk needs no units, and a crew may not see what a unit sees.
    """
    absent, deputy = aliased(Staff), aliased(Staff)
    query = (
        select(func.array_agg(StaffUnit.unit_code))
        .join(Deputyship, Deputyship.absent_id == StaffUnit.staff_id)
        .join(absent, absent.id == Deputyship.absent_id)
        .join(deputy, deputy.id == Deputyship.deputy_id)
        .where(deputy.id == deputy_id, deputy.role == absent.role, absent.active, *_on(today(at)))
    )
    return query.scalar_subquery()


def deputies(session: Session, absent_ids: Collection[int], *, at: datetime) -> dict[int, Staff]:
    """absent person's id -> who stands in today, if that one can sign in."""
    query = select(Deputyship.absent_id, Staff).join(Staff, Staff.id == Deputyship.deputy_id)
    rows = session.execute(query.where(Deputyship.absent_id.in_(absent_ids), Staff.active, *_on(today(at))))
    return {absent_id: staff for absent_id, staff in rows}  # noqa: C416  (rows are no pairs to mypy)


def leaders_of(session: Session, unit_code: str, *, at: datetime) -> list[Staff]:
    """Who leads the unit, by name; in place of one who is away today the one who stands in. Empty: nobody is named."""
    query = select(Staff).join(StaffUnit, StaffUnit.staff_id == Staff.id)
    named = session.scalars(query.where(StaffUnit.unit_code == unit_code, StaffUnit.leader, Staff.active)).all()
    instead = deputies(session, [staff.id for staff in named], at=at)
    leaders = {one.id: one for one in (instead.get(staff.id, staff) for staff in named)}
    return sorted(leaders.values(), key=lambda staff: (sort_key(staff.name), staff.id))


def mentionable(session: Session, *, unit_code: str | None = None) -> list[Staff]:
    """Who can be named in a note of a report: the desk, administrators and, with `unit_code`, its members; by name."""
    of_unit = select(StaffUnit.staff_id).where(StaffUnit.unit_code == unit_code)
    may_read = or_(
        Staff.role.in_([Role.DESK.value, Role.ADMIN.value]), (Staff.role == Role.UNIT.value) & Staff.id.in_(of_unit)
    )
    found = session.scalars(select(Staff).where(Staff.active, may_read))
    return sorted(found, key=lambda staff: (sort_key(staff.name), staff.id))


def active(session: Session) -> list[Staff]:
    """Everybody who can sign in now, by name."""
    found = session.scalars(select(Staff).where(Staff.active))
    return sorted(found, key=lambda staff: (sort_key(staff.name), staff.id))


def open_browsers(session: Session, staff: Staff, *, at: datetime) -> Sequence[StaffSession]:
    """Where the person is signed in, the latest first."""
    query = select(StaffSession).where(
        StaffSession.staff_id == staff.id, StaffSession.revoked_at.is_(None), StaffSession.expires_at > at
    )
    return session.scalars(query.order_by(StaffSession.seen_at.desc(), StaffSession.number.desc())).all()


def changes(session: Session, staff: Staff) -> list[tuple[StaffChange, str | None]]:
    """What was done to the person, newest first, and by whom; None is the command line. At most 100."""
    query = select(StaffChange, Staff.name).outerjoin(Staff, Staff.id == StaffChange.by_id)
    rows = session.execute(query.where(StaffChange.staff_id == staff.id).order_by(StaffChange.id.desc()).limit(100))
    return [(change, name) for change, name in rows]


def names(session: Session) -> dict[int, str]:
    """id -> name, of everybody who ever worked here."""
    return {staff_id: name for staff_id, name in session.execute(select(Staff.id, Staff.name))}  # noqa: C416  (rows are no pairs to mypy)


def _on(day: date) -> tuple[ColumnElement[bool], ...]:
    return (Deputyship.first_day <= day, Deputyship.last_day >= day, Deputyship.ended_at.is_(None))
