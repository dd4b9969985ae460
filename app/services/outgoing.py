"""The bodies of the sending jobs: each message is sent at most once without anybody knowing.

The attempt is committed before the conversation and its result after it, in two transactions: a crash between
them leaves `sending`, which services/recovery.py turns into `unknown`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from app import jobs
from app.db import transaction
from app.delivery import DeliveryFailed, DeliveryUnknown, Trouble, note
from app.delivery.posting import post
from app.jobs import JobName
from app.models import (
    Delivery,
    Mention,
    Notification,
    NotificationKind,
    OverdueMail,
    PlaceMail,
    ResidentLink,
    SendingState,
    Support,
    Update,
)
from app.services import (
    collecting,
    letters,
    mention_mail,
    moved_letter,
    news,
    parcels,
    place_letters,
    sign_in_mail,
    supporter_letters,
    switching_off,
)
from app.services.send import Send, refuse

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.delivery.letter import Letter
    from app.services.news import Item
    from app.services.office import Office
    from app.settings import Settings

log = logging.getLogger(__name__)

Message = Delivery | Mention | Notification | OverdueMail | PlaceMail | ResidentLink
M = TypeVar("M", Delivery, Mention, Notification, OverdueMail, PlaceMail, ResidentLink)
# The database's clock decides when a job runs, and may be a little ahead of ours.
CLOCKS_DIFFER = timedelta(seconds=2)


def deliver(office: Office, *, delivery_id: int) -> None:
    """Send one delivery to its unit; does nothing when it is not waiting to be sent."""

    def prepare(session: Session, row: Delivery, at: datetime) -> Send | None:
        channel = office.channels[row.channel]
        parcel = parcels.pack(session, row, office=office, at=at)
        return None if parcel is None else Send(lambda: channel.send(parcel))

    attempt(office, Delivery, delivery_id, prepare=prepare)


def notify(office: Office, *, notification_id: int) -> None:
    """Send one mail to a reporter or a supporter; does nothing when it is not waiting to be sent.

    What else waits for the same reader goes along, see services/collecting.py.
    """

    def prepare(session: Session, row: Notification, at: datetime) -> Send | None:
        if row.kind == NotificationKind.MOVED:
            return _mail(moved_letter.write(session, row, office=office, at=at), office)
        items = _items(session, row, at=at, settings=office.settings)
        letter = _write(session, items, row, office=office, at=at)
        if letter is None:
            return None
        for other in (item.row for item in items if item.row is not row):
            other.start(at=at)
            other.told_in_id = row.id
        row.sent_to = letter.bounce_token
        return _mail(letter, office)

    attempt(office, Notification, notification_id, prepare=prepare, first=collecting.wait_for_others)


def _mail(letter: Letter | None, office: Office) -> Send | None:
    return None if letter is None else Send(lambda: post(letter, settings=office.settings), to=letter.to)


def _items(session: Session, row: Notification, *, at: datetime, settings: Settings) -> list[Item]:
    """The row and its company, as far as they may be told; what may not, never will be. Raises _Later."""
    until = at + CLOCKS_DIFFER
    turn = collecting.turn(row, session.get_one(Update, row.update_id), settings)
    if turn > until and not row.attempts:
        raise _Later(turn)
    items = []
    for item in news.read(session, [row, *collecting.company(session, row, until=until, settings=settings)]):
        if item.row is row or (news.may_be_told(item) and news.hears(item, _support(session, item.row))):
            items.append(item)
        else:
            item.row.cancel()
    return items


def _write(session: Session, items: list[Item], row: Notification, *, office: Office, at: datetime) -> Letter | None:
    own = next(item for item in items if item.row is row)
    support = _support(session, row)
    is_news = row.kind in {NotificationKind.STATUS, NotificationKind.QUESTION}
    if is_news and not news.may_be_told(own):
        return None
    if support is not None:
        return supporter_letters.write(session, items, row, support, office=office, at=at)
    return letters.write(items, row, office=office, at=at)


def _support(session: Session, row: Notification) -> Support | None:
    return session.get_one(Support, row.support_id) if row.support_id is not None else None


def send_link(office: Office, *, link_id: int) -> None:
    """Send one sign-in mail, if the address is known here; does nothing when it is not waiting to be sent."""

    def prepare(session: Session, row: ResidentLink, at: datetime) -> Send | None:
        return _mail(sign_in_mail.write(session, row, office=office, at=at), office)

    attempt(office, ResidentLink, link_id, prepare=prepare)


def tell_follower(office: Office, *, mail_id: int) -> bool:
    """Send one mail to who follows a place, if it waits; False when the server is to be asked again later."""
    later: list[DeliveryFailed] = []

    def hand_over(letter: Letter) -> None:
        try:
            post(letter, settings=office.settings)
        except DeliveryFailed as failed:
            later.extend([failed] if not failed.permanent else [])
            raise

    def prepare(session: Session, row: PlaceMail, at: datetime) -> Send | None:
        letter = place_letters.write(session, row, office=office, at=at)
        return None if letter is None else Send(lambda: hand_over(letter), to=letter.to)

    attempt(office, PlaceMail, mail_id, prepare=prepare)
    return not later


def tell_colleague(office: Office, *, mention_id: int) -> None:
    """Tell a member of staff that somebody has named them in a note; does nothing when it is not waiting to be sent."""

    def prepare(session: Session, row: Mention, at: datetime) -> Send | None:
        return _mail(mention_mail.write(session, row, office=office, at=at), office)

    attempt(office, Mention, mention_id, prepare=prepare)


def enqueue(session: Session, row: Message) -> None:
    """The job that sends this message when its time has come, in the caller's transaction.

    Mails to followers and to leaders need none: services/digests.py and overdue_mails.py send what waits.
    """
    if isinstance(row, (PlaceMail, OverdueMail)):
        return
    if isinstance(row, Delivery):
        jobs.enqueue(session, JobName.DELIVER, at=row.next_attempt_at, delivery_id=row.id)
    elif isinstance(row, ResidentLink):
        jobs.enqueue(session, JobName.SEND_LINK, at=row.next_attempt_at, link_id=row.id)
    elif isinstance(row, Mention):
        jobs.enqueue(session, JobName.TELL_COLLEAGUE, at=row.next_attempt_at, mention_id=row.id)
    else:
        jobs.enqueue(session, JobName.NOTIFY, at=row.next_attempt_at, notification_id=row.id)


def attempt(
    office: Office,
    table: type[M],
    row_id: int,
    *,
    prepare: Callable[[Session, M, datetime], Send | None],
    first: Callable[[Session, int], None] = lambda _session, _row_id: None,
) -> None:
    """Try to send the message that `prepare` makes of its row. `first` is waited for before the row is locked."""
    at = office.clock()
    with transaction(office.session_factory) as session:
        first(session, row_id)
        send = _begin(session, table, row_id, at=at, prepare=prepare)
    if send is None:
        return
    outcome = send.attempt()
    with transaction(office.session_factory) as session:
        _settle(session, table, row_id, started_at=at, at=office.clock(), outcome=outcome, to=send.to)


def _begin(
    session: Session,
    table: type[M],
    row_id: int,
    *,
    at: datetime,
    prepare: Callable[[Session, M, datetime], Send | None],
) -> Send | None:
    """What is to be sent, with the attempt written down; None when there is nothing to send now.

    The lock makes a second run of the same job wait for the first one's word.
    """
    row: M | None = session.get(table, row_id, with_for_update=True, populate_existing=True)
    if row is None or row.state != SendingState.PENDING:
        return None
    if row.next_attempt_at is not None and row.next_attempt_at > at + CLOCKS_DIFFER:
        enqueue(session, row)
        return None
    try:
        send = prepare(session, row, at)
    except _Later as later:
        row.next_attempt_at = later.at
        enqueue(session, row)
        return None
    except SQLAlchemyError:
        raise
    except Exception as error:
        log.exception("Could not write %s %s", table.__tablename__, row_id)
        send = refuse(error)
    if send is None:
        row.cancel()
    else:
        row.start(at=at)
    return send


def _settle(
    session: Session,
    table: type[M],
    row_id: int,
    *,
    started_at: datetime,
    at: datetime,
    outcome: DeliveryFailed | DeliveryUnknown | None,
    to: str | None,
) -> None:
    """Write the result down, unless the row has begun another life meanwhile."""
    row: M | None = session.get(table, row_id, with_for_update=True, populate_existing=True)
    if row is None or row.started_at != started_at or row.state not in {SendingState.SENDING, SendingState.UNKNOWN}:
        return
    company: list[Notification] = collecting.told_with(session, row) if isinstance(row, Notification) else []
    _tell_how_it_went(session, row, at=at, outcome=outcome)
    for other in company:
        _tell_how_it_went(session, other, at=at, outcome=outcome)
        if other.state == SendingState.PENDING:
            other.told_in_id = None  # The next attempt puts the mail together anew.
    if to is not None and isinstance(outcome, DeliveryFailed) and outcome.no_mailbox:
        switching_off.refused(session, to, at=at)


def _tell_how_it_went(
    session: Session, row: Message, *, at: datetime, outcome: DeliveryFailed | DeliveryUnknown | None
) -> None:
    if outcome is None:
        row.succeed(at=at)
    elif isinstance(outcome, DeliveryUnknown):
        row.lose()
        row.last_error = outcome.note
    elif row.fail(at=at, error=outcome.note, permanent=outcome.permanent) is not None:
        enqueue(session, row)
    if isinstance(row, Notification) and row.state in {SendingState.SENT, SendingState.FAILED}:
        row.former_email = None


class _Later(Exception):  # noqa: N818  (it is an answer)
    """Not yet: something else may come that belongs into the same mail."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.at = at


def crashed(row: Message, *, at: datetime, repeatable: bool) -> bool:
    """What becomes of an attempt whose worker died; True when it is to be sent again."""
    kept = note(Trouble.CRASHED)
    if repeatable:
        return row.fail(at=at, error=kept, permanent=False) is not None
    row.lose()
    row.last_error = kept
    return False
