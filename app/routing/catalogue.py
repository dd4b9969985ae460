"""What the file describes: municipality, units, categories. The file's keys are the attributes' names."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import holidays
from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from app.routing.fields import Code, FromFile, PhoneNumber, WebAddress, Words
from app.routing.limited import Notice, PhoneInstead, Stopper
from app.routing.texts import Texts, pick

Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
NamedOne = TypeVar("NamedOne", bound="Named")
SIMILAR_METRES = 100
SIMILAR_ASSET_METRES = 30
QuestionKind = Literal["text", "number", "one", "several", "date"]


FirstAnswerDays = Annotated[int, Field(ge=1, le=60)]
InterimDays = Annotated[int, Field(ge=5, le=365)]


class Named(FromFile):
    """Something with a code and a name in each of the municipality's languages."""

    code: Code
    names: Texts

    def name(self, lang: str) -> str:
        """The name in the language, else in the municipality's default language (the first in the file)."""
        return pick(self.names, lang)


def _each_once(named: tuple[NamedOne, ...]) -> tuple[NamedOne, ...]:
    codes = [one.code for one in named]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise PydanticCustomError("codes_twice", "{codes}", {"codes": ", ".join(twice)})
    return named


class MapView(FromFile):
    """Where the map opens, in degrees WGS84 and web map zoom levels."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    zoom: int = Field(ge=1, le=20)


class Phone(Named):
    """A number that stands above the form; `emergency` ones come first and are marked as such."""

    number: PhoneNumber
    emergency: bool = False


class OutsideContact(FromFile):
    """Whom to ask about a place that is not ours."""

    name: Words
    phone: PhoneNumber | None = None
    url: WebAddress | None = None


class Outside(FromFile):
    """What a person is told about a place outside the service area."""

    texts: Texts
    contacts: tuple[OutsideContact, ...] = ()

    def text(self, lang: str) -> str:
        """The sentence in the language, else in the default language."""
        return pick(self.texts, lang)


class Municipality(FromFile):
    """Whose service this is. The first of `languages` is the default."""

    names: Texts
    # The number by which the country's registers know it; without it they are not searched.
    number: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{2,12}$")] | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    region: str | None = None
    timezone: str
    languages: tuple[Language, ...] = Field(min_length=1)
    service_area: str
    map: MapView
    outside: Outside
    phones: Annotated[tuple[Phone, ...], AfterValidator(_each_once)] = ()
    # Working days until a person has answered, and days of the calendar until the reporter hears again (None: a month).
    first_answer_days: FirstAnswerDays = 3
    interim_days: InterimDays | None = None

    @property
    def default_language(self) -> str:
        """The language used where another was asked for and is not there."""
        return self.languages[0]

    def name(self, lang: str | None = None) -> str:
        """The municipality's name."""
        return pick(self.names, lang or self.default_language)

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, KeyError) as error:
            raise PydanticCustomError("timezone", "no timezone {name}", {"name": name}) from error
        return name

    @field_validator("country")
    @classmethod
    def _known_country(cls, name: str) -> str:
        if name not in holidays.list_supported_countries():
            raise PydanticCustomError("country", "no calendar for {name}", {"name": name})
        return name

    @model_validator(mode="after")
    def _known_region(self) -> Municipality:
        if self.region is not None and self.region not in holidays.list_supported_countries()[self.country]:
            raise PydanticCustomError("region", "no calendar for {name}", {"name": f"{self.country}-{self.region}"})
        return self


class Channel(FromFile):
    """One way a report reaches a unit; an inbox has no address."""

    kind: Literal["email", "inbox", "webhook"]
    address: str | None = None

    @model_validator(mode="after")
    def _has_its_address(self) -> Channel:
        address = self.address or ""
        name, _, domain = address.partition("@")
        good = {
            "email": bool(name and "." in domain) and not any(c in address for c in " \r\n,;<>"),
            "webhook": address.startswith("https://") and not any(c in address for c in " \r\n"),
            "inbox": self.address is None,
        }
        if not good[self.kind]:
            raise PydanticCustomError(f"channel_{self.kind}", "{address}", {"address": address or "nothing"})
        return self


