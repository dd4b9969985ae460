"""Forgetting a person at once, for good: one report by its reporter or the desk, or everything of one address.

What goes stands in app/services/forgetting.py. What stays: place, category, dates, statuses, what the municipality did
and answered, the crew's photos. Allowed at any time, also while the report is open: the desk reads in the history
that it happened, and may have to look at the place itself.
"""

# ruff: noqa: S608  (the statements are put together of our own words; what people gave goes as parameters)

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import inspect, select, text

from app.errors import Gone
from app.models import REPORTER, Actor, ErasedKind, Erasure, Report, Reporter, Update, UpdateKind
from app.models.address import ascii_address
from app.models.links import follow_token
from app.queries.erasures import DONE, link_hash
from app.queries.mine import reports_of
from app.services import forgetting
from app.services.decisions import check_version
from app.services.forgetting_traces import HEX
from app.services.mail_folder import mails_to

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from app.models import Staff
    from app.storage import PhotoStore


@dataclass(frozen=True)
class Files:
    """Where files about people lie, and the key of the secret links."""

    photos: PhotoStore
    mail_dir: Path
    secret: bytes


@dataclass
class Erased:
    """How many of each kind went: reports with their parts, and what belonged to the address alone."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, count: int) -> None:
        """So many more; nothing is no kind."""
        if count:
            self.counts[kind] = self.counts.get(kind, 0) + count


def erase_by_desk(
    session: Session, report: Report, *, files: Files, by: Staff, at: datetime, version: int | None = None
) -> Update:
    """Forget the person behind a report because somebody asked the desk. Raises Conflict for an older page."""
    check_version(report, version)
    _hold(session, report)
    check_version(report, version)
    _erase(session, [report], files=files, actor=Actor.of(by), at=at)
    query = select(Update).where(Update.report_id == report.id, Update.kind == UpdateKind.ERASED.value)
    return session.scalars(query.order_by(Update.id.desc()).limit(1)).one()


def erase_by_reporter(session: Session, report: Report, *, files: Files, at: datetime) -> Erased:
    """Forget the holder of the report's secret link, which ends. Raises Gone when it was done a moment ago."""
    nonce = report.nonce
    _hold(session, report)
    if report.nonce != nonce:
        raise Gone(DONE)
    return _erase(session, [report], files=files, actor=REPORTER, at=at)


def erase_address(session: Session, email: str, *, files: Files, at: datetime) -> Erased:
    """Forget the owner of an address who is signed in by it: reports, supports, places, links, sessions.

    Of reports that its owner never confirmed only the address goes: the rest may be somebody else's.
    """
    reports = reports_of(session, email)
    for report in sorted(reports, key=lambda one: one.id):
        _hold(session, report)
    erased = _erase(session, reports, files=files, actor=REPORTER, at=at)
    for kind, statement in _OF_ADDRESS:
        rows = session.execute(text(statement), {"email": ascii_address(email).lower(), "at": at}).all()
        erased.add(kind, len(rows))
        if kind in {ErasedKind.SUPPORT, ErasedKind.PLACE_FOLLOW}:
            for row in rows:
                session.add(Erasure(kind=kind, row_id=row.id, row_created_at=row.created_at, at=at))
    forgetting.empty_mails_from(session, email)
    forgetting.free_mailboxes(session, [email])
    letters = forgetting.Forgotten(message_ids=mails_to(files.mail_dir, email))
    forgetting.after_commit(session, photos=files.photos, gone=letters, mail_dir=files.mail_dir)
    session.flush()
    return erased


def erase_again(session: Session, kept: Sequence[Erasure], *, photos: PhotoStore) -> int:
    """After a restore: what was erased since the backup was made goes once more. Gives how many came back with it."""
    known = {tuple(row) for row in session.execute(select(*_WHICH))}
    again = 0
    for one in kept:
        if (one.kind, one.row_id, one.at) in known:
            continue
        copied = {name: getattr(one, name) for name in ("kind", "row_id", "row_created_at", "link_hash", "at")}
        session.add(Erasure(**copied))
        again += _again(session, one, photos=photos)
    session.flush()
    return again


