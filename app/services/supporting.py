"""Mine too: somebody else says that a report is theirs as well, is counted once, and may follow it by e-mail."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from sqlalchemy import CompoundSelect, delete, exists, func, or_, select, union_all, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value

from app.errors import N_, Conflict, Invalid, NotFound
from app.models import Notification, NotificationKind, Report, Reporter, ReportStatus, Support, Update
from app.models.address import ascii_address
from app.models.links import supporter_key
from app.queries.mailboxes import Waiting, waiting_for
from app.queries.supporters import DEAD_LINK
from app.queries.visible import is_public, public_report
from app.services import mailboxes, notifying
from app.services.drafts import ReporterDraft, check_reporter
from app.services.limits import counts_here

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

# A chain of duplicates is as long as the desk made it, and never a circle.
MOST_STEPS = 20
IS_CLOSED = N_("That report is closed: it has been mended or answered. Is it still broken? Then send a new report.")
NO_ADDRESS = N_("Write your e-mail address.")


class Followed(Enum):
    """What became of an address: its owner hears already, was mailed, or was mailed before today about all of it."""

    ALREADY = "already"
    ASKED = "asked"
    ASKED_TODAY = "asked_today"


@dataclass(frozen=True)
class Supported:
    """The report that counts it (the first one, where the other was its duplicate), and the support."""

    report: Report
    support: Support
    is_new: bool = True


def support(
    session: Session, typed: str, *, device: str, network: str = "", secret: bytes, language: str, at: datetime
) -> Supported:
    """Count this browser once for the report with this reference; the reporter's own is known but not counted.

    `device` is whatever one browser or program always says of itself. Of many from one `network` only some count; all
    count when it is empty. Raises NotFound, Gone, and Conflict when the report is closed.
    """
    report = _open_report(session, typed)
    mine, is_new = _remember(session, report, device=device, secret=secret, language=language, at=at)
    if is_new and network and not counts_here(session, network, report.id, secret=secret, at=at):
        mine.counted = False
    recount(session, report.id)
    return Supported(report, mine, is_new)


def know_reporter(session: Session, report: Report, *, device: str, secret: bytes, language: str, at: datetime) -> None:
    """The browser that sent a report is nobody else, should it say "mine too" later."""
    _insert(session, report, device=device, secret=secret, language=language, own=True, at=at)


def take_back(session: Session, mine: Support, *, at: datetime) -> None:
    """It was another fault after all: no longer counted, and no mail. The reporter's own mark stays."""
    if mine.own:
        return
    _lock(session, mine.report_id)
    _hold(session, mine)
    if mine.email is None:
        session.execute(delete(Support).where(Support.id == mine.id))
    else:
        mine.end(at=at)
    recount(session, mine.report_id)


def follow(session: Session, mine: Support, *, email: str, language: str, at: datetime) -> Followed:
    """`follow_anew` for who does not go on with the support."""
    return follow_anew(session, mine, email=email, language=language, at=at)[1]


def follow_anew(
    session: Session, mine: Support, *, email: str, language: str, at: datetime
) -> tuple[Support, Followed]:
    """Keep the address to write to and ask its owner; with another address the support begins anew.

    Gives the support that has the address. Raises Invalid, and NotFound when it was taken back meanwhile.
    """
    email = ascii_address(email)
    problems = check_reporter(ReporterDraft(email=email)) if email else {"email": NO_ADDRESS}
    if problems:
        raise Invalid(problems["email"], fields=problems)
    _hold(session, mine)
    if mine.email is not None and mine.email.lower() != email.lower():
        mine = _begin_anew(session, mine, at=at)
    if mine.hears:
        return mine, Followed.ALREADY
    mine.email, mine.asked_at, mine.language, mine.confirmed_at, mine.ended_at = email, at, language, None, None
    if not mailboxes.may_ask(session, email, at=at):
        return mine, Followed.ASKED_TODAY
    _ask_to_confirm(session, mine, at=at)
    return mine, Followed.ASKED


def confirm(session: Session, mine: Support, *, chosen: Collection[str] = (), at: datetime) -> list[Report]:
    """The owner of the address wants the mails; and about what was chosen of the rest. Gives the reports among it."""
    others = waiting_with(session, mine)
    if not mine.is_over:
        mailboxes.confirm_support(mine, at=at)
    return mailboxes.confirm(others, chosen=chosen, at=at)


def waiting_with(session: Session, mine: Support) -> Waiting:
    """What else came with the same address within a day: its owner is mailed once for all of it."""
    waiting = waiting_for(session, mine.email or "", around=mine.created_at, until=mine.asked_at)
    return Waiting(waiting.reports, [one for one in waiting.supports if one.id != mine.id], waiting.follows)


def _hold(session: Session, mine: Support) -> None:
    """Nobody else changes it until we are done. Raises NotFound when it is gone or over."""
    if session.scalar(select(Support.id).where(Support.id == mine.id).with_for_update()) is None:
        raise NotFound(DEAD_LINK)
    session.refresh(mine, ["key", "counted", "email", "asked_at", "confirmed_at", "ended_at"])
    if mine.is_over:
        raise NotFound(DEAD_LINK)