class Unit(Named):
    """Who mends: municipal, or `outside` (an authority or company that is told but can not be commanded).

    `desk`: the service desk itself. What is proposed to it stays in the desk's queue, and nothing is sent there.
    """

    outside: bool = False
    desk: bool = False
    channels: tuple[Channel, ...] = Field(min_length=1)
    phone: PhoneNumber | None = None
    url: WebAddress | None = None


class Group(Named):
    """A heading that categories stand under."""

    icon: Code = "other"


class Option(Named):
    """One answer to choose."""


class Question(Named):
    """What the crew needs to know beside the place; asked in the form."""

    help: Texts | None = None
    kind: QuestionKind
    required: bool = False
    options: Annotated[tuple[Option, ...], AfterValidator(_each_once)] = ()

    @model_validator(mode="after")
    def _options_where_one_chooses(self) -> Question:
        chosen = self.kind in {"one", "several"}
        if chosen and len(self.options) < 2:
            raise PydanticCustomError("options_missing", "{kind}", {"kind": self.kind})
        if not chosen and self.options:
            raise PydanticCustomError("options_unwanted", "{kind}", {"kind": self.kind})
        return self

    def in_words(self, value: object, lang: str) -> str:
        """An answer as people read it: the names of the chosen options, or what was typed."""
        names = {option.code: option.name(lang) for option in self.options}
        return ", ".join(names.get(str(part), str(part)) for part in (value if isinstance(value, list) else [value]))


def _listed_notices(value: Any) -> Any:
    """A notice that is only a text, or only one, may be written without a list."""
    if not isinstance(value, dict):
        return value
    return [value] if "texts" in value else [{"texts": value}]


class Category(Named):
    """One kind of report. `days_to_due` counts working days; None: no date is promised. `first_answer_days`
    and `interim_days` are the municipality's where they are None.

    An open report within `similar_metres` may be about the same fault (0: never), and so may one of the categories
    `similar_to`.
    """

    group: Code
    help: Texts
    days_to_due: Annotated[int, Field(ge=1, le=365)] | None = None
    first_answer_days: FirstAnswerDays | None = None
    interim_days: InterimDays | None = None
    private: bool = False
    asset_kind: Literal["lamp"] | None = None
    similar_metres: Annotated[int, Field(ge=0, le=1000)] | None = None
    similar_to: tuple[Code, ...] = ()
    questions: Annotated[tuple[Question, ...], AfterValidator(_each_once)] = ()
    notices: Annotated[tuple[Notice, ...], BeforeValidator(_listed_notices)] = Field(default=(), alias="notice")
    stoppers: tuple[Stopper, ...] = ()
    phone_instead: PhoneInstead | None = None
    synonyms: dict[str, tuple[Words, ...]] = Field(default_factory=dict)
    icon: Code = "other"
    closes_as: Literal["fixed", "answered"] = "fixed"
    # For who plans a round: minutes of work at the stop, whether one must be lifted to it, {material code: pieces}.
    service_minutes: Annotated[int, Field(ge=1, le=480)] | None = None
    lift: bool | None = None
    needs: dict[Code, Annotated[float, Field(gt=0, le=999)]] = Field(default_factory=dict)

    def help_text(self, lang: str) -> str:
        """The one-sentence help in the language, else in the default language."""
        return pick(self.help, lang)

    def notice_text(self, lang: str) -> str | None:
        """What is said wherever and whenever, in the language; None where there is no such notice."""
        return " ".join(notice.text(lang) for notice in self.notices if notice.always) or None

    @property
    def similar_radius(self) -> int:
        """Metres within which another open report may be the same fault: a lamp's pin is exact, a pothole's is not."""
        if self.private:
            return 0
        if self.similar_metres is not None:
            return self.similar_metres
        return SIMILAR_ASSET_METRES if self.asset_kind else SIMILAR_METRES

    def question(self, code: str) -> Question | None:
        """The question with this code, if the category asks it."""
        return next((question for question in self.questions if question.code == code), None)
