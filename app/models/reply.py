"""Reply templates: the service desk's ready words, and what can stand in braces in them."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, String, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from app.db import Base
from app.errors import N_
from app.models.staff import Staff


class ReplyFor(StrEnum):
    """At which decision a template is offered."""

    REJECT = "reject"
    ANSWER = "answer"
    REFER = "refer"
    ASK = "ask"
    FIXED = "fixed"
    INTERIM = "interim"


class ReplyTemplate(Base):
    """Ready words for one decision: for a category, for a group of them, or for all.

    `code` is that of the words that came with the program where the municipality has changed them.
    """

    __tablename__ = "reply_template"
    __table_args__ = (
        CheckConstraint(f"for_what IN ({', '.join(repr(one.value) for one in ReplyFor)})", name="for_what"),
        CheckConstraint("category_code IS NULL OR group_code IS NULL", name="one_kind"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    for_what: Mapped[str] = mapped_column(String(10))
    category_code: Mapped[str | None] = mapped_column(String(40))
    group_code: Mapped[str | None] = mapped_column(String(40))
    sort_order: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))

    texts: Mapped[list[ReplyText]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan", order_by="ReplyText.lang"
    )
    changed_by: Mapped[Staff | None] = relationship(lazy="raise_on_sql", viewonly=True)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


class ReplyText(Base):
    """One template in one language."""

    __tablename__ = "reply_text"

    template_id: Mapped[int] = mapped_column(ForeignKey("reply_template.id", ondelete="CASCADE"), primary_key=True)
    lang: Mapped[str] = mapped_column(String(5), primary_key=True)
    title: Mapped[str] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(Text)


# What can stand in braces, with what the desk reads about it.
PLACEHOLDERS: dict[str, str] = {
    "reference": N_("The report's reference"),
    "category": N_("The category's name"),
    "place": N_("Nearest address"),
    "unit": N_("The unit that has it, or is proposed"),
    "due": N_("The day when it should be done"),
    "phone": N_("The service desk's phone number"),
}
# The same as people here write them; shown beside the others, in the language of whoever reads.
IN_NORWEGIAN: dict[str, str] = {
    "referanse": "reference",
    "kategori": "category",
    "sted": "place",
    "stad": "place",
    "enhet": "unit",
    "eining": "unit",
    "frist": "due",
    "telefon": "phone",
}
_BRACED = re.compile(r"\{([^{}\n]*)\}")
# A sentence begins with a capital, so that "kl. 15" is in the middle of one.
_BETWEEN = re.compile(r"(?<=[.!?])(?=\s+[A-ZÆØÅÁČĐŊŠŦŽ{“«\"])|(?<=\n)")


def unknown_placeholders(words: str) -> list[str]:
    """What stands in braces and is none of PLACEHOLDERS, as it was written; a single brace too."""
    unknown = [f"{{{name}}}" for name in _BRACED.findall(words) if _meant(name) not in PLACEHOLDERS]
    rest = _BRACED.sub("", words)
    return list(dict.fromkeys(unknown + [brace for brace in "{}" if brace in rest]))


def fill(words: str, values: dict[str, str | None], *, keep: frozenset[str] = frozenset()) -> str:
    """The words with values for their placeholders.

    A sentence about something that this report does not have (an empty value) is left out whole, because half of it
    would say something wrong. Names in `keep`, and those we do not know, stay as they stand.
    """
    kept = "".join(sentence for sentence in _BETWEEN.split(words) if not _lacks(sentence, values, keep))
    return _BRACED.sub(lambda found: _value(found, values, keep), kept).strip()


def _meant(name: str) -> str:
    """The placeholder's own name, in whichever language it was written."""
    return IN_NORWEGIAN.get(name.strip().casefold(), name)


def shown_placeholders(lang: str) -> list[tuple[str, str]]:
    """(as it is written, what it is), Norwegian names first where Norwegian is read."""
    shown = []
    for name, meaning in PLACEHOLDERS.items():
        other = [norwegian for norwegian, meant in IN_NORWEGIAN.items() if meant == name]
        names = other[-1:] if lang == "nn" else other[:1] if lang != "en" else []
        shown.append((" ".join(f"{{{one}}}" for one in (*names, name)), meaning))
    return shown


def _lacks(sentence: str, values: dict[str, str | None], keep: frozenset[str]) -> bool:
    named = [_meant(name) for name in _BRACED.findall(sentence)]
    return any(name in values and name not in keep and not values[name] for name in named)


def _value(found: re.Match[str], values: dict[str, str | None], keep: frozenset[str]) -> str:
    name = _meant(found[1])
    return found[0] if name in keep or name not in values else values[name] or ""
