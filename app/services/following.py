"""What the holder of a follow link does: tell more, take the report back, say that it is gone or still broken.

Every verb may come twice, by two taps or from two tabs: the second one changes nothing and says so kindly.
"""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import select

from app.errors import N_, Conflict, Invalid, TooMany
from app.models import REPORTER, SYSTEM, Note, NotificationKind, Report, Reporter, ReportStatus, Update, UpdateKind
from app.queries.following import kept_report
from app.services import crews, deadlines, holding, merging, notifying
from app.services.decisions import STALE
from app.services.drafts import MAX_DESCRIPTION, MAX_PHOTOS
from app.services.limits import take_now
from app.services.photos import attach_photos, count_photos
from app.services.telling_units import has_unit, tell_unit, unit_forwarding

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.routing import Rules

MOST_PHOTOS = 20
MOST_A_DAY = 30
TOO_OLD = N_("It is more than %(days)s days since this report was closed. Please send a new one.")
SAY_SOMETHING = N_("Write something, or choose a photo.")
TOO_LONG = N_("The text is too long. Use at most 3000 characters.")
IS_CLOSED = N_("The report is closed. If it is still broken, press the button for that.")
WAS_CLOSED = N_("The report is closed already.")
TOO_OFTEN = N_("You have written many times about this report today. Wait until tomorrow, or ring us.")
TOO_MANY = N_("Send at most five photos at a time, and twenty in all.")
# What somebody else may have changed since the page of the report was read.
_MAY_HAVE_CHANGED = (
    "version", "status", "status_before_scheduled", "unit_code", "closed_at", "waiting_since", "due_at", "changed_at",
    "duplicate_of_id", "text_public", "masked_words", "words_withheld_at", "due_set_at", "counted_from", "paused_days",
    "first_answer_due_at", "first_answered_at", "interim_due_at", "interim_sent_at",
)  # fmt: skip


class Said(Enum):
    """What became of it: done now, done before by the same hand, or added to what was said before."""

    NOW = "now"
    BEFORE = "before"
    ADDED = "added"


def not_too_often(session: Session, report: Report, *, at: datetime) -> None:
    """Everything said here is mailed to others, so one link says only so much in a day. Raises TooMany."""
    if not take_now(session, f"said:{report.id}", burst=MOST_A_DAY, per_hour=MOST_A_DAY / 24, at=at):
        raise TooMany(TOO_OFTEN, retry_after=3600)


def can_withdraw(report: Report) -> bool:
    """Whether there is something to take back."""
    return report.is_open


class Closed(Protocol):
    """A report, or what is known of the one that it went into."""

    @property
    def closed_at(self) -> datetime | None:
        """When its work ended."""


def can_say_still_broken(report: Closed, *, at: datetime, days: int) -> bool:
    """Whether a closed report may be opened again by its reporter: within `days` of its closing."""
    return report.closed_at is not None and at - report.closed_at <= timedelta(days=days)


def can_tell_more(session: Session, report: Report) -> bool:
    """While somebody has it: the desk, one of our units, or one outside to which we sent it ourselves."""
    sent_on = report.status == ReportStatus.REFERRED
    return report.is_open or (sent_on and unit_forwarding(session, report) is not None)


def hold(session: Session, report: Report) -> None:
    """Nobody else changes the report until this transaction ends; it is as it is now, not as the page had it."""
    session.flush()  # What was changed before would be forgotten.
    session.refresh(report, _MAY_HAVE_CHANGED, with_for_update={"key_share": True})


def withdraw(session: Session, report: Report, *, at: datetime) -> Said:
    """It was a mistake. Whoever said "mine too", the unit and the crew hear of it. Raises Conflict when closed."""
    return _end(session, report, UpdateKind.WITHDRAWN, words="", at=at)


def say_gone(session: Session, report: Report, *, words: str = "", at: datetime) -> Said:
    """It is no longer a problem; the same people hear of it. Raises Conflict when it is closed already."""
    return _end(session, report, UpdateKind.GONE, words=words, at=at)


