"""Who works here: staff by address, by name and by unit, and how much waits at each unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.languages import sort_key
from app.models import OPEN, Report, Role, Staff, StaffSession


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
        for code in staff.unit_codes if staff.active else ():
            found.setdefault(code, []).append(staff)
    return found


def open_counts(session: Session) -> dict[str, int]:
    """unit code -> open reports that it holds."""
    query = select(Report.unit_code, func.count()).where(Report.status.in_([status.value for status in OPEN]))
    rows = session.execute(query.where(Report.unit_code.is_not(None)).group_by(Report.unit_code))
    return {str(code): number for code, number in rows}


def open_sessions(session: Session, staff: Staff, *, at: datetime) -> int:
    """In how many browsers the person is signed in."""
    query = (
        select(func.count())
        .select_from(StaffSession)
        .where(StaffSession.staff_id == staff.id, StaffSession.revoked_at.is_(None), StaffSession.expires_at > at)
    )
    return session.scalar(query) or 0
