"""Where a photo says it was taken, in words for whoever sent it: a proposal, used only when the person says yes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.errors import N_
from app.queries.surroundings import surroundings
from app.routing import Rules, in_service_area
from app.storage import Taken
from app.text import show_ago, show_date, translate

# A fault of last week may be mended, and a photo of last summer is of another place more often than not.
OLD = timedelta(days=3)
OUTSIDE = N_("The photo was taken outside our area. Show the place yourself.")
IS_OLD = N_("The photo was taken on %(date)s, %(ago)s ago. Is the fault still there?")


@dataclass(frozen=True)
class PhotoPlace:
    """Degrees WGS84; `near` is the nearest address we know, or nothing; `notes` are sentences to read first.

    Only a place that is `inside` our area can be said yes to.
    """

    lat: float
    lon: float
    inside: bool
    near: str = ""
    notes: tuple[str, ...] = ()


def photo_place(session: Session, rules: Rules, taken: Taken, *, at: datetime, lang: str) -> PhotoPlace:
    """The place of a photo with what there is to say about it; nothing of it is kept."""
    inside = in_service_area(rules, taken.lat, taken.lon)
    notes = [] if inside else [translate(OUTSIDE, lang)]
    if taken.at is not None and at - taken.at > OLD:
        ago = show_ago(taken.at, lang, now=at)
        notes.append(translate(IS_OLD, lang, date=show_date(taken.at, lang), ago=ago))
    address = surroundings(session, lat=taken.lat, lon=taken.lon).address if inside else None
    return PhotoPlace(taken.lat, taken.lon, inside, address.label if address else "", tuple(notes))
