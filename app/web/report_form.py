"""The report form as somebody filled it in: raw texts, so that whatever was typed can be shown again."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite

from starlette.datastructures import FormData, QueryParams

from app.errors import N_, Invalid
from app.models import Photo
from app.routing import Category, Rules
from app.services import drafts
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.written import read_moment
from app.text import as_seen
from app.web.schemas import CONTROL

ANSWER = "answers."
# Our own are like this; it also goes into a header.
_KEY = re.compile(r"[A-Za-z0-9_-]{1,200}")
_ID = re.compile(r"[0-9]{1,18}")
NO_NUMBERS = N_("Write latitude and longitude as numbers, for example 69.6492 and 18.9553.")
TOO_MANY_PHOTOS = N_("Send at most five photos. The first five are kept.")
_TEXTS = (
    "category", "asked", "lat", "lon", "address", "description", "name", "email", "phone",
    "where", "kind", "seen", "written_at", "made", "pin", "not_lamp", "proposed",
)  # fmt: skip


@dataclass
class ReportForm:
    """`key` makes a second tap the same report; `asked` is the category whose questions the page showed.

    `where` and `kind` are what was typed to look for a place and for a category; `seen` holds the similar reports that
    the page showed ("-" for none), `written_at` the time at which it was written without a network, `made` the stamp
    of the time at which the page was made. `pin` is the place before the pin was moved onto a lamp, `not_lamp` the id
    of a lamp that it is not about. `proposed` is the place of a photo that nobody has said yes to yet, `device` what
    the browser is known by.
    """

    key: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    category: str = ""
    asked: str = ""
    lat: str = ""
    lon: str = ""
    address: str = ""
    description: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    where: str = ""
    kind: str = ""
    seen: str = ""
    written_at: str = ""
    made: str = ""
    pin: str = ""
    not_lamp: str = ""
    proposed: str = ""
    answers: dict[str, list[str]] = field(default_factory=dict)
    photo_ids: list[uuid.UUID] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    device: str = ""
    network: str = ""

    @classmethod
    def from_link(cls, query: QueryParams) -> ReportForm:
        """An empty form, or one that a link such as /?lat=69.65&lon=18.95&category=pothole filled in."""
        form = cls()
        for name in ("category", "lat", "lon", "address", "pin", "not_lamp"):
            setattr(form, name, _plain(query.get(name, ""))[:200])
        form.answers = {
            name.removeprefix(ANSWER): [_plain(value)[:500] for value in query.getlist(name)]
            for name in query
            if name.startswith(ANSWER)
        }
        form.asked = form.category
        return form

    @classmethod
    def from_post(cls, posted: FormData) -> ReportForm:
        """What was sent, without files."""
        form = cls()
        for name in _TEXTS:
            setattr(form, name, _text(posted, name))
        key = _text(posted, "key")
        form.key = key if _KEY.fullmatch(key) else form.key
        form.answers = {name.removeprefix(ANSWER): _all(posted, name) for name in posted if name.startswith(ANSWER)}
        removed = set(posted.getlist("remove_photo"))
        ids = (_uuid(text) for text in _all(posted, "photos") if text not in removed)
        form.photo_ids = list(dict.fromkeys(photo_id for photo_id in ids if photo_id is not None))
        return form

    def kept(self) -> list[tuple[str, str]]:
        """Everything typed, as (name, value), for a page that carries it along."""
        texts = [(name, getattr(self, name)) for name in ("key", *_TEXTS)]
        answers = [(f"{ANSWER}{code}", value) for code, values in self.answers.items() for value in values]
        return [*texts, *answers, *(("photos", str(photo_id)) for photo_id in self.photo_ids)]

    def category_in(self, rules: Rules) -> Category | None:
        """The chosen category, None when there is none or it is no longer in use."""
        return rules.categories.get(self.category)

    def has_unseen_questions(self, rules: Rules) -> bool:
        """Whether the page did not yet show the questions of the chosen category: it had no script."""
        category = self.category_in(rules)
        return (
            category is not None
            and category.phone_instead is None
            and bool(category.questions)
            and self.asked != self.category
        )

    def answer(self, code: str) -> str:
        """The one answer as typed."""
        return next((value for value in reversed(self.answers.get(code, [])) if value), "")

    def draft(self, rules: Rules, *, lang: str, channel: str = "web") -> ReportDraft:
        """What intake takes. Raises Invalid, with all other mistakes, where the position is no number."""
        position, readable = self._position()
        draft = ReportDraft(
            category=self.category,
            lat=position[0],
            lon=position[1],
            # What was only looked for, and never found on a map, may still lead the crew there.
            address=self.address.strip() or ("" if position[0] is not None else self.where.strip()),
            description=self.description,
            answers=self.typed_answers(rules),
            not_asset=int(self.not_lamp) if _ID.fullmatch(self.not_lamp) else None,
            photo_ids=tuple(self.photo_ids),
            reporter=ReporterDraft(
                name=self.name.strip(), email=self.email.strip(), phone=self.phone.strip(), language=lang
            ),
            channel=channel,
            written_at=read_moment(self.written_at),
        )
        if not readable:
            raise Invalid(NO_NUMBERS, fields={**_problems(draft, rules), "position": NO_NUMBERS})
        return draft

    def point(self) -> tuple[float, float] | None:
        """The position as numbers, None when there is none that can be read."""
        (lat, lon), _ = self._position()
        return None if lat is None or lon is None else (lat, lon)

    def place_before(self) -> tuple[float, float] | None:
        """Where the pin was before it was moved onto a lamp; None when it was not moved."""
        numbers = [_number(text) for text in self.pin.split(",")]
        if len(numbers) != 2 or numbers[0] is None or numbers[1] is None:
            return None
        return (numbers[0], numbers[1]) if abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180 else None

    def _position(self) -> tuple[tuple[float | None, float | None], bool]:
        """Both numbers (or None), and whether all could be read; one field may hold a pasted pair."""
        texts = [self.lat.strip(), self.lon.strip()]
        if texts[0] and not texts[1]:
            # "69.6492, 18.9553" pasted from a map; a comma alone is a Norwegian decimal sign.
            texts = texts[0].replace(", ", " ").replace(";", " ").split()
            texts = texts if len(texts) == 2 else [*texts[:1], ""]
        numbers = [_number(text) for text in texts]
        readable = all(number is not None for number, text in zip(numbers, texts, strict=True) if text)
        return (numbers[0], numbers[1]), readable

    def typed_answers(self, rules: Rules) -> Mapping[str, object]:
        """Answers to the chosen category's questions; those to the category chosen before are left behind."""
        category = self.category_in(rules)
        questions = category.questions if category else ()
        found: dict[str, object] = {}
        for question in questions:
            several = [value for value in self.answers.get(question.code, []) if value]
            if several:
                found[question.code] = several if question.kind == "several" else several[-1].strip()
        return found


def _problems(draft: ReportDraft, rules: Rules) -> Mapping[str, str]:
    try:
        drafts.check(draft, rules)
    except Invalid as error:
        return error.fields
    return {}


def _text(posted: FormData, name: str) -> str:
    value = posted.get(name, "")
    return _plain(value.replace("\r\n", "\n")) if isinstance(value, str) else ""


def _all(posted: FormData, name: str) -> list[str]:
    return [_plain(value) for value in posted.getlist(name) if isinstance(value, str)]


def _plain(text: str) -> str:
    """Nobody types control characters: they come along with pasted text, and mails and databases cannot keep them."""
    return as_seen(CONTROL.sub("", text))


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _number(text: str) -> float | None:
    try:
        number = float(text.replace(",", ".").removesuffix("°"))
    except ValueError:
        return None
    return number if isfinite(number) else None
