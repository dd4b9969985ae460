"""The search for staff: over text, places, references, names, numbers and notes of what the person may see.

As app/queries/search.py reads everybody's words: span after span of time, the newest first, until there is enough. So
it takes the same time whatever the number of reports.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import BigInteger, DateTime, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from app.queries.search import spans, split_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import TextClause
    from sqlalchemy.orm import Session

# How many reports without words of their own are looked at; the newest first.
UNREAD = 500

# So many digits in a row, whatever stands between them, are a number of their own.
_NUMBERS = re.compile(r"(?:\+|\b)[0-9](?:[\s.()\-–/]*[0-9])+(?![^\W_])")
_PHONE_DIGITS = 8
_COUNTRY = re.compile(r"^(?:\+|00)47")


def asked_for(typed: str, *, named: Callable[[str], frozenset[str]] = lambda _word: frozenset()) -> tuple[str, ...]:
    """What the reports must have, as the database's staff_question reads it; empty when there are no words.

    `named` gives the codes of the categories that a word names. Numbers are met however they were written: a phone
    number by its last eight digits or by how it begins, a reference by any of its parts.
    """
    runs = [found.group() for found in _NUMBERS.finditer(typed)]
    words = split_words(_NUMBERS.sub(" ", typed))
    plain = ["|".join([word, *(f"={code}" for code in sorted(named(word)))]) for word in words]
    return tuple(dict.fromkeys([*plain, *(_number(run) for run in runs)]))


def _number(run: str) -> str:
    """One number; or, as long as it is short, perhaps several beside each other: nobody can tell, so either will do."""
    parts = re.findall(r"[0-9]+", run)
    digits = "".join(parts)
    home = re.sub(r"[^0-9]", "", _COUNTRY.sub("", re.sub(r"[^0-9+]", "", run)))
    found = [digits, home, digits.lstrip("0")]
    found.append(digits[-_PHONE_DIGITS:] if len(digits) >= _PHONE_DIGITS else "&".join(parts))
    return "|".join(dict.fromkeys(one[:40] for one in found if one))


# What nothing has happened to yet, or whose words have changed since the worker last wrote them down, is looked at
# itself: a handful, as long as the worker works. The limit stands in the text, so that the database plans for it.
_FOUND = """
    SELECT id, at FROM (
        (SELECT found.report_id AS id, found.at
         FROM unnest(:spans) AS span CROSS JOIN LATERAL (
             SELECT w.report_id, w.at FROM staff_words w
             WHERE search_words(w.stems, w.at) @@ replace((SELECT staff_question(:asked)), '~', span)::tsquery
               AND (w.at, w.report_id) < (:before, :before_id)
               AND NOT EXISTS (SELECT FROM staff_words_due due WHERE due.report_id = w.report_id)
             ORDER BY w.at DESC, w.report_id DESC LIMIT {most}
         ) found LIMIT {most})
        UNION ALL
        (SELECT report.id, report.created_at FROM (
             (SELECT report_id FROM staff_words_due ORDER BY id DESC LIMIT {unread})
             UNION
             (SELECT id FROM report
              WHERE status = 'new' AND NOT EXISTS (SELECT FROM staff_words w WHERE w.report_id = report.id)
              ORDER BY id DESC LIMIT {unread})
         ) unread JOIN report ON report.id = unread.report_id
         WHERE (report.created_at, report.id) < (:before, :before_id)
           AND staff_words_met(report, :asked)
         ORDER BY report.created_at DESC, report.id DESC LIMIT {most})
    ) both_kinds ORDER BY at DESC, id DESC LIMIT {most}
"""


class Position(NamedTuple):
    """Where a search ended: the report received before this one is the next to look at."""

    at: datetime
    id: int


def found_words(
    session: Session, asked: tuple[str, ...], *, most: int, before: Position | None = None
) -> list[Position]:
    """The newest `most` reports that have all the words, whoever may see them: the caller asks that. Two queries."""
    edges = session.execute(_EDGES).one()
    if not asked or edges.newest is None:
        return []
    edge = before or Position(edges.newest + timedelta(days=1), 0)
    rows = session.execute(
        _found(most),
        {
            "spans": list(spans(min(edge.at, edges.newest), edges.oldest)),
            "asked": list(asked),
            "before": edge.at,
            "before_id": edge.id,
        },
    )
    return [Position(row.at, row.id) for row in rows]


_EDGES = text("""
    SELECT (SELECT created_at FROM report ORDER BY created_at, id LIMIT 1) AS oldest,
        (SELECT created_at FROM report ORDER BY created_at DESC, id DESC LIMIT 1) AS newest
""")


@lru_cache(maxsize=16)
def _found(most: int) -> TextClause:
    return text(_FOUND.format(most=int(most), unread=UNREAD)).bindparams(
        bindparam("spans", type_=ARRAY(Text)),
        bindparam("asked", type_=ARRAY(Text)),
        bindparam("before", type_=DateTime(timezone=True)),
        bindparam("before_id", type_=BigInteger),
    )
