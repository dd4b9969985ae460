"""Who said "mine too": for the links of their mails, and for telling them what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app.errors import N_, DeadLink
from app.models import Report, Reporter, ReportStatus, Support
from app.models.links import same

if TYPE_CHECKING:
    from collections.abc import Callable

DEAD_LINK = N_("This link does not work, or no longer. Check that you copied all of it.")


def supporter(session: Session, support_id: int, path: str, *, expected: Callable[[Support], str]) -> Support:
    """The support behind a secret link, with its report; `expected` makes the path it must have. Raises NotFound."""
    found = session.scalar(select(Support).where(Support.id == support_id).options(joinedload(Support.report)))
    if found is None or not same(path, expected(found)):
        raise DeadLink(DEAD_LINK)
    return found


def listeners(session: Session, report: Report) -> list[Support]:
    """Whom to tell about a report: its own supporters and those of its duplicates, no address twice.

    The reporter hears of it anyway. Expects `report.reporter` to be loaded.
    """
    query = (
        select(Support)
        .join(Support.report)
        .where(
            or_(Support.report_id == report.id, Report.duplicate_of_id == report.id),
            Support.email.is_not(None),
            Support.confirmed_at.is_not(None),
            Support.ended_at.is_(None),
            Support.bounced_at.is_(None),
        )
        .order_by(Support.id.desc())
    )
    by_address = {(support.email or "").lower(): support for support in session.scalars(query)}
    reporter = report.reporter
    if reporter is not None and reporter.hears:
        by_address.pop((reporter.email or "").lower(), None)
    return sorted(by_address.values(), key=lambda support: support.id)


def reporters_of_duplicates(session: Session, report: Report) -> list[Reporter]:
    """Those whose own report was closed because of this one, and who want to hear; the oldest first."""
    query = (
        select(Reporter)
        .join(Reporter.report)
        .where(
            Report.duplicate_of_id == report.id,
            Report.status == ReportStatus.DUPLICATE.value,
            Reporter.confirmed_at.is_not(None),
            Reporter.email.is_not(None),
            Reporter.stopped_at.is_(None),
            Reporter.bounced_at.is_(None),
        )
        .order_by(Reporter.id)
    )
    return list(session.scalars(query))
