"""What somebody sent, before it is a report: parsed once for form and API, and checked with all mistakes at once."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from app.delivery import DeliveryFailed
from app.delivery.letter import address_of
from app.errors import N_, Invalid
from app.models.address import ascii_address
from app.routing import Category, Facts, Question, Rules, in_service_area, stopper_at
from app.services.coordinates import NO_PLACE, is_no_place
from app.text import one_line

MAX_PHOTOS = 5
MAX_DESCRIPTION = 3000
_EMAIL = re.compile(r"[^@\s,;<>\"()\[\]]{1,64}@[^@\s,;<>\"()\[\]]+\.[^@\s,;<>\"()\[\].]{2,}")
NOT_ANSWERED = N_("This question must be answered.")
_PHONE = re.compile(r"\+?[0-9 ()-]{5,30}")


@dataclass(frozen=True, kw_only=True)
class ReporterDraft:
    """Contact data as typed; empty texts mean not given."""

    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = "nb"

    def __post_init__(self) -> None:
        """A name is one line, wherever it is shown; what is no address or number is refused by the check."""
        object.__setattr__(self, "name", one_line(self.name))

    @property
    def given(self) -> bool:
        """Whether there is anything to keep."""
        return bool(self.name or self.email or self.phone)


@dataclass(frozen=True, kw_only=True)
class ReportDraft:
    """A report as sent. Degrees WGS84; without a position an address or a mast's number must stand in for it.

    `not_asset` is the id of a lamp close by that the reporter says it is not about.
    """

    category: str
    lat: float | None = None
    lon: float | None = None
    address: str = ""
    description: str = ""
    answers: Mapping[str, object] = field(default_factory=dict)
    not_asset: int | None = None
    photo_ids: tuple[uuid.UUID, ...] = ()
    reporter: ReporterDraft = ReporterDraft()
    channel: str = "web"
    written_at: datetime | None = None

    def __post_init__(self) -> None:
        """The same of the address of the place; a description keeps its paragraphs."""
        object.__setattr__(self, "address", one_line(self.address))


def check(
    draft: ReportDraft,
    rules: Rules,
    *,
    at: datetime | None = None,
    at_desk: bool = False,
    unfinished: bool = False,
) -> Category:
    """The category of a draft that can be taken in at a time; raises Invalid naming every mistaken field.

    At the desk somebody has phoned already, so what is urgent is taken in as well. An `unfinished` one is made of a
    mail: nobody was asked for a place and for answers, so the desk sees to them.
    """
    problems: dict[str, str] = {}
    category = rules.categories.get(draft.category)
    if category is None:
        gone, none = N_("Choose what it is about. This category is not in use."), N_("Choose what it is about.")
        problems["category"] = gone if draft.category else none
    else:
        if not at_desk and not unfinished:
            _stop(draft, category, rules, at=at)
        problems |= {} if unfinished else check_answers(category, draft.answers)
    problems |= {} if unfinished else check_place(draft.lat, draft.lon, draft.address, rules)
    problems |= check_reporter(draft.reporter)
    if len(draft.description) > MAX_DESCRIPTION:
        problems["description"] = N_("The text is too long. Use at most 3000 characters.")
    if len(draft.photo_ids) > MAX_PHOTOS:
        problems["photos"] = N_("Send at most five photos.")
    if problems or category is None:
        raise Invalid(N_("Something is missing or wrong. Nothing was lost: mend it and send again."), fields=problems)
    return category


def _stop(draft: ReportDraft, category: Category, rules: Rules, *, at: datetime | None) -> None:
    """Raises Invalid with the number where somebody must phone: for this category, place, time or answer."""
    facts = Facts(category=category.code, lat=draft.lat, lon=draft.lon, answers=dict(draft.answers), at=at)
    stopper = stopper_at(rules, category, facts)
    if stopper is not None:
        raise Invalid(
            N_("This is urgent. Phone %(number)s now instead of writing."),
            fields={"category": N_("This is urgent. Phone the number shown instead of writing.")},
            number=stopper.number,
        )


def check_place(lat: float | None, lon: float | None, address: str, rules: Rules) -> dict[str, str]:
    """Mistakes about the place, by field."""
    if lat is None or lon is None:
        if lat is not None or lon is not None:
            return {"position": N_("Give both latitude and longitude.")}
        return {} if address.strip() else {"position": N_("Show on the map where it is, or write the address.")}
    if in_service_area(rules, lat, lon):
        return {}
    return {"position": _why_not_here(lat, lon, rules)}


def _why_not_here(lat: float, lon: float, rules: Rules) -> str:
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return N_("This is no place on earth. Latitude is -90 to 90, longitude -180 to 180.")
    if is_no_place(lat, lon):
        return NO_PLACE
    if -90 <= lon <= 90 and in_service_area(rules, lon, lat):
        return N_("This place is far away. Did you swap latitude and longitude?")
    return N_("This place is outside our municipality. We cannot mend things there.")


def check_reporter(reporter: ReporterDraft) -> dict[str, str]:
    """Mistakes in the contact data, by field."""
    problems = {}
    if len(reporter.name) > 100:
        problems["name"] = N_("The name is too long. Use at most 100 characters.")
    if reporter.email and not _can_get_mail(reporter.email):
        problems["email"] = N_("The e-mail address must look like name@example.com.")
        if any(letter in reporter.email.partition("@")[0].lower() for letter in "æøå"):
            problems["email"] = N_("The e-mail address cannot have æ, ø or å before the @.")
    if reporter.phone and not _PHONE.fullmatch(reporter.phone):
        problems["phone"] = N_("Write the phone number with digits, for example 77 79 00 00.")
    return problems


def _can_get_mail(email: str) -> bool:
    """Whether mail can go there: whoever gets a promise of a mail must be told now, not by a failure later."""
    if not email.isprintable() or not _EMAIL.fullmatch(email):
        return False
    # As it will be kept; letters beyond ASCII may have become more, or a dot or @ of their own.
    kept = ascii_address(email)
    if len(kept) > 254 or not _EMAIL.fullmatch(kept):
        return False
    try:
        address_of(kept)
    except DeliveryFailed:
        return False
    return True


def check_answers(category: Category, answers: Mapping[str, object]) -> dict[str, str]:
    """Mistakes in the answers, by `answers.<code>`; "0" is an answer."""
    problems = {
        f"answers.{code}": N_("This question does not belong to the category.")
        for code in answers
        if category.question(code) is None
    }
    for question in category.questions:
        sentence = _check_answer(question, answers.get(question.code))
        if sentence:
            problems[f"answers.{question.code}"] = sentence
    return problems


def keep_answers(category: Category, answers: Mapping[str, object], *, lang: str) -> list[dict[str, object]]:
    """What is stored: code, value, and both in words, so that it stays readable when the question is gone."""
    kept: list[dict[str, object]] = []
    for question in category.questions:
        value = answers.get(question.code)
        if _is_blank(value):
            continue
        words = question.in_words(value, lang)
        kept.append({"code": question.code, "question": question.name(lang), "value": value, "text": words})
    return kept


def _is_blank(value: object) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _check_answer(question: Question, value: object) -> str | None:
    if _is_blank(value):
        return NOT_ANSWERED if question.required else None
    many = value if isinstance(value, list) else [value]
    if question.kind != "several" and isinstance(value, list):
        return N_("Give one answer.")
    if question.kind in {"one", "several"}:
        codes = {option.code for option in question.options}
        return None if all(part in codes for part in many) else N_("Choose one of the answers shown.")
    return _check_typed(question.kind, str(value))


def _check_typed(kind: str, text: str) -> str | None:
    if len(text) > 500:
        return N_("The answer is too long. Use at most 500 characters.")
    if kind == "number" and not re.fullmatch(r"-?[0-9]{1,9}([.,][0-9]{1,4})?", text.strip()):
        return N_("Answer with a number.")
    if kind == "date":
        try:
            date.fromisoformat(text)
        except ValueError:
            return N_("Answer with a date.")
    return None
