"""The workbench's list: over which filter it runs, which hundred of it is shown, and how it is said in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from app.errors import N_
from app.models import Staff
from app.queries import queue
from app.queries.desk_filter import DeskFilter, conditions
from app.queries.queue import LISTED, Order, QueueRow
from app.queries.waiting import kind_of
from app.routing import Rules
from app.services import claims
from app.text import OWNER_WORDS, STATUS_WORDS, translate
from app.web.desk_filters import DeskFilterDep, as_query

ORDERS: tuple[Order, ...] = ("urgent", "oldest", "newest")
MOST_PAGES = 1000
_DUE_WORDS = {
    "overdue": N_("Overdue"),
    "today": N_("Due today"),
    "week": N_("Due within a week"),
    "none": N_("No due date"),
}
_STATUS_GROUPS = {"open": N_("Open"), "closed": N_("Closed"), "at_unit": N_("With a unit")}


@dataclass(frozen=True)
class Bench:
    """What the workbench is asked to show: a filter, an order, and which hundred, from 1."""

    wanted: DeskFilter
    order: Order
    page: int

    @property
    def is_plain(self) -> bool:
        """Whether it is what the queue shows by itself: all that is new."""
        return self.wanted == DeskFilter(waiting_for="new")

    @property
    def is_new_by_category(self) -> bool:
        """Whether it holds what is new, all of it or of one category."""
        return self.wanted.without("category") == DeskFilter(waiting_for="new")

    def query(self, **other: object) -> str:
        """The filter as it stands in an address; `other` stands in the place of what is there."""
        plain = {"order": self.order if self.order != "urgent" else "", "page": self.page if self.page > 1 else ""}
        found = {**as_query(self.wanted), **plain, **other}
        if found.get("waiting_for") == "new" and not found.get("status"):
            del found["waiting_for"]  # What is new needs not to be said.
        return urlencode({name: value for name, value in found.items() if value})

    def pairs(self) -> list[tuple[str, str]]:
        """The filter for the hidden fields of a form that chooses another order."""
        return list(as_query(self.wanted).items())

    def conditions(self, staff: Staff, *, at: datetime) -> list[ColumnElement[bool]]:
        """The WHERE."""
        return conditions(self.wanted, staff, at=at)


@dataclass(frozen=True)
class Listing:
    """The hundred that is shown. `total` counts all that match, COUNTED meaning that many or more."""

    rows: list[QueueRow]
    total: int
    more: bool

    @property
    def is_counted(self) -> bool:
        """Whether the total is exact."""
        return self.total < queue.COUNTED


def get_bench(wanted: DeskFilterDep, order: str = "urgent", page: str = "1") -> Bench:
    """The filter of the address. Where nothing says what waits, it is what is new."""
    chosen = wanted
    if not (wanted.waiting_for or wanted.status or wanted.due or wanted.text):
        chosen = replace(wanted, waiting_for="new")
    number = int(page) if page.isascii() and page.isdigit() and len(page) <= 4 else 1
    in_order: Order = next((one for one in ORDERS if one == order), "urgent")
    # The whole archive in order of urgency would be sorted anew for every page of it.
    return Bench(chosen, in_order if chosen.is_bounded else "newest", min(max(number, 1), MOST_PAGES))


BenchDep = Annotated[Bench, Depends(get_bench)]


def list_bench(
    session: Session, bench: Bench, staff: Staff, *, at: datetime, by_category: dict[str, int] | None = None
) -> Listing:
    """Two statements, or one where the counts of what is new are known. Past the end it begins anew."""
    where = bench.conditions(staff, at=at)

    def rows(offset: int) -> list[QueueRow]:
        return queue.queue(
            session,
            at=at,
            claim_lasts=claims.LASTS,
            conditions=where,
            order=bench.order,
            offset=offset,
            limit=LISTED + 1,
        )

    found = rows((bench.page - 1) * LISTED)
    if not found and bench.page > 1:
        found = rows(0)
    return Listing(found[:LISTED], _total(session, bench, where, by_category), len(found) > LISTED)


def _total(session: Session, bench: Bench, where: list[ColumnElement[bool]], by_category: dict[str, int] | None) -> int:
    if by_category is None or not bench.is_new_by_category:
        return queue.how_many(session, where)
    code = bench.wanted.category
    return by_category.get(code, 0) if code else sum(by_category.values())


def in_words(wanted: DeskFilter, rules: Rules, *, lang: str) -> list[str]:
    """The filter in the reader's words, one for each thing that was chosen."""
    return [words for words in _words(wanted, rules, lang) if words]


def _words(wanted: DeskFilter, rules: Rules, lang: str) -> Iterator[str]:
    def named(group: object, code: str) -> str:
        return group.name(lang) if group is not None else code  # type: ignore[attr-defined]

    def said(sentence: str, **params: object) -> str:
        return translate(sentence, lang, **params)

    kind = kind_of(wanted.waiting_for)
    yield said(kind.words) if kind else ""
    yield f"«{wanted.text}»" if wanted.text else ""
    yield said(_STATUS_GROUPS.get(wanted.status) or STATUS_WORDS[wanted.status]) if wanted.status else ""
    yield named(rules.units.get(wanted.unit), wanted.unit) if wanted.unit else ""
    yield named(rules.groups.get(wanted.group), wanted.group) if wanted.group else ""
    yield named(rules.categories.get(wanted.category), wanted.category) if wanted.category else ""
    yield wanted.area
    yield said(OWNER_WORDS[wanted.road_owner]) if wanted.road_owner else ""
    yield said(_DUE_WORDS[wanted.due]) if wanted.due else ""
    yield said(N_("At least %(n)s days old"), n=wanted.age) if wanted.age else ""
    yield said(N_("From %(day)s"), day=wanted.since.isoformat()) if wanted.since else ""
    yield said(N_("Until %(day)s"), day=wanted.until.isoformat()) if wanted.until else ""
    yield said(N_("With a photo")) if wanted.photo else ""
    yield said(N_("I am on it")) if wanted.mine else ""
