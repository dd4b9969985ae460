"""One rule of how long something is kept: what, why, and until when; app/services/retention.py lists them all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from app.languages import translations
from app.models.keeping import cutoff, last_day
from app.text import translate

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from app.services.retention_sweeps import Sweep
    from app.settings import Settings


@dataclass(frozen=True)
class Period:
    """So long after something; days and months end with their last day, hours with the minute."""

    months: int = 0
    days: int = 0
    hours: int = 0

    def in_words(self, lang: str) -> str:
        """12 months, 30 days, 24 hours."""
        say_many = translations(lang).ngettext
        if self.months:
            return say_many("%(n)s month", "%(n)s months", self.months) % {"n": self.months}
        if self.days:
            return say_many("%(n)s day", "%(n)s days", self.days) % {"n": self.days}
        return say_many("%(n)s hour", "%(n)s hours", self.hours) % {"n": self.hours}

    def before(self, now: datetime, *, zone: ZoneInfo) -> datetime:
        """What began before this has had its time."""
        if self.hours:
            return now - timedelta(hours=self.hours)
        return cutoff(now, zone=zone, months=self.months, days=self.days)

    def last_day(self, since: datetime, *, zone: ZoneInfo) -> date:
        """Until when what began then is kept."""
        if self.hours:
            return (since + timedelta(hours=self.hours)).astimezone(zone).date()
        return last_day(since, zone=zone, months=self.months, days=self.days)


@dataclass(frozen=True)
class Rule:
    """`what`, `why` and `until` are msgids; %(period)s stands for the length. Without a period it stays.

    `setting` is that of the length (months or days), where the municipality decides; `given` the length else.
    `since` is what the length is counted from, where that is a time of the report. Without `what` it is for staff only.
    """

    kind: str
    what: str = ""
    why: str = ""
    until: str = ""
    setting: str = ""
    given: Period = Period()
    since: Literal["created", "closed"] | None = None
    sweeps: tuple[Sweep, ...] = ()

    def period(self, settings: Settings) -> Period:
        """How long, as it is set."""
        if not self.setting:
            return self.given
        number = int(getattr(settings, self.setting))
        return Period(months=number) if self.setting.endswith("months") else Period(days=number)

    def until_in_words(self, settings: Settings, lang: str) -> str:
        """The rule of time in one sentence."""
        return translate(self.until, lang, period=self.period(settings).in_words(lang))
