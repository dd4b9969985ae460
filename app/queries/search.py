"""The search in what everybody may read: the newest reports that have all the words.

The index (migration 0009) holds each word with the 8, the 64 and the 512 days it belongs to. A search reads the spans
of time one after the other, the newest first, and stops when it has enough: a frequent word is found in a few short
spans, a rare one in few long ones. So it takes the same time whatever the number of reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import BigInteger, DateTime, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from app.text import fold

if TYPE_CHECKING:
    from sqlalchemy import TextClause, TextualSelect
    from sqlalchemy.orm import Session

LONGEST = 100
MOST_WORDS = 8
# Shorter stems are looked for as they are; with longer ones a word may go on.
SHORTEST_BEGINNING = 3
_WORD = re.compile(r"[^\W_]+")
_NOWHERE = "~"
# How many spans of a length are read before the longer ones begin, and the longest that holds all that is older.
SHORT_SPANS = 1
_EARLIEST = 21
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A word as it was typed, folded, and the codes of the categories that it names."""

    word: str
    categories: frozenset[str] = frozenset()


Words = tuple[Wanted, ...]


def split_words(typed: str) -> list[str]:
    """The words of what somebody typed, folded, each once, in their order; at most eight."""
    found = (word[:40] for word in _WORD.findall(fold(typed[:LONGEST])))
    return list(dict.fromkeys(found))[:MOST_WORDS]


def found_reports(
    session: Session,
    words: Words,
    *,
    most: int,
    before: tuple[datetime, int] | None = None,
    since: datetime | None = None,
    categories: frozenset[str] | None = None,
) -> TextualSelect | None:
    """A selectable of `id` and `at`: the newest `most` public reports that have all the words; None when none can.

    A word is met by the same stem, by a longer word that begins with it, or by the name of the report's category.
    `before` is where the page before ended, (created_at, id). `categories`: no others are looked at. One query.
    """
    known = _known(session, [wanted.word for wanted in words])
    question = _question(words, known.stems, categories)
    if question is None or known.oldest is None or known.newest is None:
        return None
    named = frozenset.intersection(*(wanted.categories for wanted in words))
    oldest = max(since, known.oldest) if since else known.oldest
    edge = before or (known.newest + _ONE_DAY, 0)
    values: dict[str, Any] = {
        "spans": list(spans(min(edge[0], known.newest), oldest)),
        "question": question,
        "before": edge[0],
        "before_id": edge[1],
        "since": oldest,
        "codes": sorted(named if categories is None else named & categories),
    }
    return _found(most).bindparams(**values).columns(id=BigInteger, at=DateTime(timezone=True))


# Untouched reports have no row of words yet (intake pays nothing for the search); they are new, so they are few, and
# the only word they can have is their category's name. The limit stands in the text of the statement, so that the
# database plans for it.
_FOUND = """
    SELECT id, at FROM (
        (SELECT found.report_id AS id, found.at
         FROM unnest(:spans) AS span CROSS JOIN LATERAL (
             SELECT report_id, at FROM report_words
             WHERE search_words(stems, at) @@ replace(:question, '~', span)::tsquery
               AND (at, report_id) < (:before, :before_id) AND at >= :since
             ORDER BY at DESC, report_id DESC LIMIT {most}
         ) found LIMIT {most})
        UNION ALL
        (SELECT r.id, r.created_at FROM report r
         WHERE r.status = 'new' AND r.category_code = ANY(:codes)
           AND r.lat IS NOT NULL AND NOT r.private AND r.hidden_at IS NULL
           AND (r.created_at, r.id) < (:before, :before_id) AND r.created_at >= :since
           AND NOT EXISTS (SELECT FROM report_words w WHERE w.report_id = r.id)
         ORDER BY r.created_at DESC, r.id DESC LIMIT {most})
    ) both_kinds ORDER BY at DESC, id DESC LIMIT {most}
"""


@lru_cache(maxsize=16)
def _found(most: int) -> TextClause:
    return text(_FOUND.format(most=int(most))).bindparams(
        bindparam("spans", type_=ARRAY(Text)),
        bindparam("codes", type_=ARRAY(Text)),
        bindparam("question", type_=Text),
        bindparam("before", type_=DateTime(timezone=True)),
        bindparam("since", type_=DateTime(timezone=True)),
        bindparam("before_id", type_=BigInteger),
    )


class _Known(NamedTuple):
    """The database's own stems of the words, empty for such as "og"; and from when to when there are reports."""

    stems: list[str]
    oldest: datetime | None
    newest: datetime | None


_KNOWN = text("""
    SELECT ARRAY(SELECT coalesce((ts_lexize('pg_catalog.norwegian_stem', word))[1], '')
                 FROM unnest(:words) WITH ORDINALITY AS given (word, place) ORDER BY place),
        (SELECT created_at FROM report ORDER BY created_at, id LIMIT 1),
        (SELECT created_at FROM report ORDER BY created_at DESC, id DESC LIMIT 1)
""").bindparams(bindparam("words", type_=ARRAY(Text)))


def _known(session: Session, words: list[str]) -> _Known:
    return _Known(*session.execute(_KNOWN, {"words": words}).one())


def _question(words: Words, stems: list[str], categories: frozenset[str] | None) -> str | None:
    """The text of a tsquery with "~" where the span of time comes; small words that stand everywhere are left out."""
    asked = [_any_of(stem, wanted.categories) for wanted, stem in zip(words, stems, strict=True) if stem]
    if not asked:
        return None
    if categories is not None:
        asked.append(_one_of(_lexeme(f"={code}") for code in sorted(categories)) or _lexeme("="))
    return " & ".join(asked)


def _any_of(stem: str, categories: frozenset[str]) -> str:
    beginning = ":*" if len(stem) >= SHORTEST_BEGINNING else ""
    return _one_of([_lexeme(stem) + beginning, *(_lexeme(f"={code}") for code in sorted(categories))])


def _one_of(lexemes: Iterable[str]) -> str:
    found = " | ".join(lexemes)
    return f"({found})" if found else ""


def _lexeme(stem: str) -> str:
    """Quoted; stems and codes hold letters and digits only, so nothing in them could end the quotation."""
    return f"'{_NOWHERE}{stem}'"


def spans(newest: datetime, oldest: datetime) -> Iterator[str]:
    """Names of the spans from the newest back to the oldest: first short ones, then longer, each day in one of them."""
    day, last = _day(newest), _day(oldest)
    for letter, shift, longer in (("a", 3, 6), ("b", 6, 9)):
        number, read = day >> shift, 0
        # The longer spans begin where one of them ends, so that no day is read twice.
        while read < SHORT_SPANS or (number + 1) % (1 << (longer - shift)):
            if number < last >> shift or number < (_EARLIEST + 1) << (9 - shift):
                break
            yield f"{letter}{number}/"
            number, read = number - 1, read + 1
        day = ((number + 1) << shift) - 1
        if day < last:
            return
    for number in range(max(day >> 9, _EARLIEST), max(last >> 9, _EARLIEST) - 1, -1):
        yield f"c{number}/"


def _day(moment: datetime) -> int:
    return int(moment.timestamp() // 86400)
