"""The reporter corrects the report while it is open: words, place, category, answers, contact data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.errors import N_, Conflict, Invalid
from app.models import REPORTER, Report, Reporter, ReportStatus, Update
from app.models.address import ascii_address
from app.queries.surroundings import surroundings
from app.services import drafts, notifying, photos, proposing
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.following import IS_CLOSED, hold, not_too_often
from app.services.limits import take_now
from app.services.reporting import ASSET_NUMBER
from app.services.telling_units import has_unit, tell_unit

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.routing import Category, Rules

CHANGED_MEANWHILE = N_(
    "Something happened with the report while you wrote. What you wrote is still here. Look at it once more, and save."
)
ONLY_WHILE_NEW = N_(
    "Somebody is at work on the report, so its kind can no longer be changed. Tell it in your own words."
)
ON_A_LIST = N_("A crew is on its way to the place. Write to them under “Tell us more” where it really is.")
NOTHING_TO_CONFIRM = N_("There is no e-mail address to confirm.")
WRONG = N_("Something is missing or wrong. Nothing was lost: mend it and save again.")

# What a unit must know of; contact data it looks up when it needs them.
_FOR_THE_UNIT = {"words", "place", "category", "answers"}
_PLACE = {"lat", "lon", "address"}
# New addresses for one report in a day: each of them is sent a mail that nobody there may have asked for.
NEW_ADDRESSES = 5
TOO_MANY_ADDRESSES = N_("The e-mail address was changed many times today. Try again tomorrow.")


@dataclass(frozen=True)
class Corrected:
    """What was changed, as codes: words, place, category, answers, contact.

    `email_is_new`: its owner must confirm it, and gets a mail with the button for that, at the most once a day.
    """

    what: tuple[str, ...]
    email_is_new: bool = False


def can_correct(report: Report) -> bool:
    """While somebody still has to do something."""
    return report.is_open


def can_change_category(report: Report) -> bool:
    """Until somebody outside the service desk has it."""
    return report.status == ReportStatus.NEW


def can_move(report: Report) -> bool:
    """Until a crew drives there."""
    return report.status != ReportStatus.SCHEDULED


def correct(
    session: Session, report: Report, draft: ReportDraft, *, rules: Rules, version: int, at: datetime
) -> Corrected:
    """Write what differs in `draft`, as the reporter now wants the report; where nothing differs, nothing happens.

    New words are read by the desk before anybody else reads them. While it is new, another place, category or answer
    gives another proposal and due date. Expects `report.reporter` to be loaded. Raises Invalid naming every mistaken
    field, and Conflict: closed, or changed since `version`.
    """
    hold(session, report)
    if not can_correct(report):
        raise Conflict(IS_CLOSED)
    changed = _changes(report, draft, rules)
    contact = _contact_changes(report.reporter, draft.reporter)
    if not changed and not contact:
        return Corrected(())
    if version != report.version:
        raise Conflict(CHANGED_MEANWHILE)
    _check(report, draft, rules, changed=changed, at=at)
    not_too_often(session, report, at=at)
    if contact.get("email") and not take_now(
        session, f"new_address:{report.id}", burst=NEW_ADDRESSES, per_hour=NEW_ADDRESSES / 24, at=at
    ):
        raise Invalid(WRONG, fields={"email": TOO_MANY_ADDRESSES})
    former = report.reporter.email if report.reporter is not None and report.reporter.hears else None
    update = _write(session, report, changed, contact, rules=rules, language=draft.reporter.language, at=at)
    what = tuple(update.data["what"])
    if has_unit(report) and _FOR_THE_UNIT & set(what):
        tell_unit(session, report, update, kind="corrected", at=at)
    if "email" in contact and former is not None:
        notifying.tell_former(session, report, update, email=former, at=at)
    if "email" in contact:
        notifying.drop_receipts(session, report)
    is_new = bool(contact.get("email"))
    if is_new:
        notifying.ask_to_confirm(session, report, update, at=at)
    return Corrected(what, email_is_new=is_new)


def ask_again(session: Session, report: Report, *, at: datetime) -> None:
    """Send the mail with the button once more; to no address twice on one day, and nobody is told which it was.

    Expects `report.reporter` and `report.updates` to be loaded. Raises Conflict where there is nothing to confirm.
    """
    hold(session, report)
    reporter = report.reporter
    if reporter is None or not reporter.email or reporter.hears:
        raise Conflict(NOTHING_TO_CONFIRM)
    notifying.ask_to_confirm(session, report, report.updates[0], at=at)


def _changes(report: Report, draft: ReportDraft, rules: Rules) -> dict[str, object]:
    """The columns that differ, with what they become."""
    wanted: dict[str, object] = {
        "description": draft.description.strip() or None,
        "address": draft.address.strip()[:200] or None,
    }
    if draft.lat is not None and draft.lon is not None:
        wanted |= {"lat": round(draft.lat, 6), "lon": round(draft.lon, 6)}
    category = rules.categories.get(draft.category)
    if draft.category != report.category_code:
        wanted["category_code"] = draft.category
    if category is not None:
        kept = drafts.keep_answers(category, draft.answers, lang=draft.reporter.language)
        if _values(kept) != _values(report.answers):
            wanted["answers"] = kept
    return {name: value for name, value in wanted.items() if value != getattr(report, name)}


def _values(answers: list[dict[str, object]]) -> dict[str, object]:
    return {str(answer["code"]): answer["value"] for answer in answers}


def _contact_changes(reporter: Reporter | None, given: ReporterDraft) -> dict[str, str | None]:
    wanted = {"name": given.name.strip(), "email": ascii_address(given.email), "phone": given.phone.strip()}
    known = {name: (getattr(reporter, name) if reporter else None) or "" for name in wanted}
    # The same address in other letters is the same mailbox, and stays confirmed.
    if wanted["email"].lower() == known["email"].lower():
        wanted["email"] = known["email"]
    return {name: value or None for name, value in wanted.items() if value != known[name]}


def _check(report: Report, draft: ReportDraft, rules: Rules, *, changed: dict[str, object], at: datetime) -> None:
    """Raises Invalid with all mistakes: those of a new report, and what is too late to change."""
    problems: dict[str, str] = {}
    try:
        # What is urgent by now may have been none when it was sent: only a new fact sends anybody to the telephone.
        drafts.check(draft, rules, at=at, at_desk=not changed.keys() & {"category_code", "lat", "answers"})
    except Invalid as error:
        if not error.fields:
            raise
        problems |= error.fields
    if "category_code" not in changed:
        problems.pop("category", None)
    elif not can_change_category(report):
        problems["category"] = ONLY_WHILE_NEW
    if changed.keys() & {"lat", "lon"} and not can_move(report):
        problems["position"] = ON_A_LIST
    if problems:
        raise Invalid(WRONG, fields=problems)


def _write(
    session: Session,
    report: Report,
    changed: dict[str, object],
    contact: dict[str, str | None],
    *,
    rules: Rules,
    language: str,
    at: datetime,
) -> Update:
    category = rules.categories.get(str(changed.get("category_code", report.category_code)))
    if "category_code" in changed and category is not None:
        changed["private"] = category.private
    before = [
        report.description if "description" in changed else None,
        report.address if "address" in changed else None,
    ]
    code_before = report.category_code
    words = "\n".join(one for one in before if one)
    update = report.correct(changed, what=_what(changed, contact), actor=REPORTER, at=at, before=words)
    if "category_code" in changed:
        if report.private:
            photos.unpublish(session, [report.id])
        update.data = {**update.data, "category_before": code_before, "category": report.category_code}
    if category is not None and changed.keys() & {"category_code", "answers", *_PLACE}:
        _find_out_again(session, report, category, rules)
    if contact:
        _write_contact(report, contact, language=language)
    return update


def _what(changed: dict[str, object], contact: dict[str, str | None]) -> list[str]:
    codes = {
        "words": {"description"},
        "place": _PLACE,
        "category": {"category_code"},
        "answers": {"answers"},
    }
    return [code for code, names in codes.items() if names & changed.keys()] + (["contact"] if contact else [])


def _find_out_again(session: Session, report: Report, category: Category, rules: Rules) -> None:
    """The lamp, the road and the address of the place; while it is new, also who is to have it and when it is due."""
    number = next((str(one["value"]) for one in report.answers if one["code"] == ASSET_NUMBER), "")
    around = surroundings(session, lat=report.lat, lon=report.lon, asset_kind=category.asset_kind, number=number)
    proposing.write_facts(report, around)
    if report.status == ReportStatus.NEW:
        proposing.propose(report, category, rules, at=report.created_at)


def _write_contact(report: Report, contact: dict[str, str | None], *, language: str) -> None:
    reporter = report.reporter
    if reporter is None:
        reporter = report.reporter = Reporter(language=language)
    for name, value in contact.items():
        setattr(reporter, name, value)
    if "email" in contact:
        # Nobody knows yet whose address the new one is; to the old one nothing goes any more.
        reporter.confirmed_at = reporter.stopped_at = reporter.bounced_at = None
