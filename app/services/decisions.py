"""What the desk's decisions have in common: the version they were made on, and what undo must bring back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from app.errors import N_, Conflict
from app.services import notifying

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.models import NotificationKind, Report, Update

STALE = N_("Somebody else changed this report just now. Look at it again before you decide.")

IN_THE_WAY = N_("Somebody else is deciding about this just now. Try again.")

_MOMENTS = (
    "waiting_since", "closed_at", "hidden_at", "due_at", "due_set_at", "counted_from", "first_answer_due_at",
    "first_answered_at", "interim_due_at", "interim_sent_at", "replied_at",
)  # fmt: skip
_CODES = ("status", "unit_code", "status_before_scheduled", "duplicate_of_id", "paused_days")


def check_version(report: Report, version: int | None) -> None:
    """Raises Conflict when the page the decision was made on is no longer true; None asks nothing."""
    if version is not None and version != report.version:
        raise Conflict(STALE)


def as_it_was(report: Report) -> dict[str, Any]:
    """Codes and moments that undo brings back, ready for JSON; no words about people."""
    moments = {name: value.isoformat() if (value := getattr(report, name)) else None for name in _MOMENTS}
    day = report.planned_for.isoformat() if report.planned_for else None
    return {**{name: getattr(report, name) for name in _CODES}, **moments, "planned_for": day}


def changed(report: Report, before: dict[str, Any]) -> dict[str, Any]:
    """Of what `as_it_was` kept before a decision only what it changed: undo leaves alone what others do meanwhile."""
    now = as_it_was(report)
    return {name: value for name, value in before.items() if now[name] != value}


def bring_back(report: Report, before: dict[str, Any]) -> None:
    """The report as `as_it_was` kept it, but for its status: that one changes by its own verb only."""
    for name in _CODES[1:]:
        setattr(report, name, before[name])
    for name in _MOMENTS:
        setattr(report, name, datetime.fromisoformat(before[name]) if before[name] else None)
    day = before.get("planned_for")
    report.planned_for = date.fromisoformat(day) if day else None


# Of the session, not an argument: every verb ends in `settle`, and none of them needs to know that others are made too.
_BATCH = "decisions_made_together"


@contextmanager
def together(session: Session, code: str) -> Iterator[None]:
    """What is settled within is one decision on many reports: they can be undone together, by this code."""
    session.info[_BATCH] = code
    try:
        yield
    finally:
        del session.info[_BATCH]


def made_together(session: Session) -> dict[str, str]:
    """For a line of history: by which code it is found with the others; empty for a decision alone."""
    code = session.info.get(_BATCH)
    return {"batch": code} if code else {}


def settle(session: Session, report: Report, update: Update, *, before: dict[str, Any]) -> Update:
    """Keep what undo needs with the line of history, free the claim, and find out now who was first."""
    update.data = {**update.data, "before": changed(report, before), **made_together(session)}
    report.claimed_by_id = report.claimed_at = None
    session.add(update)
    session.flush()  # The second of two people learns it here, before anything is queued.
    return update


def tell_reporter(
    session: Session,
    report: Report,
    update: Update,
    *,
    kind: NotificationKind,
    at: datetime,
    undo_seconds: int,
) -> None:
    """The reporter's mail, after the seconds for undo. Expects `report.reporter` to be loaded."""
    notifying.notify(session, report, update, kind=kind, at=at, not_before=at + timedelta(seconds=undo_seconds))
