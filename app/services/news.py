"""What a mail about news of one report tells, whoever it goes to: what happened in order, what is next, and when.

Everything is looked up when the mail is written, not when it was queued: what was hidden meanwhile is not told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.errors import N_
from app.languages import on_weekday
from app.models import Notification, NotificationKind, Report, ReportStatus, Support, Update, UpdateKind
from app.text import UPDATE_WORDS, status_word, translate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.routing import Rules

WHEN_DONE = N_("You get a mail when it is done.")
# What is the same for the reporter and for those who reported the same.
HAPPENED: dict[str, str] = {
    UpdateKind.TAKEN: N_("%(unit)s has started working on it."),
    UpdateKind.SCHEDULED: N_("A crew from %(unit)s has put it on its list."),
    UpdateKind.FIXED: N_("It is fixed, says %(unit)s."),
    UpdateKind.NOT_MENDED: N_(
        "We told you that it was fixed. That was wrong, and we are sorry: it is not mended yet. "
        "%(unit)s goes on with it."
    ),
    UpdateKind.INTERIM: N_("It is not done yet. This is what %(unit)s says:"),
    UpdateKind.DUE_SET: N_("%(unit)s has set another date. This is why:"),
}
NEXT: dict[str, str] = {
    UpdateKind.FORWARDED: N_("They look at it and mend it. You get a mail when it is done."),
    UpdateKind.TAKEN: WHEN_DONE,
    UpdateKind.SCHEDULED: WHEN_DONE,
    UpdateKind.NOT_MENDED: WHEN_DONE,
    UpdateKind.INTERIM: WHEN_DONE,
    UpdateKind.DUE_SET: WHEN_DONE,
    UpdateKind.REFERRED: N_("They decide when it is mended. Please ask them about it."),
    UpdateKind.REJECTED: N_("Do you think that this is wrong? Reply to this mail."),
    UpdateKind.REOPENED: N_("The service desk looks at it once more. You get a mail when something happens."),
    UpdateKind.SPLIT: N_("The service desk looks at it once more. You get a mail when something happens."),
}


# Where a crew's list has a day.
PLANNED = N_("Planned for %(day)s. A crew from %(unit)s drives to the place.")
MOVED = N_("It has been moved: it is now planned for %(day)s. A crew from %(unit)s drives to the place.")


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences for one kind of reader: by the kind of update, and for one that has none of its own."""

    happened: Mapping[str, str]
    next: Mapping[str, str]
    news: str
    look: str


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of news: the row that waits, what happened, to which report, and the report of the reader.

    The two reports differ where the reader's is a duplicate of the other.
    """

    row: Notification
    update: Update
    report: Report
    own: Report


def read(session: Session, rows: Sequence[Notification]) -> list[Item]:
    """What the rows are about, as it is now, in the order in which it happened; reports come with their reporters."""
    updates = {
        update.id: update
        for update in session.scalars(
            select(Update).where(Update.id.in_({row.update_id for row in rows})).options(joinedload(Update.note))
        )
    }
    ids = {row.report_id for row in rows} | {update.report_id for update in updates.values()}
    query = select(Report).where(Report.id.in_(ids)).options(joinedload(Report.reporter), joinedload(Report.photos))
    reports = {report.id: report for report in session.scalars(query).unique()}
    items = [
        Item(row, update := updates[row.update_id], reports[update.report_id], reports[row.report_id]) for row in rows
    ]
    return sorted(items, key=lambda item: item.update.id)


def may_be_told(item: Item) -> bool:
    """Whether it still holds and may be seen: nothing undone or hidden, no words taken back, no question answered."""
    update, report = item.update, item.report
    if item.row.kind == NotificationKind.QUESTION:
        return report.waiting_since is not None and update.note is not None
    if not update.public or report.hidden_at is not None:
        return False
    if item.own is not report and item.own.duplicate_of_id != report.id:
        return False
    if item.own is not report and report.private and not (item.own.private and item.row.support_id is None):
        return False
    if update.kind == UpdateKind.SCHEDULED:
        return _is_still_planned(update, report)
    return update.kind not in _ONLY_WORDS or words_of(update) is not None


def _is_still_planned(update: Update, report: Report) -> bool:
    """Not taken off the crew's list again, nor planned for another day, of which a line of its own tells."""
    moved = report.planned_for is not None and planned_day(update) != report.planned_for
    return report.status not in _BEFORE_A_CREW and not moved


