"""What belongs to an e-mail address: its reports, its "mine too", its places. Every query starts from the address."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from app.models import OPEN, PlaceFollow, Report, Reporter, Support
from app.models.address import ascii_address
from app.queries.mailboxes import Waiting

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.sql.base import ExecutableOption

# More than anybody follows by hand; a page shows them all.
MOST = 100
_IS_OPEN = Report.status.in_(sorted(OPEN))


class Edge(NamedTuple):
    """Where a page of the list ends: open reports come first, then the newest."""

    is_open: bool
    created_at: datetime
    id: int


@dataclass(frozen=True)
class Counts:
    """Of one address: open and closed reports, how many of all of them send no mails, and whether those come back."""

    open: int
    closed: int
    stopped: int
    bounced: bool
    languages: list[str]


@dataclass(frozen=True)
class Mine:
    """One page of reports with their reporter, and all that stands beside them; `older` is where the next begins."""

    reports: list[Report]
    older: Edge | None
    counts: Counts
    waiting: Waiting
    supports: list[Support] = field(default_factory=list)
    follows: list[PlaceFollow] = field(default_factory=list)

    @property
    def bounced(self) -> bool:
        """Whether mails to the address come back."""
        others = [one.bounced_at for one in self.supports] + [one.bounced_at for one in self.follows]
        return self.counts.bounced or any(others)

    @property
    def languages(self) -> set[str]:
        """In which languages its mails are written."""
        of_others = [one.language for one in self.supports] + [one.language for one in self.follows]
        return {*self.counts.languages, *of_others}


def sent_by(email: str) -> ColumnElement[bool]:
    """Reports of this address, in any spelling, whose owner said that they are theirs; join `Report.reporter`."""
    return and_(_of(Reporter, email), Reporter.confirmed_at.is_not(None))


def reports_of(session: Session, email: str, *options: ExecutableOption) -> list[Report]:
    """All of them with their reporter, newest first; those that its owner never confirmed may be a stranger's."""
    query = (
        select(Report)
        .join(Report.reporter)
        .where(sent_by(email))
        .options(contains_eager(Report.reporter), *options)
        .order_by(Report.created_at.desc(), Report.id.desc())
    )
    return list(session.scalars(query))


def is_known(session: Session, email: str) -> bool:
    """Whether anything was sent or is followed with this address, confirmed or not."""
    found = [exists(select(table.id).where(_of(table, email))) for table in (Reporter, Support, PlaceFollow)]
    return bool(session.scalar(select(or_(*found))))


def is_used_elsewhere(session: Session, report: Report) -> bool:
    """Whether the address of this report is used for anything else; False until its owner has confirmed it here."""
    reporter = report.reporter
    if reporter is None or reporter.email is None or reporter.confirmed_at is None:
        return False
    found = [
        exists(select(Reporter.id).where(_of(Reporter, reporter.email), Reporter.id != reporter.id)),
        *(
            exists(select(table.id).where(_of(table, reporter.email), table.ended_at.is_(None)))
            for table in (Support, PlaceFollow)
        ),
    ]
    return bool(session.scalar(select(or_(*found))))


def everything(session: Session, email: str, *, shown: str, before: Edge | None, limit: int) -> Mine:
    """What the owner of the address sees; `shown` is open, closed or all. Seven queries, however much there is."""
    reports = _page(session, email, shown=shown, before=before, limit=limit + 1)
    last = reports[limit - 1] if len(reports) > limit else None
    return Mine(
        reports=reports[:limit],
        older=Edge(last.is_open, last.created_at, last.id) if last is not None else None,
        counts=_counts(session, email),
        waiting=waiting_for_owner(session, email),
        supports=_supports(session, email),
        follows=_follows(session, email),
    )


