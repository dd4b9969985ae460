"""Lines that staff write beside a report: among themselves, or for everybody. @name calls a colleague."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import inspect

from app import jobs
from app.jobs import JobName
from app.models import Actor, Mention, NotificationKind, Report, Update
from app.models.mention import names_in
from app.queries.people import active, mentionable
from app.services.decisions import as_it_was, changed, tell_reporter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.models import Staff


@dataclass(frozen=True)
class Called:
    """Whom the @names of a note mean. `unknown` is nobody here, `unclear` could be several.

    `elsewhere` work here, but do not see this report, so they are not called.
    """

    staff: list[Staff] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)


def note(
    session: Session,
    report: Report,
    *,
    words: str,
    public: bool,
    by: Staff,
    at: datetime,
    undo_seconds: int,
) -> Update:
    """A line among staff, or one that everybody reads and the reporter hears of.

    No version is asked for: of notes written at once each waits for the one before, and none is lost. Colleagues whose
    names stand in a line among staff see it on their day and get a mail, when the seconds for undo are over.
    """
    session.flush()  # What was changed before would be forgotten.
    session.refresh(report, inspect(Report).column_attrs.keys(), with_for_update={"key_share": True})
    before = as_it_was(report)
    update = report.note(actor=Actor.of(by), at=at, words=words, public=public)
    update.data = {"before": changed(report, before)}
    session.add(update)
    session.flush()  # The mail is tied to this line by its id.
    if public:
        tell_reporter(session, report, update, kind=NotificationKind.STATUS, at=at, undo_seconds=undo_seconds)
    else:
        call = called(session, report, words)
        _call(session, report, update, [one for one in call.staff if one.id != by.id], at=at, undo_seconds=undo_seconds)
        if call.unknown or call.elsewhere or call.unclear:
            # Names of colleagues and slips of the pen, so the desk is told beside the line.
            update.data = {
                **update.data,
                "unknown_names": len(call.unknown) + len(call.elsewhere),
                "unclear_names": len(call.unclear),
            }
    return update


def called(session: Session, report: Report, words: str) -> Called:
    """Whom the @names mean: by the whole name, else by the first one, among those who may read the report's notes."""
    names = names_in(words)
    if not names:
        return Called()
    staff = mentionable(session, unit_code=report.unit_code)
    found = Called()
    for name in names:
        meant = _meant(name, staff)
        if len(meant) == 1:
            found.staff.extend(one for one in meant if one not in found.staff)
        else:
            (found.unclear if meant else found.unknown).append(name)
    if found.unknown:
        _find_elsewhere(session, found)
    return found


def _find_elsewhere(session: Session, found: Called) -> None:
    colleagues = active(session)
    for name in list(found.unknown):
        meant = _meant(name, colleagues)
        if meant:
            found.unknown.remove(name)
            found.elsewhere.append(meant[0].name if len(meant) == 1 else name)


def _meant(name: str, staff: Sequence[Staff]) -> list[Staff]:
    wanted = " ".join(name.casefold().split())
    whole = [one for one in staff if one.name.casefold() == wanted]
    return whole or [one for one in staff if one.name.casefold().split()[:1] == [wanted]]


def _call(
    session: Session, report: Report, update: Update, colleagues: Iterable[Staff], *, at: datetime, undo_seconds: int
) -> None:
    later = at + timedelta(seconds=undo_seconds)
    for staff in colleagues:
        mention = Mention(
            report_id=report.id,
            update_id=update.id,
            staff_id=staff.id,
            created_at=at,
            next_attempt_at=later,
            message_id=f"{secrets.token_hex(16)}@gatami",
            state="pending",
            attempts=0,
        )
        session.add(mention)
        jobs.enqueue(session, JobName.TELL_COLLEAGUE, at=later, mention_id=_id_of(session, mention))


def _id_of(session: Session, mention: Mention) -> int:
    session.flush()  # The job looks the mention up by its id.
    return mention.id
