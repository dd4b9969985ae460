"""What the owner of an address decides about all that came with it: what is theirs, which mails, in which language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, func, select, update

from app.errors import N_, NotFound
from app.models import PlaceFollow, Report, Reporter, Support
from app.models.address import ascii_address
from app.models.reference import parse_reference
from app.queries import mine
from app.services import mailboxes, place_confirming, place_following, stopping

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

NOT_YOURS = N_("This was not sent with your address.")


def confirm(session: Session, email: str, *, chosen: Collection[str], at: datetime) -> int:
    """The owner says which of the waiting is theirs; gives how much that was."""
    waiting = mine.waiting_for_owner(session, email)
    mailboxes.confirm(waiting, chosen=chosen, at=at)
    names = [mailboxes.choice(one) for one in waiting.reports] + [mailboxes.choice(one) for one in waiting.supports]
    return sum(name in chosen for name in names)


def answer_support(session: Session, email: str, support_id: int, *, yes: bool, at: datetime) -> None:
    """Whether the owner of the address wants to hear about what others reported. Raises NotFound for another's."""
    support = mine.waiting_support_of(session, email, support_id)
    if support is None:
        raise NotFound(NOT_YOURS)
    if yes:
        mailboxes.confirm_support(support, at=at)
    else:
        support.stop(at=at)


def answer_place(session: Session, email: str, follow_id: int, *, yes: bool, at: datetime) -> None:
    """The same for a place. Raises NotFound for somebody else's, and Conflict when the address follows too many."""
    follow = mine.waiting_follow_of(session, email, follow_id)
    if follow is None:
        raise NotFound(NOT_YOURS)
    if yes:
        place_confirming.confirm(session, follow, at=at)
    else:
        place_following.end(session, follow, at=at)


def set_mails(session: Session, email: str, typed: str, *, on: bool, at: datetime) -> None:
    """Mails about one report, on or off; raises NotFound for somebody else's. Saying it twice changes nothing."""
    report = session.scalar(select(Report).where(Report.reference == (parse_reference(typed) or "")))
    if report is None or not _change_mails(session, email, Reporter.report_id == report.id, on=on, at=at):
        raise NotFound(NOT_YOURS)
    if not on:
        stopping.stop_matter(session, report, email, at=at)


def set_all_mails(session: Session, email: str, *, on: bool, at: datetime) -> None:
    """Mails about all reports of the address, on or off."""
    _change_mails(session, email, on=on, at=at)


def stop_support(session: Session, email: str, support_id: int, *, at: datetime) -> None:
    """No mails about what others reported; the "mine too" still counts. Raises NotFound for somebody else's."""
    support = mine.support_of(session, email, support_id)
    if support is None:
        raise NotFound(NOT_YOURS)
    stopping.stop_support(session, support, at=at)


def set_language(session: Session, email: str, language: str) -> None:
    """Mails about everything of the address come in this language from now on."""
    for table in (Reporter, Support, PlaceFollow):
        theirs = (func.lower(table.email) == ascii_address(email).lower(), table.confirmed_at.is_not(None))
        session.execute(update(table).where(*theirs).values(language=language))


def _change_mails(session: Session, email: str, *which: ColumnElement[bool], on: bool, at: datetime) -> int:
    stopped = None if on else func.coalesce(Reporter.stopped_at, at)
    query = update(Reporter).where(mine.sent_by(email), *which).values(stopped_at=stopped)
    return len(session.scalars(query.returning(Reporter.id)).all())
