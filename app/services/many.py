"""One decision on many reports at once: each is made or refused by itself, and all that were made are undone together.

Rows are locked in the order of their ids before the first is decided, so two people with overlapping choices wait for
each other once and never in a ring; whoever comes second is told, report by report.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import contains_eager
from sqlalchemy.orm.exc import StaleDataError

from app.errors import N_, Conflict, DomainError, Invalid, NotFound
from app.models import OPEN, Report, Staff, Update
from app.models.reference import parse_reference
from app.queries.visible import held_by
from app.services import due, holding, merging, triage, undoing
from app.services.decisions import STALE, together
from app.text import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from app.routing import Rules

MOST = 200
CHOOSE_SOME = N_("Choose at least one report.")
TOO_MANY = N_("Choose at most %(most)s reports at a time.")
NO_REPORT = N_("There is no report with this reference, or it is not yours to see.")
NO_PROPOSAL = N_("No unit is proposed for it. Choose one.")
DECIDED = N_("Somebody has decided about this report already.")


class Verb(StrEnum):
    """What can be decided about many reports."""

    FORWARD = "forward"
    REJECT = "reject"
    MERGE = "merge"
    SET_DUE = "set_due"


class Refused(NamedTuple):
    """A report about which nothing was decided, as it was typed, and why, in the reader's language."""

    reference: str
    sentence: str


@dataclass
class Many:
    """What became of a decision on many: the references of those done and the refused; `batch` undoes the done."""

    batch: str = ""
    done: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


@dataclass(frozen=True)
class Choice:
    """The reports chosen, in order and none twice, each with the version that the page showed where it is known."""

    versions: Mapping[str, int | None]

    @classmethod
    def of(cls, typed: Iterable[str]) -> Choice:
        """From a form's values: a reference, or a reference and a version with a colon between them."""
        found: dict[str, int | None] = {}
        for value in typed:
            reference, _, version = value.strip().partition(":")
            known = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
            if reference:
                found.setdefault(parse_reference(reference) or reference, known)
        return cls(found)

    @property
    def references(self) -> list[str]:
        """Only the references."""
        return list(self.versions)


def decide_many(
    session: Session,
    chosen: Iterable[str],
    verb: Verb | str,
    *,
    rules: Rules,
    by: Staff,
    at: datetime,
    undo_seconds: int,
    unit: str = "",
    words: str | Callable[[Report], str] = "",
    into: str = "",
    due_day: date | None = None,
    lang: str = "nb",
) -> Many:
    """Decide the same about at most MOST reports.

    `chosen`: references, each with ":version" behind it where the page showed one; without, only a report that is
    still new is decided. FORWARD goes to `unit`, or to each report's proposed unit when that is empty; REJECT needs
    `words` (or what makes them for a report); MERGE the reference `into`, which may be among the chosen; SET_DUE a
    `due_day` and `words`. Raises Invalid when nothing or too much is chosen, or what the verb needs is missing.
    """
    verb, choice = Verb(verb), Choice.of(chosen)
    _check(choice, verb, words=words, into=into, due_day=due_day)
    batch = secrets.token_hex(12)
    many, known = Many(batch), _hold(session, choice.references, into=into if verb == Verb.MERGE else "", by=by)
    decide = _decision(session, verb, unit=unit, words=words, into=into, due_day=due_day, rules=rules)
    how: dict[str, Any] = {"by": by, "at": at, "undo_seconds": undo_seconds}
    with together(session, batch):
        for reference, version in choice.versions.items():
            if verb == Verb.MERGE and reference == parse_reference(into):
                continue  # The one that stays may be chosen with the others.
            try:
                with session.begin_nested():
                    decide(_ready(known.get(reference), version), **how)
                    session.flush()
            except (DomainError, StaleDataError) as error:
                told = Conflict(STALE) if isinstance(error, StaleDataError) else error
                many.refused.append(Refused(reference, say(told, lang)))
            else:
                many.done.append(reference)
    return many


