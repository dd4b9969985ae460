"""The part of the check-up that asks the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import revisions
from app.queries.deliveries import MOST_AN_HOUR, switched_off_lately
from app.services.checkup import Finding, check_clock
from app.services.checkup_roads import check_network

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from app.routing import Rules

OLDEST_POSTGRESQL, OLDEST_POSTGIS = 14, (3, 1)
# A worker says every few seconds that it is alive; two minutes leave room for a restart.
SILENT = timedelta(minutes=2)
OVERDUE = timedelta(minutes=10)
# The worker does it every hour; a day leaves room for repairs.
RETENTION_LATE = timedelta(days=1)
_LATE = text("""
    SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND coalesce(scheduled_at, now()) < now() - :overdue
""")


def examine(engine: Engine, rules: Rules | None, *, at: datetime) -> Iterator[Finding]:
    """Each part in turn; without the tables, nothing can be said about what stands in them."""
    with engine.connect() as connection:
        yield _version(connection)
        postgis = _postgis(connection)
        yield postgis
        tables = _tables(engine)
        yield tables
        yield check_clock(at, connection.scalar(text("SELECT clock_timestamp()")) or at)
        if tables.level == "ok":
            yield _rules_in_force(connection, rules)
            yield _worker(connection)
            yield _undelivered(connection)
            yield _mailboxes(connection, at)
            yield _administrator(connection)
            yield _retention(connection)
            yield check_network(connection, rules, at=at)


def _version(connection: Connection) -> Finding:
    shown = str(connection.scalar(text("SHOW server_version")))
    if int(connection.scalar(text("SHOW server_version_num")) or 0) // 10000 < OLDEST_POSTGRESQL:
        return Finding(
            "database", "problem", f"PostgreSQL {shown} is too old.", f"Upgrade it to {OLDEST_POSTGRESQL} or newer."
        )
    return Finding("database", "ok", f"PostgreSQL {shown} answers.")


def _postgis(connection: Connection) -> Finding:
    found = connection.scalar(text("SELECT extversion FROM pg_extension WHERE extname = 'postgis'"))
    if found is None:
        offered = connection.scalar(text("SELECT default_version FROM pg_available_extensions WHERE name = 'postgis'"))
        advice = (
            "Run `CREATE EXTENSION postgis` in the database as its superuser."
            if offered
            else "Install PostGIS on the database server."
        )
        return Finding("postgis", "problem", "The database has no PostGIS.", advice)
    if tuple(int(part) for part in str(found).split(".")[:2]) < OLDEST_POSTGIS:
        return Finding("postgis", "problem", f"PostGIS {found} is too old.", "Upgrade it to 3.1 or newer.")
    return Finding("postgis", "ok", f"PostGIS {found} is there.")


def _tables(engine: Engine) -> Finding:
    current, newest, known = revisions(engine)
    if current is None:
        return Finding("tables", "problem", "The database has no tables yet.", "Run `gatami migrate`.")
    if not known:
        return Finding(
            "tables",
            "problem",
            f"The tables ({current}) are of a newer version of GataMi than this one ({newest}).",
            "Install that version, or restore a backup that this one made.",
        )
    if current != newest:
        return Finding(
            "tables",
            "problem",
            f"The tables ({current}) are older than this version ({newest}).",
            "Make a backup, then run `gatami migrate`.",
        )
    return Finding("tables", "ok", f"The tables are of this version ({current}).")


def _rules_in_force(connection: Connection, rules: Rules | None) -> Finding:
    row = connection.execute(text("SELECT sha256, loaded_at, error FROM rules_state WHERE id = 1")).one_or_none()
    if row is None:
        return Finding("rules in force", "ok", "No web server has loaded the rules yet.")
    since = f"{row.loaded_at:%Y-%m-%d %H:%M} UTC"
    if row.error:
        return Finding(
            "rules in force",
            "problem",
            f"Since {since} a rules file with mistakes lies there; the older rules are in force.",
            "Run `gatami rules check`, mend the file, and it is taken in by itself.",
        )
    if rules is not None and row.sha256 != rules.sha256:
        return Finding(
            "rules in force",
            "warning",
            f"The rules in force since {since} are not those of the file.",
            "A running web server takes them in within seconds; otherwise start it.",
        )
    return Finding("rules in force", "ok", f"The rules of the file are in force since {since}.")


def _worker(connection: Connection) -> Finding:
    silent_for = connection.scalar(text("SELECT now() - max(last_heartbeat) FROM procrastinate_workers"))
    waiting = connection.scalar(_LATE.bindparams(overdue=OVERDUE)) or 0
    if silent_for is not None and silent_for < SILENT and not waiting:
        return Finding("worker", "ok", f"A worker is alive (last heard {silent_for.total_seconds():.0f} s ago).")
    if silent_for is not None and silent_for < SILENT:
        return Finding(
            "worker",
            "warning",
            f"A worker is alive, but {_late(waiting)}.",
            "Look at the worker's log; start another `gatami worker` if it has too much to do.",
        )
    advice = "Start `gatami run` or `gatami worker`."
    if waiting:
        return Finding("worker", "problem", f"No worker is alive, and {_late(waiting)}.", advice)
    return Finding("worker", "warning", "No worker is alive, so no mail goes out.", advice)


def _late(jobs: int) -> str:
    return f"{jobs} {'job is' if jobs == 1 else 'jobs are'} more than ten minutes late"


def _undelivered(connection: Connection) -> Finding:
    counts = [
        connection.scalar(text(f"SELECT count(*) FROM {table} WHERE state IN ('failed', 'unknown')")) or 0  # noqa: S608  (our own names)
        for table in ("delivery", "notification")
    ]
    if any(counts):
        return Finding(
            "deliveries",
            "warning",
            f"{counts[0]} forwardings and {counts[1]} mails to reporters could not be delivered.",
            "Open /staff/deliveries: each says why, and can be tried again.",
        )
    return Finding("deliveries", "ok", "Nothing is undelivered.")


def _mailboxes(connection: Connection, at: datetime) -> Finding:
    """Mail servers that refuse everybody refuse us."""
    with Session(connection) as session:
        lately = switched_off_lately(session, at=at)
    if lately >= MOST_AN_HOUR:
        return Finding(
            "mailboxes",
            "problem",
            f"Mail servers refused {lately} addresses within an hour as not there; no more are switched off.",
            "Check GATAMI_MAIL_FROM, its SPF and DKIM, and what the mail server says in /staff/deliveries.",
        )
    return Finding("mailboxes", "ok", f"Addresses switched off in the last hour: {lately}.")


def _administrator(connection: Connection) -> Finding:
    query = text("SELECT count(*) FROM staff WHERE active AND role = 'admin' AND password_hash IS NOT NULL")
    if connection.scalar(query):
        return Finding("staff", "ok", "There is an administrator who can sign in.")
    return Finding(
        "staff",
        "warning",
        "No administrator can sign in.",
        "Run `gatami staff add EMAIL --name NAME --role admin`, then `gatami staff invite EMAIL`.",
    )


def _retention(connection: Connection) -> Finding:
    row = connection.execute(text("SELECT at, now() - at AS since, counts FROM retention_run")).one_or_none()
    advice = "Start `gatami run` or `gatami worker`, or run `gatami retention`."
    if row is None:
        old = text("SELECT exists(SELECT FROM report WHERE created_at < now() - CAST(:late AS interval))")
        if connection.scalar(old.bindparams(late=RETENTION_LATE)):
            return Finding("retention", "problem", "What has had its time has never been deleted here.", advice)
        return Finding("retention", "ok", "Nothing has had its time yet; the worker looks every hour.")
    went = sum(row.counts.values())
    when = f"{row.at:%Y-%m-%d %H:%M} UTC"
    if row.since > RETENTION_LATE:
        return Finding("retention", "problem", f"What has had its time was last deleted {when}.", advice)
    return Finding("retention", "ok", f"What has had its time was last deleted {when} ({went} rows).")


def unreachable(sentence: str) -> Finding:
    """For a database that does not answer at all."""
    return Finding(
        "database",
        "problem",
        f"The database does not answer: {sentence}",
        "Check that it runs and that GATAMI_DATABASE_URL is right, user and password included.",
    )


def not_made(folder: Path) -> Finding:
    """For a data folder that nothing has run in."""
    return Finding(
        "database", "warning", f"There is no database in {folder} yet.", "Run `gatami run`, which makes one."
    )
