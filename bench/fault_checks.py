"""After the storm: is everything there that somebody was promised, once, and was nobody written to twice?"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Engine, text

if TYPE_CHECKING:
    from pathlib import Path

    from bench.fault_load import Promises


@dataclass(frozen=True)
class Check:
    """One promise: how often it was made, and how often it was broken."""

    name: str
    made: int
    broken: int


def open_messages(engine: Engine) -> int:
    """How many messages are still on their way."""
    query = text("SELECT (SELECT count(*) FROM delivery WHERE state IN ('pending', 'sending')) + "
                 "(SELECT count(*) FROM notification WHERE state IN ('pending', 'sending'))")  # fmt: skip
    with engine.connect() as connection:
        return int(connection.scalar(query) or 0)


def states(engine: Engine) -> dict[str, Counter[str]]:
    """Messages by kind and state."""
    found: dict[str, Counter[str]] = {}
    with engine.connect() as connection:
        for name, query in (
            ("to units by mail", "SELECT state, count(*) FROM delivery WHERE channel = 'email' GROUP BY 1"),
            ("to units' inboxes", "SELECT state, count(*) FROM delivery WHERE channel = 'inbox' GROUP BY 1"),
            ("to residents", "SELECT state, count(*) FROM notification GROUP BY 1"),
        ):
            found[name] = Counter({state: int(count) for state, count in connection.execute(text(query))})
    return found


_FORWARDINGS = "SELECT r.reference, f.unit_code FROM forwarding f JOIN report r ON r.id = f.report_id"
_BARE = """
    SELECT f.id FROM forwarding f WHERE NOT EXISTS (
        SELECT FROM delivery d WHERE d.forwarding_id = f.id
        AND d.state IN ('sent', 'unknown', 'pending', 'sending', 'failed'))"""
_RECEIPTS = """
    SELECT r.reference FROM notification n JOIN report r ON r.id = n.report_id WHERE n.kind = 'receipt'"""
_IN_STATE = """
    SELECT message_id FROM delivery WHERE channel = 'email' AND state = ANY(:states)
    UNION ALL SELECT message_id FROM notification WHERE state = ANY(:states)"""


def check(engine: Engine, promises: Promises, mails: Path) -> list[Check]:
    """Every check, in the order of the table."""
    taken = Counter(json.loads(line)["message_id"] for line in mails.read_text().splitlines())
    return [*_reports(engine, promises), *_forwardings(engine, promises), *_mails(engine, taken)]


def _reports(engine: Engine, promises: Promises) -> list[Check]:
    stored = Counter(_column(engine, "SELECT reference FROM report"))
    told = [reference.replace("-", "") for reference in promises.reports.values()]
    wrong = sum(stored[one] != 1 for one in set(told)) + len(told) - len(set(told))
    asked = len(told) + len(promises.forwarded) + len(promises.not_answered)
    receipts = Counter(_column(engine, _RECEIPTS))
    return [
        Check("requests are answered in the end", asked, len(promises.not_answered)),
        Check("reports answered with 201 are there, once", len(told), wrong),
        Check("no report is there that nobody sent", stored.total(), len(set(stored) - set(told))),
        Check("every report has one receipt", len(told), sum(receipts[one] != 1 for one in set(told))),
    ]


def _forwardings(engine: Engine, promises: Promises) -> list[Check]:
    with engine.connect() as connection:
        stored = Counter((str(row[0]), str(row[1])) for row in connection.execute(text(_FORWARDINGS)))
    wanted = [(reference.replace("-", ""), unit) for reference, unit in promises.forwarded.items()]
    lost = sum(stored[one] != 1 for one in wanted)
    return [
        Check("forwardings told to the desk are there, once", len(wanted), lost),
        Check("no forwarding is without a delivery", stored.total(), len(_column(engine, _BARE))),
    ]


def _mails(engine: Engine, taken: Counter[str]) -> list[Check]:
    sent = _column(engine, _IN_STATE, states=["sent"])
    waiting = _column(engine, _IN_STATE, states=["pending", "cancelled"])
    ours = set(_column(engine, "SELECT message_id FROM notification"))
    residents = [count for one, count in taken.items() if one in ours]
    units = [count for one, count in taken.items() if one not in ours]
    not_taken, taken_early = sum(not taken[one] for one in sent), sum(taken[one] > 0 for one in waiting)
    return [
        Check("what is called sent was taken by the mail server", len(sent), not_taken),
        Check("what waits or was cancelled was not taken", len(waiting), taken_early),
        Check("no mail to a resident was taken twice", len(residents), sum(n > 1 for n in residents)),
        Check("no mail to a unit was taken twice", len(units), sum(n > 1 for n in units)),
    ]


def _column(engine: Engine, query: str, **values: object) -> list[str]:
    with engine.connect() as connection:
        return [str(value) for value in connection.scalars(text(query), values)]