def waiting_for_owner(session: Session, email: str) -> Waiting:
    """What was sent with the address and not confirmed, newest first: a stranger may have typed it."""
    reports = (
        select(Report)
        .join(Report.reporter)
        .where(_of(Reporter, email), Reporter.confirmed_at.is_(None), Report.hidden_at.is_(None))
        .options(contains_eager(Report.reporter), selectinload(Report.updates))
        .order_by(Report.id.desc())
    )
    supports = (
        select(Support)
        .where(_of(Support, email), Support.confirmed_at.is_(None), Support.ended_at.is_(None))
        .options(joinedload(Support.report))
        .order_by(Support.id.desc())
    )
    return Waiting(list(session.scalars(reports.limit(MOST))), list(session.scalars(supports.limit(MOST))))


def by_references(session: Session, references: Collection[str]) -> list[Report]:
    """Bare reports, for who shows by a link that each may be told of. One query."""
    if not references:
        return []
    return list(session.scalars(select(Report).where(Report.reference.in_(sorted(references)))))


def support_of(session: Session, email: str, support_id: int) -> Support | None:
    """One "mine too" of this address, None when it is somebody else's."""
    return session.scalar(_my_supports(email).where(Support.id == support_id).with_for_update(of=Support))


def waiting_support_of(session: Session, email: str, support_id: int) -> Support | None:
    """One "mine too" that was given this address and waits, None when it is somebody else's."""
    waits = (_of(Support, email), Support.confirmed_at.is_(None), Support.ended_at.is_(None))
    return session.scalar(select(Support).where(Support.id == support_id, *waits).with_for_update(of=Support))


def waiting_follow_of(session: Session, email: str, follow_id: int) -> PlaceFollow | None:
    """One place that waits for the owner of this address, None when it is somebody else's."""
    waits = (_of(PlaceFollow, email), PlaceFollow.confirmed_at.is_(None), PlaceFollow.ended_at.is_(None))
    return session.scalar(select(PlaceFollow).where(PlaceFollow.id == follow_id, *waits).with_for_update())


def _of(table: type[Reporter | Support | PlaceFollow], email: str) -> ColumnElement[bool]:
    return func.lower(table.email) == ascii_address(email).lower()


def _page(session: Session, email: str, *, shown: str, before: Edge | None, limit: int) -> list[Report]:
    order = (_IS_OPEN, Report.created_at, Report.id)
    query = (
        select(Report)
        .join(Report.reporter)
        .where(sent_by(email))
        .options(contains_eager(Report.reporter))
        .order_by(*(key.desc() for key in order))
        .limit(limit)
    )
    if shown != "all":
        query = query.where(_IS_OPEN if shown == "open" else ~_IS_OPEN)
    if before is not None:
        query = query.where(tuple_(*order) < tuple_(*before))
    return list(session.scalars(query))


def _counts(session: Session, email: str) -> Counts:
    all_of_it = func.count()
    query = select(
        all_of_it.filter(_IS_OPEN),
        all_of_it.filter(~_IS_OPEN),
        all_of_it.filter(Reporter.stopped_at.is_not(None)),
        func.coalesce(func.bool_or(Reporter.bounced_at.is_not(None)), False),
        func.coalesce(func.array_agg(Reporter.language.distinct()), []),
    )
    return Counts(*session.execute(query.join_from(Report, Reporter).where(sent_by(email))).one())


def _my_supports(email: str) -> Select[Support]:
    return select(Support).where(_of(Support, email), Support.confirmed_at.is_not(None), Support.ended_at.is_(None))


def _supports(session: Session, email: str) -> list[Support]:
    query = _my_supports(email).options(joinedload(Support.report)).order_by(Support.id.desc()).limit(MOST)
    return list(session.scalars(query))


def _follows(session: Session, email: str) -> list[PlaceFollow]:
    query = select(PlaceFollow).where(_of(PlaceFollow, email), PlaceFollow.ended_at.is_(None))
    return list(session.scalars(query.order_by(PlaceFollow.id.desc()).limit(MOST)))
