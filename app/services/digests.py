"""Digests for those who follow a place: look what happened, begin the digests that are due, send what waits.

Each step is a transaction, or one for each batch or mail, so a run that is killed anywhere is simply run again: what
happened is written down once, a digest is begun in the transaction that moves its follower's mark, and the sending of
each mail is written down before and after, as services/outgoing.py does. Nothing is kept in memory but one batch.
One mail after the other, so that the rest of the worker is free for receipts.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, text

from app.db import driver, transaction
from app.models import PlaceEvent, PlaceMail, PlaceWatch, SendingState, Update
from app.models.digest_times import digest_times
from app.queries import place_followers, place_news
from app.queries.place_followers import Happening
from app.services import outgoing, recovery

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.services.office import Office

log = logging.getLogger(__name__)

BEGUN_AT_ONCE = 1000
SENT_AT_ONCE = 100
# One run ends after so long, so that a worker that is told to stop need not wait; the next goes on.
SECONDS = 20.0
# The server is away: no use in asking it once for each follower.
MOST_REFUSED = 3
# No statement takes longer, so whoever had its number by then has stored its line or never will.
SETTLED_AFTER = timedelta(seconds=90)
KEPT_FOR = timedelta(days=60)
# The number of our own transaction, and of the oldest that runs in this database: each holds a lock on its number. What
# runs in other databases of the server is nothing to us, and may take hours.
_TRANSACTIONS = text("""
    WITH mine AS MATERIALIZED (SELECT pg_current_xact_id() AS id), running AS (
        SELECT max(age(l.transactionid)) AS oldest FROM pg_locks l JOIN pg_stat_activity a USING (pid), mine
        WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
            AND a.datid = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
    SELECT id::text::bigint, id::text::bigint - greatest(coalesce(oldest, 0) - age(id::xid), 0) FROM mine, running
""")


@dataclass(frozen=True)
class Done:
    """How much one run did."""

    happened: int
    begun: int
    sent: int


def run(office: Office, *, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic) -> Done:
    """All three steps; safe at any time, also by two workers at once."""
    until = clock() + seconds
    happened = watch(office)
    begun = begin(office)
    _name_cut_off(office)
    sent = send(office, go_on=lambda: clock() < until)
    return Done(happened, begun, sent)


def watch(office: Office) -> int:
    """Write down what happened to reports since the last time, and who is to hear of it; gives how much it was."""
    at = office.clock()
    happened: list[place_news.Happened] = []
    with transaction(office.session_factory) as session:
        # Held until the transaction ends: one at a time reads on.
        held = session.get(PlaceWatch, 1, with_for_update=True, populate_existing=True)
        if held is not None:
            happened = place_news.gather(session, after=held.done, at=at)
            _note(session, happened, office, at=at)
    _read_on(office, at=at)
    return len(happened)


def _note(session: Session, happened: list[place_news.Happened], office: Office, *, at: datetime) -> None:
    rules = office.rules
    due = digest_times(at, hour=office.settings.digest_hour, zone=rules.timezone)
    for one in happened:
        category = rules.categories.get(one.category_code)
        where = Happening(
            kind=one.kind,
            lat=one.lat,
            lon=one.lon,
            nearest_address=one.nearest_address,
            group=category.group if category else None,
        )
        place_followers.note_news(session, where, due=due)


def _read_on(office: Office, *, at: datetime) -> None:
    """Move the mark over lines before which nothing can come any more; the first time, it begins with now.

    Lines get their numbers before they are stored, so a smaller number may appear later than a greater one. What was
    newest a while ago is past once every transaction of that time has ended; until then all is read again. The number
    of our own transaction is given after we looked, so it is greater than all of that time.
    """
    with transaction(office.session_factory) as session:
        newest = session.scalar(select(func.coalesce(func.max(Update.id), 0))) or 0
        held = session.get(PlaceWatch, 1, with_for_update=True, populate_existing=True)
        ours, ended = session.execute(_TRANSACTIONS).one()
        if held is None:
            session.add(PlaceWatch(done=newest, seen=newest, seen_at=at, open_until=ours))
        elif at - held.seen_at >= SETTLED_AFTER and ended >= held.open_until:
            held.done, held.seen, held.seen_at, held.open_until = held.seen, newest, at, ours


_BEGIN = """
WITH due AS MATERIALIZED (
    SELECT f.id, f.told_until, f.email IS NOT NULL AND f.confirmed_at IS NOT NULL AND f.ended_at IS NULL
        AND f.bounced_at IS NULL AS hears
    FROM place_news n JOIN place_follow f ON f.id = n.follow_id
    WHERE n.due_at <= %(at)s ORDER BY n.due_at, n.follow_id LIMIT %(most)s FOR UPDATE OF n, f
), newest AS MATERIALIZED (SELECT coalesce(max(id), 0) AS id FROM place_event
), told AS (
    UPDATE place_follow f SET told_until = greatest(f.told_until, newest.id) FROM due, newest WHERE f.id = due.id
), begun AS (
    INSERT INTO place_mail (follow_id, kind, from_event, until_event, state, attempts, message_id, created_at,
        next_attempt_at)
    SELECT due.id, 'digest', due.told_until, newest.id, 'pending', 0, gen_random_uuid() || %(of)s::text, %(at)s, %(at)s
    FROM due, newest WHERE due.hears AND due.told_until < newest.id ORDER BY due.id
    ON CONFLICT DO NOTHING
)
DELETE FROM place_news n USING due WHERE n.follow_id = due.id
"""


def begin(office: Office) -> int:
    """A digest for each follower whose time has come and who has something to be told; gives how many were looked at.

    The rows, the follower's mark and the note that there was something go together, a thousand at a time.
    """
    at, begun = office.clock(), 0
    values = {"at": at, "most": BEGUN_AT_ONCE, "of": f"@{secrets.token_hex(4)}.digest"}
    while True:
        with transaction(office.session_factory) as session:
            # Not while somebody writes down what happened: it would note a follower whom we take off the list.
            session.get(PlaceWatch, 1, with_for_update=True)
            count = driver(session).execute(_BEGIN.encode(), values).rowcount
        begun += count
        if count < BEGUN_AT_ONCE:
            return begun


def send(office: Office, *, go_on: Callable[[], bool] = lambda: True) -> int:
    """Send what waits, the oldest first, for as long as `go_on` says; gives how many attempts were made."""
    tried, refused = 0, 0
    while go_on() and (waiting := _waiting(office)):
        for mail_id in waiting:
            reached = outgoing.tell_follower(office, mail_id=mail_id)
            tried += 1
            refused = 0 if reached else refused + 1
            if refused >= MOST_REFUSED or not go_on():
                return tried
    return tried


def _waiting(office: Office) -> list[int]:
    due = (PlaceMail.state == SendingState.PENDING.value, PlaceMail.next_attempt_at <= office.clock())
    query = select(PlaceMail.id).where(*due).order_by(PlaceMail.next_attempt_at, PlaceMail.id).limit(SENT_AT_ONCE)
    with transaction(office.session_factory) as session:
        return list(session.scalars(query))


def _name_cut_off(office: Office) -> None:
    """Attempts whose worker died; written to a folder, the same file again is the same mail."""
    at = office.clock()
    before = at - timedelta(seconds=recovery.STEPS * office.settings.smtp_timeout)
    with transaction(office.session_factory) as session:
        query = select(PlaceMail).where(PlaceMail.state == SendingState.SENDING.value, PlaceMail.started_at < before)
        for row in session.scalars(query.limit(recovery.AT_ONCE).with_for_update(skip_locked=True)):
            outgoing.crashed(row, at=at, repeatable=office.settings.smtp_host is None)


def sweep(session: Session, *, at: datetime) -> None:
    """Events that were told long ago; the longest rhythm is a week. They name nobody; retention takes the mails."""
    session.execute(delete(PlaceEvent).where(PlaceEvent.at < at - KEPT_FOR))
