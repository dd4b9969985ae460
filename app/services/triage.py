"""Decisions of the service desk. Each checks the version it was made on; the reporter's mail waits for undo.

`report.reporter` must be loaded. Raises Conflict (somebody was first, or not in this status) and Invalid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.errors import N_, Conflict
from app.models import Actor, NotificationKind, Report, Update
from app.services import deadlines, forwarding, holding, informing, merging
from app.services.decisions import as_it_was, check_version, settle, tell_reporter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.models import Staff
    from app.routing import Rules

STATUS, QUESTION = NotificationKind.STATUS, NotificationKind.QUESTION


def forward(
    session: Session,
    report: Report,
    unit_code: str,
    *,
    rules: Rules,
    by: Staff,
    at: datetime,
    undo_seconds: int,
    version: int | None = None,
    words: str | None = None,
    informed: Sequence[str] = (),
) -> Update:
    """To a unit of ours (forwarded) or outside (referred): its deliveries and the mail wait for undo.

    The units `informed` are told in the same decision, for information, and one undo takes all of it back.
    """
    check_version(report, version)
    before = as_it_was(report)
    others = [code for code in informed if code != unit_code]
    if others:
        informing.inform(session, report, others, rules=rules, by=by, at=at, undo_seconds=undo_seconds)
    update, _ = forwarding.decide(
        session,
        report,
        unit_code,
        rules=rules,
        by=by,
        at=at,
        undo_seconds=undo_seconds,
        words=words,
        before=before,
    )
    return update


def reject(
    session: Session,
    report: Report,
    *,
    words: str,
    by: Staff,
    at: datetime,
    undo_seconds: int,
    version: int | None = None,
) -> Update:
    """Close it with a kind reason that the reporter reads."""
    check_version(report, version)
    before = as_it_was(report)
    update = settle(session, report, report.reject(actor=Actor.of(by), at=at, words=words), before=before)
    tell_reporter(session, report, update, kind=STATUS, at=at, undo_seconds=undo_seconds)
    return update


def answer(
    session: Session,
    report: Report,
    *,
    words: str,
    by: Staff,
    at: datetime,
    undo_seconds: int,
    version: int | None = None,
) -> Update:
    """Close praise, a proposal or a question with an answer."""
    check_version(report, version)
    before = as_it_was(report)
    update = settle(session, report, report.answer(actor=Actor.of(by), at=at, words=words), before=before)
    tell_reporter(session, report, update, kind=STATUS, at=at, undo_seconds=undo_seconds)
    return update


def ask(
    session: Session,
    report: Report,
    *,
    words: str,
    by: Staff,
    at: datetime,
    undo_seconds: int,
    version: int | None = None,
) -> Update:
    """Ask the reporter by e-mail; the due date pauses until the answer."""
    check_version(report, version)
    if not report.is_open:
        raise Conflict(N_("The report is closed. Reopen it before you ask."))
    if report.reporter is None or not report.reporter.hears:
        raise Conflict(N_("There is no confirmed e-mail address to ask. Phone, or write a note."))
    before = as_it_was(report)
    update = settle(session, report, report.ask(actor=Actor.of(by), at=at, words=words), before=before)
    tell_reporter(session, report, update, kind=QUESTION, at=at, undo_seconds=undo_seconds)
    return update


def reopen(
    session: Session,
    report: Report,
    *,
    by: Staff,
    at: datetime,
    undo_seconds: int,
    version: int | None = None,
    words: str | None = None,
    rules: Rules | None = None,
) -> Update:
    """Closed too early: it is new again, and the desk decides once more. By `rules` its dates begin anew."""
    check_version(report, version)
    before = as_it_was(report)
    holding.hold_with(session, report)
    update = report.reopen(actor=Actor.of(by), at=at, words=words)
    deadlines.begin_anew(report, rules, at=at, answered=True)
    settle(session, report, update, before=before)
    merging.came_apart(session, report, before["duplicate_of_id"], at=at)
    tell_reporter(session, report, update, kind=STATUS, at=at, undo_seconds=undo_seconds)
    return update
