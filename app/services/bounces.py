"""Mails that come back: the address is switched off wherever it stands, until its owner confirms it anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import case, delete, func, select, update

from app.models import Notification, PlaceFollow, PlaceMail, PlaceNews, Reporter, ResidentLink, Support
from app.models.links import BounceKind, bounce_token, same
from app.queries.place_news import newest_event

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.delivery.bounce import Bounce
    from app.settings import Settings

_TABLES = (Reporter, Support, PlaceFollow)
# A message on its way back holds one of each; somebody's list of thousands is not looked up.
MOST_TRIED = 5


class Found(StrEnum):
    """What a message on its way back meant."""

    SWITCHED_OFF = "switched off"
    NO_BOUNCE = "no bounce"
    NOT_FINAL = "not final"
    NOT_OURS = "not ours"


class _Mailed(NamedTuple):
    """Where a mail of ours went, and whether its owner has confirmed the address since."""

    email: str
    is_old: bool


def bounced(session: Session, email: str, *, at: datetime) -> int:
    """Nothing more is sent to this address; gives in how many places it stood. Doing it twice changes nothing."""
    changed = 0
    for table in _TABLES:
        theirs = (func.lower(table.email) == email.lower(), table.bounced_at.is_(None))
        changed += len(session.scalars(update(table).where(*theirs).values(bounced_at=at).returning(table.id)).all())
    return changed


def works_again(session: Session, email: str, *, at: datetime) -> None:
    """The owner of the address pressed a button that stood in a mail to it, so mails arrive.

    What comes back of the mails before that says nothing any more, so the confirmation is as new as this press.
    """
    for table in _TABLES:
        theirs = (func.lower(table.email) == email.lower(), table.bounced_at.is_not(None))
        confirmed = case((table.confirmed_at.is_not(None), at), else_=None)
        changed = update(table).where(*theirs).values(bounced_at=None, confirmed_at=confirmed).returning(table.id)
        ids = session.scalars(changed).all()
        if table is PlaceFollow and ids:
            _begin_places_now(session, ids)


def _begin_places_now(session: Session, follow_ids: Sequence[int]) -> None:
    """What happened while no mail arrived is no news any more: weeks of it would come at once."""
    follows = update(PlaceFollow).where(PlaceFollow.id.in_(follow_ids))
    session.execute(follows.values(told_until=newest_event(session)))
    session.execute(delete(PlaceNews).where(PlaceNews.follow_id.in_(follow_ids)))


def take_in(session: Session, bounce: Bounce | None, *, settings: Settings, secret: bytes, at: datetime) -> Found:
    """Switch the address off that a message on its way back is about; `bounce` None: it was something else."""
    if bounce is None:
        return Found.NO_BOUNCE
    if not bounce.final:
        return Found.NOT_FINAL
    email = _whose(session, bounce, settings=settings, secret=secret)
    if email is None:
        return Found.NOT_OURS
    bounced(session, email, at=at)
    return Found.SWITCHED_OFF


def _whose(session: Session, bounce: Bounce, *, settings: Settings, secret: bytes) -> str | None:
    """The address of the mail that came back; None when it is none of ours, or proves nothing any more.

    With an address for bounces, only the signed token counts. Without one, the Message-ID does: 128 random bits, which
    only who got the mail has seen. It proves nothing about the address that took that one's place since.
    """
    if settings.bounce_address:
        found = (_by_token(session, token, secret=secret) for token in bounce.tokens[:MOST_TRIED])
    else:
        found = (_by_message_id(session, message_id, secret=secret) for message_id in bounce.message_ids[:MOST_TRIED])
    return next((email for email in found if email), None)


def _by_token(session: Session, token: str, *, secret: bytes) -> str | None:
    row_id = int(token[1:].partition("-")[0])
    find = _KINDS.get(token[0])
    mailed = find(session, row_id) if find is not None and row_id < 2**63 else None
    if mailed is None or not same(token, bounce_token(token[0], row_id, mailed.email, secret=secret)):
        return None
    return None if mailed.is_old else mailed.email


def _by_message_id(session: Session, message_id: str, *, secret: bytes) -> str | None:
    for kind, table in _TABLE_OF.items():
        row_id = session.scalar(select(table.id).where(table.message_id == message_id))
        mailed = _KINDS[kind](session, row_id) if row_id is not None else None
        if row_id is None or mailed is None or mailed.is_old:
            continue
        expected = bounce_token(kind, row_id, mailed.email, secret=secret)
        # A followed place and a link keep the address that they were made with; a report may get another.
        if table is not Notification or same(session.get_one(Notification, row_id).sent_to or "", expected):
            return mailed.email
    return None


def _notification(session: Session, row_id: int) -> _Mailed | None:
    row = session.get(Notification, row_id)
    if row is None:
        return None
    if row.support_id is None:
        reader: Reporter | Support | None = session.scalar(select(Reporter).where(Reporter.report_id == row.report_id))
    else:
        reader = session.get(Support, row.support_id)
    if reader is None or reader.email is None:
        return None
    return _Mailed(reader.email, _is_old(row.created_at, reader.confirmed_at))


def _place_mail(session: Session, row_id: int) -> _Mailed | None:
    row = session.get(PlaceMail, row_id)
    follow = session.get(PlaceFollow, row.follow_id) if row is not None else None
    if row is None or follow is None or follow.email is None:
        return None
    return _Mailed(follow.email, _is_old(row.created_at, follow.confirmed_at))


def _resident_link(session: Session, row_id: int) -> _Mailed | None:
    row = session.get(ResidentLink, row_id)
    return _Mailed(row.email, is_old=row.used_at is not None) if row is not None else None


def _is_old(written_at: datetime, confirmed_at: datetime | None) -> bool:
    """Its owner has shown since that mails arrive; the same folder may be read twice."""
    return confirmed_at is not None and written_at < confirmed_at


_KINDS: dict[str, Callable[[Session, int], _Mailed | None]] = {
    BounceKind.NOTIFICATION.value: _notification,
    BounceKind.PLACE_MAIL.value: _place_mail,
    BounceKind.RESIDENT_LINK.value: _resident_link,
}
_TABLE_OF: dict[str, type[Notification | PlaceMail | ResidentLink]] = {
    BounceKind.NOTIFICATION.value: Notification,
    BounceKind.PLACE_MAIL.value: PlaceMail,
    BounceKind.RESIDENT_LINK.value: ResidentLink,
}