def still_broken(
    session: Session,
    report: Report,
    *,
    words: str,
    photo_ids: tuple[uuid.UUID, ...] = (),
    key: str = "",
    at: datetime,
    days: int,
    rules: Rules | None = None,
) -> Said:
    """Open it again, so that the desk sees it as new; the unit that closed it hears of it. By `rules` its dates begin
    anew.

    Said once more while it is open, new words and photos are added, and nothing else happens. Where it went into
    another report that is closed by now, that one is opened; while that one is open, this one was another thing.
    Raises Conflict when it is closed for longer than `days`.
    """
    first = report.duplicate_of_id
    holding.hold_with(session, report)
    hold(session, report)
    if report.duplicate_of_id != first:
        raise Conflict(STALE)
    if key and was_done(session, report, key):
        return Said.BEFORE
    if report.is_open:
        return _add_to_it(session, report, words=words, photo_ids=photo_ids, key=key, at=at)
    kept = _kept_that_ended(session, report)
    if not can_say_still_broken(report if kept is None or kept.is_open else kept, at=at, days=days):
        raise Conflict(TOO_OLD, days=days)
    _check_size(session, report, words, photo_ids)
    not_too_often(session, report, at=at)
    if kept is not None:
        report.reply(actor=REPORTER, at=at, words=words, data=_data(photo_ids, key))
        _add_photos(session, report, photo_ids, at=at)
        return _open_kept(session, kept, report, at=at, rules=rules) if not kept.is_open else Said.ADDED
    update = report.reopen(actor=REPORTER, at=at, words=words, data=_data(photo_ids, key))
    deadlines.begin_anew(report, rules, at=at)
    merging.came_apart(session, report, first, at=at)
    _add_photos(session, report, photo_ids, at=at)
    notifying.tell_supporters(session, report, update, at=at)
    tell_unit(session, report, update, kind="reopened", at=at)
    return Said.NOW


def tell_more(
    session: Session,
    report: Report,
    *,
    words: str,
    photo_ids: tuple[uuid.UUID, ...] = (),
    key: str = "",
    at: datetime,
) -> Said:
    """Words or photos for whoever has the report; an answer to the desk's question lets the due date run again.

    `key` is the form's own; the same form sent again adds nothing. Raises Invalid (nothing, or too much) and
    Conflict (closed).
    """
    hold(session, report)
    if key and was_done(session, report, key):
        return Said.BEFORE
    if not can_tell_more(session, report):
        raise Conflict(IS_CLOSED)
    if not words.strip() and not photo_ids:
        raise Invalid(SAY_SOMETHING, fields={"words": SAY_SOMETHING})
    _check_size(session, report, words, photo_ids)
    not_too_often(session, report, at=at)
    update = report.reply(actor=REPORTER, at=at, words=words, data=_data(photo_ids, key))
    _add_photos(session, report, photo_ids, at=at)
    if has_unit(report):
        tell_unit(session, report, update, kind="addition", at=at)
    return Said.NOW


def withhold_words(session: Session, report: Report, *, withheld: bool, at: datetime) -> Said:
    """Nobody but staff reads the words or sees the photos, whatever the desk thinks; or the desk may decide again.

    Expects `report.photos` to be loaded.
    """
    hold(session, report)
    if withheld == (report.words_withheld_at is not None):
        return Said.BEFORE
    # To hide them is never refused, but counts too: by turns the two would write a history without an end.
    if withheld:
        take_now(session, f"said:{report.id}", burst=MOST_A_DAY, per_hour=MOST_A_DAY / 24, at=at)
    else:
        not_too_often(session, report, at=at)
    report.withhold(withheld=withheld, actor=REPORTER, at=at)
    for photo in report.photos:
        photo.public = photo.public and photo.by_crew
    return Said.NOW


def _kept_that_ended(session: Session, report: Report) -> Report | None:
    """The report that this one went into, locked by now, if its work has ended, or if that was denied since."""
    kept = kept_report(session, report)
    if kept is None or not kept.is_open:
        return kept
    changes = [update.kind for update in kept.updates if update.to_status is not None]
    return kept if changes[-1:] == [UpdateKind.REOPENED] else None


