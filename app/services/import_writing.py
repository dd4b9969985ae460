"""Writes many reports of the past at once: numbers for all, then two COPYs in the caller's transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg import sql
from sqlalchemy import select, text

from app.models import Report
from app.models.history import REPORT_COLUMNS, UPDATE_COLUMNS
from app.models.reference import make_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy.orm import Session

    from app.models.history import PastReport
    from app.services.import_rows import Candidate

_IDS = text("SELECT nextval(pg_get_serial_sequence('report', 'id')) FROM generate_series(1, :count)")
_NUMBERS = text("SELECT nextval('report_number') FROM generate_series(1, :count)")


@dataclass(frozen=True, slots=True)
class Numbered:
    """A report of the past with its id and its reference here."""

    candidate: Candidate
    past: PastReport
    report_id: int
    reference: str


def take_turns(session: Session, source: str) -> None:
    """Two imports from one system at once would both find its rows new: the second waits for the first."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"import {source}"})
    # A large file takes longer than any page may.
    session.execute(text("SET LOCAL statement_timeout = 0"))


def known_numbers(session: Session, source: str) -> dict[str, int]:
    """Number in the other system -> id here, of all that came from it."""
    query = select(Report.source_ref, Report.id).where(Report.source == source, Report.source_ref.is_not(None))
    return {str(number): report_id for number, report_id in session.execute(query)}


def allocate(session: Session, fresh: list[Candidate]) -> list[Numbered]:
    """Ids and references in the file's order."""
    count = {"count": len(fresh)}
    ids = session.scalars(_IDS, count).all()
    numbers = session.scalars(_NUMBERS, count).all()
    return [
        Numbered(one, one.past, int(i), make_reference(year=one.past.created_at.year, number=int(n)))
        for one, i, n in zip(fresh, ids, numbers, strict=True)
    ]


def write(session: Session, rows: list[Numbered], *, progress: Callable[[int], None]) -> None:
    """All reports in one statement, because a duplicate may stand before the report that it repeats."""
    reports = (
        one.past.report_row(report_id=one.report_id, reference=one.reference, nonce=secrets.token_hex(16))
        for one in rows
    )
    _copy(session, "report", REPORT_COLUMNS, _counted(reports, progress))
    _copy(
        session,
        "report_update",
        UPDATE_COLUMNS,
        (line for one in rows for line in one.past.update_rows(one.report_id)),
    )


def _counted(rows: Iterable[tuple[Any, ...]], progress: Callable[[int], None]) -> Iterable[tuple[Any, ...]]:
    for done, row in enumerate(rows, start=1):
        if done % 500 == 0:
            progress(done)
        yield row


def _copy(session: Session, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    raw: Any = session.connection().connection.driver_connection
    with raw.cursor().copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
