"""What belongs to an e-mail address alone: reports of others and places that it follows, links and browsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.models import IncomingMail, PlaceFollow, ResidentLink, ResidentSession, Support
from app.models.address import ascii_address
from app.services import my_data_file as file

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def followed_reports(session: Session, email: str | None) -> list[file.FollowedReport]:
    """Confirmed or not; nothing without an address, as in the others."""
    query = select(Support).where(func.lower(Support.email) == _spelled(email)).options(joinedload(Support.report))
    return [
        file.FollowedReport(
            reference=one.report.shown_reference,
            since=one.created_at,
            counted=one.counted,
            email=one.email or "",
            confirmed_at=one.confirmed_at,
            ended_at=one.ended_at,
        )
        for one in (session.scalars(query.order_by(Support.id)) if email else ())
    ]


def followed_places(session: Session, email: str | None) -> list[file.FollowedPlace]:
    """Confirmed or not."""
    query = select(PlaceFollow).where(func.lower(PlaceFollow.email) == _spelled(email)).order_by(PlaceFollow.id)
    return [
        file.FollowedPlace(
            label=one.label,
            lat=one.lat,
            lon=one.lon,
            radius=one.radius,
            street=one.street,
            since=one.created_at,
            confirmed_at=one.confirmed_at,
            ended_at=one.ended_at,
        )
        for one in (session.scalars(query) if email else ())
    ]


def sign_ins(session: Session, email: str | None) -> list[file.SignIn]:
    """Oldest first."""
    if not email:
        return []
    links = session.scalars(select(ResidentLink).where(func.lower(ResidentLink.email) == _spelled(email)))
    browsers = session.scalars(select(ResidentSession).where(func.lower(ResidentSession.email) == _spelled(email)))
    found = [file.SignIn(what="link", at=one.created_at, until=one.expires_at, used_at=one.used_at) for one in links]
    found += [file.SignIn(what="browser", at=one.created_at, until=one.expires_at, used_at=None) for one in browsers]
    return sorted(found, key=lambda one: one.at)


def mails_in(session: Session, email: str | None) -> list[file.MailIn]:
    """Mails of hers that no report was made of, oldest first."""
    query = select(IncomingMail).where(func.lower(IncomingMail.sender) == _spelled(email)).order_by(IncomingMail.id)
    return [
        file.MailIn(at=one.received_at, subject=one.subject, words=one.body)
        for one in (session.scalars(query) if email else ())
    ]


def _spelled(email: str | None) -> str:
    return ascii_address(email or "").lower()
