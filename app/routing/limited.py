"""Notices and stoppers: what is said before somebody writes, everywhere or only somewhere, sometimes, for an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from app.routing.answers import answer_words
from app.routing.fields import Answers, Codes, DatesOrOnce, FromFile, Hours, PhoneNumber, WebAddress
from app.routing.texts import Texts, pick


class Limited(FromFile):
    """A text that holds where each of its limits does; one without limits always does."""

    texts: Texts
    area: Codes | None = None
    dates: DatesOrOnce | None = None
    hours: Hours | None = None

    def text(self, lang: str) -> str:
        """The sentence in the language, else in the default language."""
        return pick(self.texts, lang)


class SiteNotice(Limited):
    """Stands above the form whatever it is about: closed roads, an outage, a storm. `url` leads to more."""

    level: Literal["info", "warning", "danger"] = "info"
    url: WebAddress | None = None


class ForAnswers(Limited):
    """Limited by what was answered to the category's own questions as well."""

    answers: Answers | None = None

    @property
    def always(self) -> bool:
        """Whether it has no limits."""
        return self.on_page and self.answers is None

    @property
    def on_page(self) -> bool:
        """Whether the page can tell by itself: place and time play no part."""
        return self.area is None and self.dates is None and self.hours is None

    def answered(self, given: Mapping[str, Any]) -> bool:
        """Whether each of its questions was answered with one of its answers."""
        wanted = (self.answers or {}).items()
        return all(any(one in values for one in answer_words(given.get(code))) for code, values in wanted)


class Notice(ForAnswers):
    """Something to know before one writes."""

    level: Literal["info", "warning"] = "info"


class Stopper(ForAnswers):
    """No form, but a number to ring now, and why."""

    number: PhoneNumber


class PhoneInstead(FromFile):
    """A stopper without limits: the whole category is for the telephone."""

    number: PhoneNumber
    texts: Texts

    def text(self, lang: str) -> str:
        """The sentence in the language, else in the default language."""
        return pick(self.texts, lang)