def _begin_anew(session: Session, mine: Support, *, at: datetime) -> Support:
    """The same support without an address. The old row keeps the old one, for the button in the mail to it."""
    kept = {"report_id": mine.report_id, "key": mine.key, "counted": mine.counted, "own": mine.own}
    mine.end(at=at)
    session.flush()
    anew = Support(**kept, created_at=mine.created_at, language=mine.language)
    session.add(anew)
    session.flush()
    return anew


def _ask_to_confirm(session: Session, mine: Support, *, at: datetime) -> None:
    """The mail with the button, tied to the line of history with which its report began."""
    earlier = (Notification.support_id == mine.id, Notification.kind == NotificationKind.SUPPORT.value)
    session.execute(delete(Notification).where(*earlier))
    first = session.scalars(select(Update).where(Update.report_id == mine.report_id).order_by(Update.id).limit(1)).one()
    notifying.tell_supporter(session, mine, mine.report_id, first, kind=NotificationKind.SUPPORT, at=at)


def recount(session: Session, report_id: int | None, *, locked: bool = False) -> None:
    """Count anew who else has reported the same: supporters of it and its duplicates, and who sent the duplicates.

    One who gave the same address twice is counted once, and the reporter not at all. By a statement of its own: the
    version stays, so that nobody's decision meets a conflict because of it. The row is locked first, unless the caller
    has `locked` it, so the last of many at once sees all the others, and no count is lost.
    """
    if report_id is None:
        return
    people, sender = _people(report_id).subquery(), aliased(Reporter)
    own = exists().where(sender.report_id == report_id, func.lower(sender.email) == people.c.who)
    statement = (
        update(Report)
        .where(Report.id == report_id)
        .values(support_count=select(func.count(people.c.who.distinct())).where(~own).scalar_subquery())
        .returning(Report.support_count)
        .execution_options(synchronize_session=False)
    )
    session.flush()
    if not locked:
        _lock(session, report_id)
    count = session.scalar(statement)
    known = session.identity_map.get(session.identity_key(Report, report_id))
    if known is not None and count is not None:
        set_committed_value(known, "support_count", count)


def _people(report_id: int) -> CompoundSelect[str]:
    """One line for each support and each duplicate: the address, and where there is none something of its own."""
    other = aliased(Report)
    supporters = (
        select(func.coalesce(func.lower(Support.email), func.concat("support ", Support.id)).label("who"))
        .join(other, other.id == Support.report_id)
        .where(Support.counted, or_(other.id == report_id, other.duplicate_of_id == report_id))
    )
    senders = (
        select(func.coalesce(func.lower(Reporter.email), func.concat("report ", other.id)))
        .select_from(other)
        .outerjoin(Reporter, Reporter.report_id == other.id)
        .where(other.duplicate_of_id == report_id, other.status == _DUPLICATE)
    )
    return union_all(supporters, senders)


_DUPLICATE = ReportStatus.DUPLICATE.value


def _open_report(session: Session, typed: str) -> Report:
    """The public, open report that somebody means, its row locked; of a duplicate the report that stays."""
    report = public_report(session, typed)
    for _ in range(MOST_STEPS):
        if report.status != _DUPLICATE:
            _lock(session, report.id)
            session.refresh(report, ["status", "duplicate_of_id", "version"])
        if report.status != _DUPLICATE:
            break
        report = _first_of(session, report)
    if not report.is_open:
        raise Conflict(IS_CLOSED)
    return report


def _first_of(session: Session, report: Report) -> Report:
    first = session.scalar(select(Report).where(Report.id == report.duplicate_of_id, is_public()))
    if first is None:
        raise NotFound(N_("There is no report with this reference. Check the digits."))
    return first


def _lock(session: Session, report_id: int) -> None:
    """Others may still add lines of history; only changes of the report itself and other supporters wait."""
    session.execute(select(Report.id).where(Report.id == report_id).with_for_update(key_share=True))


def _remember(
    session: Session, report: Report, *, device: str, secret: bytes, language: str, at: datetime
) -> tuple[Support, bool]:
    key, is_new = _insert(session, report, device=device, secret=secret, language=language, at=at)
    mine = session.scalars(select(Support).where(Support.report_id == report.id, Support.key == key)).one()
    return mine, is_new


def _insert(
    session: Session, report: Report, *, device: str, secret: bytes, language: str, at: datetime, own: bool = False
) -> tuple[str, bool]:
    key = supporter_key(report, device, secret=secret)
    given = {
        "report_id": report.id, "key": key, "nonce": secrets.token_hex(16), "counted": not own, "own": own,
        "created_at": at, "language": language,
    }  # fmt: skip
    made = session.scalar(insert(Support).values(**given).on_conflict_do_nothing().returning(Support.id))
    return key, made is not None
