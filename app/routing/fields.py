"""The shapes that everything in the rules file is made of: codes, words, telephone numbers, spans of days and hours."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError


def as_list(value: Any) -> Any:
    """One value may be written without brackets."""
    return [value] if isinstance(value, (str, int, float, bool)) else value


def _lists_of_answers(value: Any) -> Any:
    return {key: as_list(answers) for key, answers in value.items()} if isinstance(value, dict) else value


Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Codes = Annotated[tuple[Code, ...], BeforeValidator(as_list), Field(min_length=1)]
Words = Annotated[str, Field(min_length=1, max_length=300)]
PhoneNumber = Annotated[str, Field(pattern=r"^\+?[0-9][0-9 ()-]{1,24}$")]
WebAddress = Annotated[str, Field(pattern=r"^https://\S+$")]
MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
# A day of every year, or one day with its year.
Day = Annotated[str, Field(pattern=r"^([0-9]{4}-)?(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
AnswerValues = Annotated[tuple[str, ...], Field(min_length=1)]
Answers = Annotated[dict[Code, AnswerValues], BeforeValidator(_lists_of_answers), Field(min_length=1)]


class FromFile(BaseModel):
    """Frozen, and an unknown key is a mistake, not a comment."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class Dates(FromFile):
    """Days of the year as MM-DD, both included; `from` after `to` runs over New Year."""

    first: MonthDay = Field(alias="from")
    last: MonthDay = Field(alias="to")

    @model_validator(mode="after")
    def _days_that_exist(self) -> Dates:
        for day in (self.first, self.last):
            _must_exist(day)
        return self

    @cached_property
    def days(self) -> frozenset[str]:
        """Every day of the span as MM-DD, and some that no month has."""
        first, last = self.first, self.last
        every = (f"{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 32))
        return frozenset(d for d in every if (first <= d <= last if first <= last else d >= first or d <= last))


class DatesOrOnce(FromFile):
    """Days of every year (MM-DD), or of one time only (YYYY-MM-DD); both included."""

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")

    @model_validator(mode="after")
    def _days_that_fit(self) -> DatesOrOnce:
        for day in (self.first, self.last):
            _must_exist(day)
        if len(self.first) != len(self.last):
            raise PydanticCustomError("dates_mixed", "{first} {last}", {"first": self.first, "last": self.last})
        if self.once and self.first > self.last:
            raise PydanticCustomError("dates_backwards", "{first} {last}", {"first": self.first, "last": self.last})
        return self

    @property
    def once(self) -> bool:
        """Whether the days have a year."""
        return len(self.first) > len("MM-DD")

    def hold(self, day: date) -> bool:
        """Whether the day, where the municipality is, lies within them."""
        first, last, today = self.first, self.last, day.isoformat() if self.once else f"{day:%m-%d}"
        return first <= today <= last if first <= last else today >= first or today <= last


class Hours(FromFile):
    """Local time as HH:MM, `from` included and `to` not; `from` after `to` runs over midnight."""

    start: Clock = Field(alias="from")
    end: Clock = Field(alias="to")

    @model_validator(mode="after")
    def _not_empty(self) -> Hours:
        if self.start == self.end:
            raise PydanticCustomError("empty_hours", "{hour}", {"hour": self.start})
        return self

    def hold(self, clock: str) -> bool:
        """Whether the time of day, HH:MM where the municipality is, lies within them."""
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


def _must_exist(day: str) -> None:
    """Without a year, 29 February does."""
    year, month_day = (int(day[:4]), day[5:]) if len(day) > len("MM-DD") else (2024, day)
    try:
        date(year, int(month_day[:2]), int(month_day[3:]))
    except ValueError as error:
        raise PydanticCustomError("no_such_day", "{day}", {"day": day}) from error
