"""What a mail about one update tells, whoever it goes to: the status, the unit and how to reach it, staff's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.errors import N_
from app.models import Report, Update, UpdateKind

if TYPE_CHECKING:
    from app.routing import Rules

WHEN_DONE = N_("You get a mail when it is done.")
# What is the same for the reporter and for those who reported the same.
HAPPENED: dict[str, str] = {
    UpdateKind.TAKEN: N_("%(unit)s has started working on it."),
    UpdateKind.SCHEDULED: N_("A crew from %(unit)s has put it on its list."),
    UpdateKind.FIXED: N_("It is fixed, says %(unit)s."),
}
NEXT: dict[str, str] = {
    UpdateKind.FORWARDED: N_("They look at it and mend it. You get a mail when it is done."),
    UpdateKind.TAKEN: WHEN_DONE,
    UpdateKind.SCHEDULED: WHEN_DONE,
    UpdateKind.REFERRED: N_("They decide when it is mended. Please ask them about it."),
    UpdateKind.REJECTED: N_("Do you think that this is wrong? Reply to this mail."),
}
# A date is promised only while somebody still has to do something.
_WITH_DATE = {UpdateKind.FORWARDED, UpdateKind.TAKEN, UpdateKind.SCHEDULED}


def category_name(report: Report, rules: Rules, *, language: str) -> str:
    """The category in words; its code where it left the rules file."""
    category = rules.categories.get(report.category_code)
    return category.name(language) if category else report.category_code


def about(update: Update, report: Report, rules: Rules, *, language: str, asked: bool = False) -> dict[str, object]:
    """Staff's words go along when they are meant for the public; with `asked` also a question to just this reader."""
    unit = rules.units.get(update.unit_code or "")
    told = update.note is not None and (update.note.public or (asked and update.kind == UpdateKind.ASKED))
    return {
        "status": update.to_status or report.status,
        "unit": unit.name(language) if unit else rules.municipality.name(language),
        "unit_phone": unit.phone if unit and unit.outside else None,
        "unit_url": unit.url if unit and unit.outside else None,
        "words": update.note.body if told and update.note else None,
        "due_at": report.due_at if update.kind in _WITH_DATE else None,
    }
