"""What is known of an e-mail address: whether its owner confirmed it, and what waits for that."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from app.models import PlaceFollow, Report, Reporter, Support

KNOWN_FOR = timedelta(days=365)
ONE_DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Waiting:
    """Sent with one address within a day and not confirmed: one mail went out for all of it."""

    reports: list[Report]
    supports: list[Support]
    follows: list[PlaceFollow] = field(default_factory=list)


def is_confirmed(session: Session, email: str, *, at: datetime) -> bool:
    """Whether the owner of the address confirmed anything in the last twelve months, and mails still arrive."""
    typed, since = email.strip().lower(), at - KNOWN_FOR
    as_reporter = select(Reporter.id).where(
        func.lower(Reporter.email) == typed, Reporter.confirmed_at > since, Reporter.bounced_at.is_(None)
    )
    as_supporter = select(Support.id).where(
        func.lower(Support.email) == typed, Support.confirmed_at > since, Support.bounced_at.is_(None)
    )
    as_follower = select(PlaceFollow.id).where(
        func.lower(PlaceFollow.email) == typed, PlaceFollow.confirmed_at > since, PlaceFollow.bounced_at.is_(None)
    )
    return bool(session.scalar(select(or_(exists(as_reporter), exists(as_supporter), exists(as_follower)))))


def waiting_for(session: Session, email: str, *, around: datetime, until: datetime | None = None) -> Waiting:
    """What was sent with this address up to a day before `around` or after it (or after `until`), oldest first.

    Reports come with reporter and history; of supports it counts when the address was given.
    """
    typed, since, until = email.strip().lower(), around - ONE_DAY, (until or around) + ONE_DAY
    reports = (
        select(Report)
        .join(Report.reporter)
        .where(
            func.lower(Reporter.email) == typed,
            Reporter.confirmed_at.is_(None),
            Report.created_at.between(since, until),
            Report.hidden_at.is_(None),
        )
        .options(contains_eager(Report.reporter), selectinload(Report.updates))
        .order_by(Report.id)
        .limit(50)
    )
    return Waiting(
        list(session.scalars(reports)),
        list(session.scalars(_supports(typed, since, until))),
        list(session.scalars(_follows(typed, since, until))),
    )


def _follows(typed: str, since: datetime, until: datetime) -> Select[PlaceFollow]:
    return (
        select(PlaceFollow)
        .where(
            func.lower(PlaceFollow.email) == typed,
            PlaceFollow.confirmed_at.is_(None),
            PlaceFollow.ended_at.is_(None),
            PlaceFollow.asked_at.between(since, until),
        )
        .order_by(PlaceFollow.id)
        .limit(50)
    )


def _supports(typed: str, since: datetime, until: datetime) -> Select[Support]:
    return (
        select(Support)
        .where(
            func.lower(Support.email) == typed,
            Support.confirmed_at.is_(None),
            Support.ended_at.is_(None),
            Support.asked_at.between(since, until),
        )
        .options(joinedload(Support.report))
        .order_by(Support.id)
        .limit(50)
    )
