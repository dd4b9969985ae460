"""What belongs to an e-mail address: its reports, its "mine too". Every query here starts from the address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, contains_eager

from app.models import Report, Reporter

if TYPE_CHECKING:
    from sqlalchemy.sql.base import ExecutableOption


def sent_by(email: str) -> ColumnElement[bool]:
    """Reports of this address, in any spelling, whose owner said that they are theirs; join `Report.reporter`."""
    return and_(func.lower(Reporter.email) == email.strip().lower(), Reporter.confirmed_at.is_not(None))


def reports_of(session: Session, email: str, *options: ExecutableOption) -> list[Report]:
    """All of them with their reporter, newest first; those that its owner never confirmed may be a stranger's."""
    query = (
        select(Report)
        .join(Report.reporter)
        .where(sent_by(email))
        .options(contains_eager(Report.reporter), *options)
        .order_by(Report.created_at.desc(), Report.id.desc())
    )
    return list(session.scalars(query))
