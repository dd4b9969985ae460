"""A followed place in words: where it is, what about, how often."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from babel import dates

from app.errors import N_
from app.text import show_metres, translate

if TYPE_CHECKING:
    from app.models import PlaceFollow
    from app.routing import Rules

_MONDAY = date(2026, 11, 30)


def place_name(follow: PlaceFollow, lang: str) -> str:
    """ "Storgata", or "500 m around Storgata 5"; coordinates where no address is near."""
    if follow.street is not None:
        return follow.street
    place = follow.label or f"{follow.lat:.4f}, {follow.lon:.4f}"
    return translate(N_("%(distance)s around %(place)s"), lang, distance=show_metres(follow.radius, lang), place=place)


def group_names(follow: PlaceFollow, rules: Rules, lang: str) -> list[str]:
    """The groups that are followed; none when it is all of them."""
    return [rules.groups[code].name(lang) for code in follow.groups or () if code in rules.groups]


def rhythm_words(weekday: int | None, lang: str) -> str:
    """ "Every day", or "Every Monday"."""
    if weekday is None:
        return translate(N_("Every day"), lang)
    return translate(N_("Every %(day)s"), lang, day=weekday_name(weekday, lang))


def weekday_name(weekday: int, lang: str) -> str:
    """The name of a day of the week, 0 is Monday."""
    return dates.format_date(_MONDAY + timedelta(days=weekday), "EEEE", locale=lang)
