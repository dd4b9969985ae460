"""The desk's own ready words: written, changed and taken away in the browser. Reading them is services/templates.py."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import text

from app.errors import N_, Conflict, Invalid, NotFound
from app.languages import LANGUAGES
from app.models import ReplyFor, ReplyTemplate, ReplyText
from app.models.reply import PLACEHOLDERS, unknown_placeholders
from app.queries import replies
from app.services.standard_words import SHIPPED
from app.services.templates import shipped_texts, texts_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.models import Staff
    from app.routing import Rules

LONGEST_TITLE = 80
LONGEST_BODY = 2000
OWN = "own_"
WRONG = N_("Something is missing or wrong. Nothing was lost: mend it and save again.")
CHANGED = N_("Somebody else changed these words just now. What stands there now is shown below each text.")
GONE = N_("These ready words are not here any more.")
NO_TEXT = N_("Write a title and a text in at least one language.")
HALF = N_("A text needs a title, and a title a text.")
UNKNOWN = N_("%(unknown)s is not known. Known are: %(known)s.")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('reply_template'))")


@dataclass(frozen=True)
class Words:
    """Ready words as the desk edits them. `texts`: language -> (title, body). `version` 0: as shipped, or new."""

    code: str
    for_what: str = ReplyFor.ANSWER.value
    category_code: str | None = None
    group_code: str | None = None
    sort_order: int = 100
    active: bool = True
    texts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    version: int = 0
    changed_at: datetime | None = None
    changed_by: str | None = None

    @property
    def is_shipped(self) -> bool:
        """Whether such words came with the program."""
        return self.code in SHIPPED

    @property
    def missing(self) -> list[str]:
        """Languages in which nobody has written it; readers get the nearest other one."""
        return [lang for lang in LANGUAGES if lang not in self.texts]


def every(session: Session) -> list[Words]:
    """All, by what they are for and in the order in which they are offered."""
    rows = [_words(one) for one in replies.every_template(session)]
    known = {one.code for one in rows}
    shipped = [_shipped(code) for code in SHIPPED if code not in known]
    order = [one.value for one in ReplyFor]
    return sorted([*rows, *shipped], key=lambda one: (order.index(one.for_what), one.sort_order))


def find(session: Session, code: str) -> Words:
    """One of them; raises NotFound."""
    row = replies.template(session, code)
    if row is not None:
        return _words(row)
    if code not in SHIPPED:
        raise NotFound(GONE)
    return _shipped(code)


def save(session: Session, words: Words, *, rules: Rules, by: Staff, at: datetime) -> str:
    """Write them down under their code (empty: new ones); gives the code. Raises Invalid, Conflict and NotFound."""
    check(words, rules=rules)
    # Two who change shipped words for the first time take turns; the second is told.
    session.execute(_LOCK)
    row = replies.template(session, words.code) if words.code else None
    if (row.version if row is not None else 0) != words.version:
        raise Conflict(CHANGED)
    if row is None:
        if words.code and words.code not in SHIPPED:
            raise NotFound(GONE)
        row = ReplyTemplate(code=words.code or f"{OWN}{secrets.token_hex(8)}", texts=[])
        session.add(row)
    row.for_what, row.category_code, row.group_code = words.for_what, words.category_code, words.group_code
    row.sort_order, row.active, row.changed_at, row.changed_by_id = words.sort_order, words.active, at, by.id
    _write_texts(row, words.texts)
    session.flush()  # The second of two people learns it here.
    return row.code


def remove(session: Session, code: str, *, version: int) -> None:
    """Own words go; changed ones are as they were shipped again. Raises NotFound and Conflict."""
    session.execute(_LOCK)
    row = replies.template(session, code)
    if row is None:
        raise NotFound(GONE)
    if row.version != version:
        raise Conflict(CHANGED)
    session.delete(row)
    session.flush()


def check(words: Words, *, rules: Rules) -> None:
    """Raises Invalid naming every mistaken field: title-<language>, body-<language>, for_what, where."""
    problems: dict[str, str] = {}
    if words.for_what not in list(ReplyFor):
        problems["for_what"] = N_("Choose what it is for.")
    known = words.category_code in {None, *rules.categories} and words.group_code in {None, *rules.groups}
    if not known:
        problems["where"] = N_("Choose what it is about. This category is not in use.")
    if not words.texts:
        problems["title-nb"] = NO_TEXT
    for lang, (title, body) in words.texts.items():
        problems |= _check_text(lang, title, body)
    if problems:
        raise Invalid(WRONG, fields=problems)


def _check_text(lang: str, title: str, body: str) -> dict[str, str]:
    if not title or not body:
        return {f"{'body' if title else 'title'}-{lang}": HALF}
    problems = {}
    if len(title) > LONGEST_TITLE:
        problems[f"title-{lang}"] = N_("At most 80 characters.")
    if len(body) > LONGEST_BODY:
        problems[f"body-{lang}"] = N_("At most 2000 characters.")
    elif unknown_placeholders(body):
        problems[f"body-{lang}"] = UNKNOWN
    return problems


def unknown_in(words: Words) -> dict[str, dict[str, str]]:
    """The same mistakes by field, with what the sentence UNKNOWN names."""
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    found = {lang: unknown_placeholders(body) for lang, (_, body) in words.texts.items()}
    return {f"body-{lang}": {"unknown": ", ".join(names), "known": known} for lang, names in found.items() if names}


def _write_texts(row: ReplyTemplate, texts: Mapping[str, tuple[str, str]]) -> None:
    there = {one.lang: one for one in row.texts}
    for lang, (title, body) in texts.items():
        if lang in there:
            there[lang].title, there[lang].body = title, body
        else:
            row.texts.append(ReplyText(lang=lang, title=title, body=body))
    for lang, one in there.items():
        if lang not in texts:
            row.texts.remove(one)


def _words(row: ReplyTemplate) -> Words:
    return Words(
        code=row.code,
        for_what=row.for_what,
        category_code=row.category_code,
        group_code=row.group_code,
        sort_order=row.sort_order,
        active=row.active,
        texts=texts_of(row),
        version=row.version,
        changed_at=row.changed_at,
        changed_by=row.changed_by.name if row.changed_by is not None else None,
    )


def _shipped(code: str) -> Words:
    order: Sequence[str] = list(SHIPPED)
    return Words(
        code=code,
        for_what=SHIPPED[code].for_what.value,
        sort_order=1000 + order.index(code),
        texts=shipped_texts(code),
    )