def undo_many(session: Session, batch: str, *, by: Staff, at: datetime, undo_seconds: int, lang: str = "nb") -> Many:
    """Take back what was decided together, newest first; what somebody has gone on with is refused by itself.

    Raises NotFound when there is nothing of one's own under this code.
    """
    query = select(Update).where(Update.data["batch"].astext == batch, Update.staff_id == by.id)
    made = list(session.scalars(query.order_by(Update.id.desc())))
    if not made:
        raise NotFound(N_("There is nothing of yours to undo here."))
    parts_before = {first for one in made if (first := one.data.get("before", {}).get("duplicate_of_id"))}
    holding.hold_all(session, {one.report_id for one in made}, others=parts_before)
    loaded = select(Report).where(Report.id.in_({one.report_id for one in made}))
    reports = {report.id: report for report in session.scalars(loaded.execution_options(populate_existing=True))}
    many = Many(batch)
    for one in made:
        reference = reports[one.report_id].reference
        try:
            with session.begin_nested():
                undoing.undo(session, reports[one.report_id], update_id=one.id, by=by, at=at, undo_seconds=undo_seconds)
        except (DomainError, StaleDataError) as error:
            told = Conflict(STALE) if isinstance(error, StaleDataError) else error
            many.refused.append(Refused(reference, say(told, lang)))
        else:
            many.done.append(reference)
    return many


def _check(
    choice: Choice, verb: Verb, *, words: str | Callable[[Report], str], into: str, due_day: date | None
) -> None:
    if not choice.versions:
        raise Invalid(CHOOSE_SOME, fields={"chosen": CHOOSE_SOME})
    if len(choice.versions) > MOST:
        raise Invalid(TOO_MANY, most=MOST)
    if verb == Verb.REJECT and isinstance(words, str) and not words.strip():
        sentence = N_("Write a kind reason. The reporter reads it.")
        raise Invalid(sentence, fields={"words": sentence})
    if verb == Verb.MERGE and not into.strip():
        sentence = N_("Choose the report that stays.")
        raise Invalid(sentence, fields={"into": sentence})
    if verb == Verb.SET_DUE and due_day is None:
        sentence = N_("Choose a day.")
        raise Invalid(sentence, fields={"day": sentence})
    if verb == Verb.SET_DUE and not words:
        raise Invalid(due.WHY, fields={"why": due.WHY})


def _hold(session: Session, references: Sequence[str], *, into: str, by: Staff) -> dict[str, Report]:
    """The reports with their reporters, as they are now, locked with all that a merge touches."""
    wanted = [*references, parse_reference(into) or ""]
    ids = select(Report.id).where(Report.reference.in_(wanted))
    first = select(Report.duplicate_of_id).where(Report.reference == wanted[-1])
    touched: ColumnElement[bool] = Report.id.in_(ids)
    if into:
        touched = or_(touched, Report.duplicate_of_id.in_(ids), Report.id.in_(first))
    query = (
        select(Report)
        .outerjoin(Report.reporter)
        .where(touched)
        .order_by(Report.id)
        .options(contains_eager(Report.reporter))
        .with_for_update(key_share=True, of=Report)
        .execution_options(populate_existing=True)
    )
    held = {report.reference: report for report in session.scalars(query)}
    holding.note_held(session, [report.id for report in held.values()])
    if by.sees_all:
        return held
    mine = set(session.scalars(select(Report.reference).where(Report.reference.in_(references), held_by(by))))
    return {reference: report for reference, report in held.items() if reference in mine}


def _ready(report: Report | None, version: int | None) -> Report:
    if report is None:
        raise NotFound(NO_REPORT)
    if version is not None and version != report.version:
        raise Conflict(STALE)
    if version is None and report.status != "new":
        raise Conflict(DECIDED)
    if report.status not in OPEN:
        raise Conflict(DECIDED)
    return report


def _decision(
    session: Session,
    verb: Verb,
    *,
    unit: str,
    words: str | Callable[[Report], str],
    into: str,
    due_day: date | None,
    rules: Rules,
) -> Callable[..., object]:
    """The service's own verb with what was given to all of them."""

    def forward(report: Report, **how: Any) -> object:
        to = unit or report.proposed_unit_code
        if not to:
            raise Conflict(NO_PROPOSAL)
        return triage.forward(session, report, to, rules=rules, **how)

    def reject(report: Report, **how: Any) -> object:
        said = words if isinstance(words, str) else words(report)
        return triage.reject(session, report, words=said, **how)

    def merge(report: Report, **how: Any) -> object:
        return merging.mark_duplicate(session, report, typed=into, **how)

    def set_due(report: Report, **how: Any) -> object:
        return due.set_due(session, report, due_day, words=words if isinstance(words, str) else "", **how)

    return {Verb.FORWARD: forward, Verb.REJECT: reject, Verb.MERGE: merge, Verb.SET_DUE: set_due}[verb]
