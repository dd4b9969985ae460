"""Links for contractors: one round each, until a day, ended at any moment."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import N_, Conflict, Invalid
from app.models import RoundLink, RouteList, Staff
from app.text import PEOPLES_ZONE, one_line

MOST_DAYS = 60
MOST_SIGNS = 80
# Two taps on one button are one link.
SAME_TAP = timedelta(seconds=30)
WHO = N_("Say who gets the link, with at most 80 characters.")
WHEN = N_("Choose a last day between today and 60 days from now.")
OVER = N_("The route list is closed, so nobody needs a link to it.")


def make(
    session: Session, route_list: RouteList, *, name: str, last_day: date | None, by: Staff, at: datetime
) -> RoundLink:
    """A link that opens the round until the end of `last_day`. Raises Invalid with the fields, or Conflict."""
    if not route_list.is_open:
        raise Conflict(OVER)
    name, today = one_line(name), at.astimezone(PEOPLES_ZONE).date()
    wrong = {} if 0 < len(name) <= MOST_SIGNS else {"name": WHO}
    if last_day is None or not today <= last_day <= today + timedelta(days=MOST_DAYS):
        raise Invalid(WHEN, fields={**wrong, "last_day": WHEN})
    if wrong:
        raise Invalid(WHO, fields=wrong)
    link = RoundLink(
        route_list_id=route_list.id, name=name, created_by_id=by.id, created_at=at, ends_at=end_of(last_day)
    )
    known = _made_just_now(session, link)
    if known is None:
        session.add(link)
        session.flush()  # The address holds the link's number.
    return known or link


def end(link: RoundLink, *, at: datetime) -> None:
    """From now on it opens nothing. Ended twice is ended once."""
    link.revoked_at = link.revoked_at or at


def last_day_for(route_list: RouteList, *, at: datetime) -> date:
    """What the form proposes: the day after the round, or today where that is over."""
    today = at.astimezone(PEOPLES_ZONE).date()
    return min(max(route_list.day + timedelta(days=1), today), today + timedelta(days=MOST_DAYS))


def end_of(day: date) -> datetime:
    """Midnight after the day, where people live."""
    return datetime.combine(day + timedelta(days=1), time(), PEOPLES_ZONE)


def _made_just_now(session: Session, link: RoundLink) -> RoundLink | None:
    query = select(RoundLink).where(
        RoundLink.route_list_id == link.route_list_id,
        RoundLink.name == link.name,
        RoundLink.created_by_id == link.created_by_id,
        RoundLink.ends_at == link.ends_at,
        RoundLink.revoked_at.is_(None),
        RoundLink.created_at > link.created_at - SAME_TAP,
    )
    return session.scalar(query.limit(1))
