"""Writing to addresses that anybody can type: once a day at most, until their owner has confirmed one of the mails."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import object_session

from app.models import REPORTER, PlaceFollow, Report, Support, UpdateKind
from app.queries import mailboxes
from app.services import bounces, mail_turns, place_confirming

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from app.queries.mailboxes import Waiting


def may_write_to(session: Session, email: str, *, at: datetime) -> bool:
    """Whether a mail that its owner did not ask for may go to this address now; a yes uses up the day's turn.

    Always yes for an address that was confirmed in the last twelve months: how many reports come with it is limited
    elsewhere. In the caller's transaction: a second request with the same address waits here until the first one's
    mail is stored, and when that one is rolled back, the turn was not used.
    """
    return mailboxes.is_confirmed(session, email, at=at) or may_ask(session, email, at=at)


def may_ask(session: Session, email: str, *, at: datetime) -> bool:
    """The same for a question that anybody can make us ask, as often as they like: once a day, confirmed or not.

    So the answer does not tell either whether somebody here knows the address.
    """
    return mail_turns.take_turn(session, email, at=at)


def confirm(waiting: Waiting, *, chosen: Collection[str], at: datetime) -> list[Report]:
    """Confirm those of the waiting whose `choice` is chosen; gives the reports among them."""
    for support in waiting.supports:
        if choice(support) in chosen:
            confirm_support(support, at=at)
    for follow in waiting.follows:
        # Whoever follows too many places already is told so where the place itself is confirmed.
        if choice(follow) in chosen and not place_confirming.has_enough(session_of(follow), follow):
            place_confirming.confirm(session_of(follow), follow, at=at)
    mine = [report for report in waiting.reports if choice(report) in chosen]
    for report in mine:
        confirm_report(report, at=at)
    return mine


def confirm_report(report: Report, *, at: datetime) -> None:
    """The owner of the address pressed the button in the mail; pressing it again changes nothing.

    After a stop it says that mails are wanted after all, and after a bounce that they arrive again.
    """
    reporter, session = report.reporter, object_session(report)
    if reporter is None:
        return
    if session is not None and reporter.email is not None:
        bounces.works_again(session, reporter.email, at=at)
    reporter.start_again()
    if reporter.confirmed_at is None:
        if session is not None and reporter.email is not None:
            mail_turns.give_back(session, reporter.email, at=at)
        reporter.confirm(at=at)
        report.record(UpdateKind.CONFIRMED, actor=REPORTER, at=at)


def confirm_support(support: Support, *, at: datetime) -> None:
    """The same for one who said "mine too"."""
    session = object_session(support)
    if session is not None and support.email is not None:
        bounces.works_again(session, support.email, at=at)
        if support.confirmed_at is None:
            mail_turns.give_back(session, support.email, at=at)
    support.confirm(at=at)


def choice(one: Report | Support | PlaceFollow) -> str:
    """How a form names what it lets its reader choose."""
    if isinstance(one, Report):
        return one.reference
    return f"place-{one.id}" if isinstance(one, PlaceFollow) else f"support-{one.id}"


def session_of(follow: PlaceFollow) -> Session:
    """The session that loaded it."""
    session = object_session(follow)
    if session is None:
        raise LookupError("A follow that no session holds cannot be confirmed.")
    return session