def _again(session: Session, one: Erasure, *, photos: PhotoStore) -> int:
    """The row only if it is the same one: its number may be another's in another installation."""
    given = {"id": one.row_id, "made": one.row_created_at}
    if one.kind != ErasedKind.REPORT:
        return len(session.execute(text(_AGAIN[ErasedKind(one.kind)]), given).all())
    report = session.scalar(
        select(Report).where(
            Report.id == one.row_id,
            Report.created_at == one.row_created_at,
            (Report.forgotten_at.is_(None)) | (Report.forgotten_at < one.at),
        )
    )
    if report is None:
        return 0
    report.nonce = secrets.token_hex(16)
    gone = forgetting.forget(session, [report.id], at_wish=True, actor=REPORTER, at=one.at)
    forgetting.after_commit(session, photos=photos, gone=gone)
    return 1


def _hold(session: Session, report: Report) -> None:
    """The report as it is now, and nobody else's to change until we are done."""
    session.flush()
    columns = [column.key for column in inspect(Report).column_attrs if not column.deferred]
    session.refresh(report, columns, with_for_update=True)


def _erase(session: Session, reports: Sequence[Report], *, files: Files, actor: Actor, at: datetime) -> Erased:
    """Expects the reports to be held."""
    erased = Erased()
    if not reports:
        return erased
    for report in reports:
        if actor == REPORTER and report.is_open and not report.is_placed:
            # Its address was all that told where it is.
            report.withdraw(actor=actor, at=at)
        ended = link_hash(follow_token(report, secret=files.secret))
        session.add(
            Erasure(
                kind=ErasedKind.REPORT.value, row_id=report.id, row_created_at=report.created_at, link_hash=ended, at=at
            )
        )
        report.nonce = secrets.token_hex(16)
    gone = forgetting.forget(session, [report.id for report in reports], at_wish=True, actor=actor, at=at)
    forgetting.after_commit(session, photos=files.photos, gone=gone, mail_dir=files.mail_dir)
    erased.add("reports", len(reports))
    for kind, count in gone.counts.items():
        erased.add(kind, count)
    for one in list(session.identity_map.values()):
        # What the session remembers of the rows is no longer true.
        if isinstance(one, Report | Reporter):
            session.expire(one, [column.key for column in one.__mapper__.column_attrs])
    return erased


_WHICH = (Erasure.kind, Erasure.row_id, Erasure.at)
_MINE = "lower(email) = :email"
_NO_SUPPORTER = f"""
    email = NULL, confirmed_at = NULL, language = '{forgetting.NO_LANGUAGE}', nonce = {HEX},
    key = {HEX} || {HEX}
"""
_OF_ADDRESS: tuple[tuple[str, str], ...] = (
    ("unconfirmed", f"UPDATE reporter SET email = NULL WHERE {_MINE} RETURNING id"),
    (ErasedKind.SUPPORT.value, f"UPDATE support SET {_NO_SUPPORTER} WHERE {_MINE} RETURNING id, created_at"),
    (ErasedKind.PLACE_FOLLOW.value, f"DELETE FROM place_follow WHERE {_MINE} RETURNING id, created_at"),
    ("links", f"DELETE FROM resident_link WHERE {_MINE} RETURNING id"),
    ("residents", f"DELETE FROM resident_session WHERE {_MINE} RETURNING token_hash"),
)
_AGAIN = {
    ErasedKind.SUPPORT: (
        f"UPDATE support SET {_NO_SUPPORTER} WHERE id = :id AND created_at = :made AND email IS NOT NULL RETURNING id"
    ),
    ErasedKind.PLACE_FOLLOW: "DELETE FROM place_follow WHERE id = :id AND created_at = :made RETURNING id",
}