_ONLY_WORDS = {UpdateKind.NOTED, UpdateKind.INTERIM, UpdateKind.DUE_SET}
_BEFORE_A_CREW = {ReportStatus.NEW, ReportStatus.FORWARDED, ReportStatus.IN_PROGRESS}


def words_of(update: Update, *, asked: bool = False) -> str | None:
    """Staff's words that are meant for everybody; with `asked` also a question to just this reader."""
    told = update.note is not None and (update.note.public or (asked and update.kind == UpdateKind.ASKED))
    return update.note.body if told and update.note else None


def category_name(report: Report, rules: Rules, *, language: str) -> str:
    """The category in words; its code where it left the rules file."""
    category = rules.categories.get(report.category_code)
    return category.name(language) if category else report.category_code


def story(
    updates: Sequence[Update],
    report: Report,
    rules: Rules,
    *,
    language: str,
    words: Words,
    asked: bool = False,
    silent: bool = False,
) -> dict[str, object]:
    """The updates of one report as a mail tells them: `events` in order, and of the last that leads to something what
    comes next, by when, and whom to ask. `silent`: without what staff wrote, which was for somebody else.
    """
    main = next((update for update in reversed(updates) if update.kind in words.next), updates[-1])
    unit = rules.units.get(main.unit_code or "")
    moved = next((update for update in reversed(updates) if update.to_status), None)
    return {
        "status": (moved and moved.to_status) or report.status,
        "standing": standing(moved, report, language=language),
        "events": [
            event(update, rules, language=language, words=words, asked=asked, silent=silent)
            for update in _told_once(updates)
        ],
        "next": words.next.get(main.kind, words.look),
        "until": None,
        "unit": unit_name(main, rules, language=language),
        "unit_phone": unit.phone if unit and unit.outside else None,
        "unit_url": unit.url if unit and unit.outside else None,
        # A date is promised only while somebody here still has to do something.
        "due_at": report.due_at if report.is_open else None,
    }


def _told_once(updates: Sequence[Update]) -> list[Update]:
    """Of several plans for it the last one."""
    plans = [update for update in updates if update.kind == UpdateKind.SCHEDULED]
    return [update for update in updates if update not in plans[:-1]]


def standing(moved: Update | None, report: Report, *, language: str) -> str:
    """Where the report stands after the change `moved`, in a word or two; what is open again was not received today."""
    if moved is not None and moved.kind == UpdateKind.REOPENED:
        return translate(UPDATE_WORDS[UpdateKind.REOPENED], language)
    return status_word((moved and moved.to_status) or report.status, language)


def event(
    update: Update, rules: Rules, *, language: str, words: Words, asked: bool = False, silent: bool = False
) -> dict[str, object]:
    """One thing that happened: when, in which words of ours, by whom, and what staff wrote."""
    return {
        "at": update.at,
        "happened": _happened(update, words),
        "day": on_weekday(day, language) if (day := planned_day(update)) is not None else "",
        "unit": unit_name(update, rules, language=language),
        "words": None if silent else words_of(update, asked=asked),
    }


def _happened(update: Update, words: Words) -> str:
    if planned_day(update) is None:
        return words.happened.get(update.kind, words.news)
    return MOVED if update.data.get("moved") else PLANNED


def planned_day(update: Update) -> date | None:
    """The day for which this line says that a crew has it on its list."""
    day = update.data.get("day") if update.kind == UpdateKind.SCHEDULED else None
    return date.fromisoformat(day) if day else None


def unit_name(update: Update, rules: Rules, *, language: str) -> str:
    """Who did it: the unit, else the municipality."""
    unit = rules.units.get(update.unit_code or "")
    return unit.name(language) if unit else rules.municipality.name(language)


def address_for_all(report: Report) -> str | None:
    """The place in words that everybody may read."""
    return report.public_address


def hears(item: Item, support: Support | None) -> bool:
    """Whether the reader wants this mail and can get it."""
    if support is not None:
        return support.hears
    return item.own.reporter is not None and item.own.reporter.hears
