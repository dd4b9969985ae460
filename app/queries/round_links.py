"""Links to one round for somebody without an account, and the round behind such a link."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, exists, func, or_, select, true
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from app.errors import N_, NotFound
from app.models import FieldEntry, Photo, Report, RoundLink, RouteList, Staff, Stop, StopReport
from app.models.links import round_token, same
from app.queries.crews import lists_of
from app.text import PEOPLES_ZONE

NO_SUCH_LINK = N_("This link to a round does not work. Check that you copied all of it, or ask who sent it to you.")
NO_SUCH_PHOTO = N_("This photo is not here.")
# A number of the database's own size; more digits are none.
_TOKEN = re.compile(r"(\d{1,18})-[\w-]{22}", re.ASCII)
# A page with twenty photos is one visit.
SEEN_EVERY = timedelta(minutes=5)


def linked_round(session: Session, token: str, *, secret: bytes) -> tuple[RouteList, RoundLink]:
    """The round alone, and the link, also one that has ended; raises NotFound. Two queries."""
    link = _link(session, token, secret=secret)
    return session.get_one(RouteList, link.route_list_id), link


def whole(session: Session, route_list: RouteList) -> RouteList:
    """The same round with everything that paper shows. Whether the asker may see it is the caller's to have asked."""
    query = select(RouteList).where(RouteList.id == route_list.id).options(*with_all())
    return session.scalars(query.execution_options(populate_existing=True)).one()


def with_all() -> tuple[ExecutableOption, ...]:
    """What a round shows on paper and in the cab: crew, vehicle, stops with lamps, materials, reports and photos."""
    stops = selectinload(RouteList.stops)
    reports = stops.selectinload(Stop.entries).joinedload(StopReport.report)
    return (
        joinedload(RouteList.crew),
        joinedload(RouteList.vehicle),
        stops.joinedload(Stop.asset),
        stops.selectinload(Stop.materials),
        reports.selectinload(Report.photos),
        reports.joinedload(Report.reporter),
        reports.joinedload(Report.asset),
    )


def round_for(session: Session, staff: Staff, route_list_id: int) -> RouteList:
    """The same for a member of staff; raises NotFound where it is not the person's."""
    query = select(RouteList).where(RouteList.id == route_list_id, lists_of(staff)).options(*with_all())
    found = session.scalar(query)
    if found is None:
        raise NotFound(N_("There is no such route list, or it is not your unit's."))
    return found


def note_use(link: RoundLink, *, at: datetime) -> None:
    """That the link was used; written down every five minutes at most."""
    if link.used_at is None or at - link.used_at >= SEEN_EVERY:
        link.used_at = at


def photo_of_round(session: Session, route_list: RouteList, photo_id: object) -> Photo:
    """A photo of a stop of the round, or of one of its reports as far as a contractor sees it; raises NotFound.

    Of a report's photos those that the desk has let through, as units outside see them: nobody need have looked at the
    others.
    """
    on_round = select(StopReport.report_id).join(Stop, Stop.id == StopReport.stop_id)
    seen = and_(
        Photo.report_id.in_(on_round.where(Stop.route_list_id == route_list.id)),
        exists().where(Report.id == Photo.report_id, Report.hidden_at.is_(None), Report.forgotten_at.is_(None)),
        or_(Photo.public, Photo.by_crew),
    )
    of_stop = Photo.stop_id.in_(select(Stop.id).where(Stop.route_list_id == route_list.id))
    photo = session.scalar(select(Photo).where(Photo.id == photo_id, or_(of_stop, seen)))
    if photo is None:
        raise NotFound(NO_SUCH_PHOTO)
    return photo


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A link as its unit sees it: by whom it was made, and how many taps came through it."""

    link: RoundLink
    made_by: str
    taps: int
    last_tap_at: datetime | None

    @property
    def last_day(self) -> date:
        """The last day on which it opens the round."""
        return last_day_of(self.link)

    def works(self, at: datetime) -> bool:
        """Whether it still opens the round."""
        return self.link.revoked_at is None and at < self.link.ends_at


def last_day_of(link: RoundLink) -> date:
    """The day at whose end it ends, where people live."""
    return (link.ends_at - timedelta(seconds=1)).astimezone(PEOPLES_ZONE).date()


def links_of(session: Session, staff: Staff, route_list_id: int) -> Sequence[ShownLink]:
    """The links of a round, the newest first; none where the round is not the person's."""
    taps = (
        select(func.count(FieldEntry.id).label("n"), func.max(FieldEntry.received_at).label("at"))
        .where(FieldEntry.link_id == RoundLink.id)
        .lateral()
    )
    query = (
        select(RoundLink, Staff.name, taps.c.n, taps.c.at)
        .join(RouteList, RouteList.id == RoundLink.route_list_id)
        .outerjoin(Staff, Staff.id == RoundLink.created_by_id)
        .join(taps, true())
        .where(RoundLink.route_list_id == route_list_id, lists_of(staff))
        .order_by(RoundLink.id.desc())
    )
    return [ShownLink(link, name or "", taps, at) for link, name, taps, at in session.execute(query)]


def link_for(session: Session, staff: Staff, route_list_id: int, link_id: int) -> RoundLink:
    """The link, locked; raises NotFound where it is not the person's."""
    query = (
        select(RoundLink)
        .join(RouteList, RouteList.id == RoundLink.route_list_id)
        .where(RoundLink.id == link_id, RoundLink.route_list_id == route_list_id, lists_of(staff))
        .with_for_update(of=RoundLink)
    )
    link = session.scalar(query)
    if link is None:
        raise NotFound(N_("There is no such link."))
    return link


def _link(session: Session, token: str, *, secret: bytes) -> RoundLink:
    found = _TOKEN.fullmatch(token)
    link = session.get(RoundLink, int(found[1])) if found else None
    if link is None or not same(token, round_token(link, secret=secret)):
        raise NotFound(NO_SUCH_LINK)
    return link
