"""The owner of an address wants to hear about a place: one follow for each place, and not too many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from app.errors import N_, Conflict
from app.models import PlaceFollow, PlaceNews
from app.queries.place_following import follows_of, is_same_place
from app.queries.place_news import newest_event
from app.services import bounces, mail_turns

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

MOST_PLACES = 20
TOO_MANY_PLACES = N_(
    "You follow %(most)s places already. End one of them first: the link stands in each mail about it."
)


def confirm(session: Session, follow: PlaceFollow, *, at: datetime) -> None:
    """The mails begin with what happens from now on; again, or after it was ended, it changes nothing.

    Raises Conflict when the address follows too many places.
    """
    if follow.email is None or follow.ended_at is not None:
        return
    bounces.works_again(session, follow.email, at=at)
    if follow.confirmed_at is not None:
        return
    hold_address(session, follow.email)
    if has_enough(session, follow):
        raise Conflict(TOO_MANY_PLACES, most=MOST_PLACES)
    keep_only(session, follow, _confirmed(session, follow), at=at)
    follow.confirm(at=at)
    mail_turns.give_back(session, follow.email, at=at)
    begin_now(session, follow)


def has_enough(session: Session, follow: PlaceFollow) -> bool:
    """Whether the address follows as many other places as it may."""
    others = [one for one in _confirmed(session, follow) if one.id != follow.id and not is_same_place(one, follow)]
    return len(others) >= MOST_PLACES


def _confirmed(session: Session, follow: PlaceFollow) -> list[PlaceFollow]:
    return [one for one in follows_of(session, follow.email or "") if one.confirmed_at is not None]


def keep_only(session: Session, follow: PlaceFollow, others: list[PlaceFollow], *, at: datetime) -> None:
    """The same place twice would be the same mail twice: what was chosen last stays."""
    for other in others:
        if other.id != follow.id and is_same_place(other, follow):
            other.end(at=at)
    session.flush()


def begin_now(session: Session, follow: PlaceFollow) -> None:
    """Only what happens from now on is news; what waits to be told is forgotten."""
    follow.told_until = newest_event(session)
    session.execute(delete(PlaceNews).where(PlaceNews.follow_id == follow.id))


def hold_address(session: Session, email: str) -> None:
    """Nobody else changes what this address follows until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"follows of {email.lower()}"))))