def _open_kept(session: Session, kept: Report, report: Report, *, at: datetime, rules: Rules | None) -> Said:
    """What the sender of `report` wrote stays with that one: the sender of this one is somebody else."""
    update = kept.reopen(actor=SYSTEM, at=at, data={"by_part": report.reference})
    deadlines.begin_anew(kept, rules, at=at)
    session.flush()  # The mails are tied to this line by its id.
    sender = session.scalar(select(Reporter.email).where(Reporter.report_id == report.id))
    notifying.notify(session, kept, update, kind=NotificationKind.STATUS, at=at, but_not=sender or "")
    tell_unit(session, kept, update, kind="reopened", at=at)
    return Said.NOW


def was_done(session: Session, report: Report, key: str) -> bool:
    """Whether a form with this key was taken in before."""
    mine = (Update.report_id == report.id, Update.data["key"].astext == key)
    return session.scalar(select(Update.id).where(*mine).limit(1)) is not None


def _end(session: Session, report: Report, kind: UpdateKind, *, words: str, at: datetime) -> Said:
    # Stops are held before reports: so does a crew that ticks one off.
    stop = crews.hold_stop(session, report.id)
    hold(session, report)
    if stop is None and report.status == ReportStatus.SCHEDULED:  # Planned in just this moment.
        stop = crews.hold_stop(session, report.id)
    if not report.is_open:
        if report.status == ReportStatus.WITHDRAWN:
            return Said.BEFORE
        raise Conflict(WAS_CLOSED)
    _check_size(session, report, words, ())
    not_too_often(session, report, at=at)
    is_gone = kind == UpdateKind.GONE
    update = report.vanish(actor=REPORTER, at=at, words=words) if is_gone else report.withdraw(actor=REPORTER, at=at)
    notifying.tell_supporters(session, report, update, at=at)
    tell_unit(session, report, update, kind="gone", at=at)
    if stop is not None:
        crews.leave_stop(stop, report_id=report.id, at=at)
    return Said.NOW


def _add_to_it(
    session: Session, report: Report, *, words: str, photo_ids: tuple[uuid.UUID, ...], key: str, at: datetime
) -> Said:
    said = words.strip()
    if not photo_ids and (not said or said == _last_words(session, report)):
        return Said.BEFORE
    tell_more(session, report, words=words, photo_ids=photo_ids, key=key, at=at)
    return Said.ADDED


def _last_words(session: Session, report: Report) -> str | None:
    kinds = [UpdateKind.REOPENED.value, UpdateKind.REPLIED.value]
    query = select(Note.body).join(Note.update).where(Update.report_id == report.id, Update.kind.in_(kinds))
    return session.scalar(query.order_by(Update.id.desc()).limit(1))


def _data(photo_ids: tuple[uuid.UUID, ...], key: str) -> dict[str, object]:
    photos = {"photo_ids": [str(photo_id) for photo_id in photo_ids]} if photo_ids else {}
    return {**photos, **({"key": key} if key else {})}


def _check_size(session: Session, report: Report, words: str, photo_ids: tuple[uuid.UUID, ...]) -> None:
    if len(words) > MAX_DESCRIPTION:
        raise Invalid(TOO_LONG, fields={"words": TOO_LONG})
    too_many = len(photo_ids) > MAX_PHOTOS
    if too_many or (photo_ids and count_photos(session, report) + len(photo_ids) > MOST_PHOTOS):
        raise Invalid(TOO_MANY, fields={"photos": TOO_MANY})


def _add_photos(session: Session, report: Report, photo_ids: tuple[uuid.UUID, ...], *, at: datetime) -> None:
    if photo_ids:
        attach_photos(session, report, photo_ids, after=len(report.photos))
        report.record(UpdateKind.PHOTO_ADDED, actor=REPORTER, at=at, count=len(photo_ids))
