"""What happened to a report, in plain words: for everybody, and for the holder of its follow link."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import N_
from app.models import ActorKind, Report, Update, UpdateKind
from app.models.reference import show_reference
from app.queries import public
from app.routing import Rules
from app.text import translate

_WORDS: dict[str, str] = {
    UpdateKind.SUBMITTED: N_("We have received the report."),
    UpdateKind.IMPORTED: N_("The report was taken over from an earlier system."),
    UpdateKind.FORWARDED: N_("Sent to %(unit)s, who mend such things."),
    UpdateKind.TAKEN: N_("%(unit)s has started working on it."),
    UpdateKind.SCHEDULED: N_("It is on the list of a crew from %(unit)s."),
    UpdateKind.FIXED: N_("It is fixed."),
    UpdateKind.ANSWERED: N_("The report has been answered."),
    UpdateKind.REFERRED: N_("Sent on to %(unit)s. They must mend it, not the municipality."),
    UpdateKind.REJECTED: N_("Closed without work."),
    UpdateKind.DUPLICATE: N_("Somebody had already reported the same thing. We go on with the first report."),
    UpdateKind.WITHDRAWN: N_("Withdrawn by the person who reported it."),
    UpdateKind.REOPENED: N_("It is still broken, says the person who reported it. The service desk looks at it again."),
    UpdateKind.NOTED: N_("A message about the report."),
}
_TO_THE_HOLDER: dict[str, str] = {
    UpdateKind.WITHDRAWN: N_("You withdrew the report."),
    UpdateKind.REOPENED: N_("You told us that it is still broken. The service desk looks at it again."),
    UpdateKind.ASKED: N_("The service desk asks you:"),
    UpdateKind.REPLIED: N_("You wrote to us:"),
    UpdateKind.PHOTO_ADDED: N_("You added photos."),
    UpdateKind.CONFIRMED: N_("You confirmed your e-mail address."),
}
_FROM_OR_TO_THE_HOLDER = {
    UpdateKind.ASKED,
    UpdateKind.REPLIED,
    UpdateKind.REOPENED,
    UpdateKind.CONFIRMED,
    UpdateKind.PHOTO_ADDED,
}
# What the desk tells a unit when it sends a report on is between the two.
_WORDS_FOR_STAFF = {UpdateKind.FORWARDED, UpdateKind.TAKEN, UpdateKind.SCHEDULED}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened."""

    title: str
    at: datetime
    words: str


def for_everybody(report: Report, rules: Rules, *, lang: str) -> list[Line]:
    """Newest first; expects the updates with their notes to be loaded."""
    return _lines(public.history(report), rules, lang=lang, own=False)


def for_holder(report: Report, rules: Rules, *, lang: str) -> list[Line]:
    """As everybody's, with what went to and fro between the desk and the reporter."""
    shown = {id(update) for update in public.history(report)}
    lines = [update for update in report.updates if id(update) in shown or _is_with_holder(update)]
    return _lines(lines, rules, lang=lang, own=True)


def show_first(session: Session, report: Report) -> str:
    """The reference of the report that this one is a duplicate of, as people read it; empty when none."""
    first = public.first_of(session, report)
    return show_reference(first) if first else ""


def last_question(report: Report) -> str:
    """What the desk asked the reporter last; empty when it asked nothing, or when that was erased."""
    asked = [update for update in report.updates if update.kind == UpdateKind.ASKED]
    return asked[-1].note.body if asked and asked[-1].note is not None else ""


def _is_with_holder(update: Update) -> bool:
    by_reporter = update.actor_kind == ActorKind.REPORTER and update.kind in _FROM_OR_TO_THE_HOLDER
    return by_reporter or update.kind == UpdateKind.ASKED


def _lines(updates: Iterable[Update], rules: Rules, *, lang: str, own: bool) -> list[Line]:
    lines = [_line(update, rules, lang=lang, own=own) for update in updates if own or update.kind in _WORDS]
    return list(reversed([line for line in lines if line is not None]))


def _line(update: Update, rules: Rules, *, lang: str, own: bool) -> Line | None:
    by_holder = own and (update.actor_kind == ActorKind.REPORTER or update.kind == UpdateKind.ASKED)
    sentence = (_TO_THE_HOLDER.get(update.kind) if by_holder else None) or _WORDS.get(update.kind)
    if sentence is None:
        return None
    unit = rules.units.get(update.unit_code or "")
    name = unit.name(lang) if unit else translate(N_("the right people"), lang)
    note = update.note
    readable = note is not None and (by_holder or (note.public and update.kind not in _WORDS_FOR_STAFF))
    return Line(translate(sentence, lang, unit=name), update.at, note.body if note is not None and readable else "")
