"""What can be reported, as the API describes it: categories, their questions, notices, and numbers to ring instead."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class OptionOut(BaseModel):
    """One answer to choose."""

    code: str
    name: str


class QuestionOut(BaseModel):
    """What a category asks beside the place."""

    code: str
    name: str
    help: str | None
    kind: Literal["text", "number", "one", "several", "date"]
    required: bool
    options: list[OptionOut]


class PhoneInsteadOut(BaseModel):
    """Ring instead of writing; a report with this category is refused."""

    number: str
    text: str


class SpanOut(BaseModel):
    """Both ends: days as MM-DD (of every year) or YYYY-MM-DD, or local time as HH:MM, whose end is not included."""

    start: str = Field(alias="from")
    end: str = Field(alias="to")


class LimitedOut(BaseModel):
    """A text that holds where each of its limits does; null: no limit of that kind."""

    text: str
    area: list[str] | None = Field(description="Codes of areas, in one of which the place must lie.")
    dates: SpanOut | None
    hours: SpanOut | None


class SiteNoticeOut(LimitedOut):
    """Something to know before one reports anything."""

    level: Literal["info", "warning", "danger"]
    url: str | None


class NoticeOut(LimitedOut):
    """Something to know before one reports this; `answers` are a question's code and those that it holds for."""

    level: Literal["info", "warning"]
    answers: dict[str, list[str]] | None


class StopperOut(LimitedOut):
    """Ring instead of writing; a report for which it holds is refused with 422."""

    number: str
    answers: dict[str, list[str]] | None


class LatelyOut(BaseModel):
    """How it was in the last 90 days."""

    closed: int = Field(description="Reports that were mended or answered, at least ten.")
    days: int = Field(description="Calendar days within which nine of ten of them were.")
    in_time: float | None = Field(description="Share of those with a due date that were done by it, 0 to 1.")


class CategoryOut(BaseModel):
    """One kind of report."""

    code: str
    name: str
    group: str
    help: str
    notice: str | None = Field(description="What holds wherever and whenever, in one text.")
    notices: list[NoticeOut]
    stoppers: list[StopperOut]
    synonyms: list[str] = Field(description="Other words for it.")
    days_to_due: int | None = Field(description="Working days until it should be done.")
    lately: LatelyOut | None = Field(description="Null while too few were closed.")
    private: bool = Field(description="Reports of this category are never public.")
    phone_instead: PhoneInsteadOut | None
    questions: list[QuestionOut]


class GroupOut(BaseModel):
    """A heading that categories stand under."""

    code: str
    name: str


class Categories(BaseModel):
    """What can be reported, in one language."""

    language: str
    groups: list[GroupOut]
    categories: list[CategoryOut]
    notices: list[SiteNoticeOut]
