"""What happened to a report, in plain words: for everybody, and for the holder of its follow link."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from app.errors import N_
from app.languages import on_weekday
from app.models import ActorKind, Report, Update, UpdateKind
from app.queries import public
from app.routing import Rules, Unit
from app.text import show_date, translate

_WORDS: dict[str, str] = {
    UpdateKind.SUBMITTED: N_("The service desk has received the report."),
    UpdateKind.IMPORTED: N_("The report was taken over from an earlier system."),
    UpdateKind.FORWARDED: N_("Sent to %(unit)s, who mend such things."),
    UpdateKind.TAKEN: N_("%(unit)s has started working on it."),
    UpdateKind.SCHEDULED: N_("It is on the list of a crew from %(unit)s."),
    UpdateKind.UNSCHEDULED: N_("It is no longer planned for that day. %(unit)s finds another one."),
    UpdateKind.FIXED: N_("It is fixed."),
    UpdateKind.NOT_MENDED: N_("It is not mended after all, and we are sorry. %(unit)s goes on with it."),
    UpdateKind.ANSWERED: N_("The service desk has answered."),
    UpdateKind.REFERRED: N_("Sent on to %(unit)s. They must mend it, not the municipality."),
    UpdateKind.REJECTED: N_("The service desk has closed the report without work."),
    UpdateKind.DUPLICATE: N_("Somebody had already reported the same thing. We go on with the first report."),
    UpdateKind.WITHDRAWN: N_("Withdrawn by the person who reported it."),
    UpdateKind.REOPENED: N_("It is still broken, says the person who reported it. The service desk looks at it again."),
    UpdateKind.GONE: N_("It is no longer a problem, says the person who reported it."),
    UpdateKind.NOTED: N_("A message from those who work on it:"),
    UpdateKind.INTERIM: N_("It is not done yet. A message from those who work on it:"),
    UpdateKind.DUE_SET: N_("It should now be done by %(date)s, say those who work on it:"),
    UpdateKind.SPLIT: N_("It was another thing after all. The service desk looks at this report again."),
}
BY_ANOTHER = N_("It is still broken, says somebody who reported the same. The service desk looks at it again.")
PLANNED = N_("Planned for %(day)s. A crew from %(unit)s drives to the place.")
MOVED = N_("It has been moved: it is now planned for %(day)s. A crew from %(unit)s drives to the place.")
FIXED_BY = N_("It is fixed, says %(unit)s.")
_TO_THE_HOLDER: dict[str, str] = {
    UpdateKind.WITHDRAWN: N_("You withdrew the report."),
    UpdateKind.GONE: N_("You told us that it is no longer a problem."),
    UpdateKind.CORRECTED: N_("You corrected the report: %(what)s."),
    UpdateKind.REOPENED: N_("You told us that it is still broken. The service desk looks at it again."),
    UpdateKind.ASKED: N_("The service desk asks you:"),
    UpdateKind.REPLIED: N_("You wrote to us:"),
    UpdateKind.PHOTO_ADDED: N_("You added photos."),
    UpdateKind.CONFIRMED: N_("You confirmed your e-mail address."),
}
_WITHHELD = {
    True: N_("You asked us to show your words and photos to nobody else."),
    False: N_("You let us show your words and photos again."),
}
_CORRECTED: dict[str, str] = {
    "words": N_("what you wrote"),
    "place": N_("the place"),
    "category": N_("what it is about"),
    "answers": N_("your answers"),
    "contact": N_("how we reach you"),
}
_FROM_OR_TO_THE_HOLDER = {
    UpdateKind.ASKED,
    UpdateKind.REPLIED,
    UpdateKind.REOPENED,
    UpdateKind.CONFIRMED,
    UpdateKind.PHOTO_ADDED,
    UpdateKind.CORRECTED,
    UpdateKind.WITHHELD,
}
# What the desk tells a unit when it sends a report on is between the two.
_WORDS_FOR_STAFF = {UpdateKind.FORWARDED, UpdateKind.TAKEN, UpdateKind.SCHEDULED}
# What stood there before is what the reporter wanted to be gone.
_NEVER_SHOWN = {UpdateKind.CORRECTED}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. `unit` is one outside, which can be asked about it."""

    title: str
    at: datetime
    words: str
    unit: Unit | None = None


def for_everybody(report: Report, rules: Rules, *, lang: str) -> list[Line]:
    """Newest first; expects the updates with their notes to be loaded."""
    return _lines(public.history(report), rules, lang=lang, own=False)


def for_holder(report: Report, rules: Rules, *, lang: str) -> list[Line]:
    """As everybody's, with what went to and fro between the desk and the reporter."""
    shown = {id(update) for update in public.history(report)}
    lines = [update for update in report.updates if id(update) in shown or _is_with_holder(update)]
    return _lines(lines, rules, lang=lang, own=True)


def of_first(first: Report, rules: Rules, *, lang: str) -> list[Line]:
    """What the sender of a report that went into `first` may know of it: what everybody may, and of a private kind
    only what happened. Newest first.
    """
    lines = _lines(public.history(first), rules, lang=lang, own=False)
    return [replace(line, words="") for line in lines] if first.private else lines


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
    unit = rules.units.get(update.unit_code or "")
    sentence = _sentence(update, by_holder=by_holder, has_unit=unit is not None)
    if sentence is None:
        return None
    name = unit.name(lang) if unit else translate(N_("the right people"), lang)
    what = ", ".join(translate(_CORRECTED[code], lang) for code in update.data.get("what", ()) if code in _CORRECTED)
    note = update.note
    readable = note is not None and (by_holder or (note.public and update.kind not in _WORDS_FOR_STAFF))
    return Line(
        translate(sentence, lang, unit=name, what=what, date=_due_date(update, lang), day=_planned_day(update, lang)),
        update.at,
        note.body if note is not None and readable and update.kind not in _NEVER_SHOWN else "",
        unit if unit is not None and unit.outside else None,
    )


def _due_date(update: Update, lang: str) -> str:
    """The day by which it should be done since then; empty for lines about something else."""
    due = update.data.get("due")
    return show_date(datetime.fromisoformat(due), lang) if due else ""


def _planned_day(update: Update, lang: str) -> str:
    """The day for which a crew has it on its list since then, with its weekday."""
    day = update.data.get("day") if update.kind == UpdateKind.SCHEDULED else None
    return on_weekday(date.fromisoformat(day), lang) if day else ""


def _sentence(update: Update, *, by_holder: bool, has_unit: bool) -> str | None:
    if by_holder and update.kind == UpdateKind.WITHHELD:
        return _WITHHELD[bool(update.data.get("withheld"))]
    if update.kind == UpdateKind.FIXED and has_unit:
        return FIXED_BY
    if update.kind == UpdateKind.SCHEDULED and update.data.get("day"):
        return MOVED if update.data.get("moved") else PLANNED
    if update.kind == UpdateKind.REOPENED and update.data.get("by_part"):
        return BY_ANOTHER
    return (_TO_THE_HOLDER.get(update.kind) if by_holder else None) or _WORDS.get(update.kind)
