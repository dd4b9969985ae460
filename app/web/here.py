"""What there is to say about a category at a place before a report is sent; shown with script and without."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from app.queries.routine import Drive, comes_today
from app.queries.surroundings import Surroundings, surroundings
from app.routing import Category, Rules
from app.web.lamp_here import LampHere, lamp_here, typed_number, without_refused
from app.web.notices_here import NoticesHere, notices_here
from app.web.report_form import ReportForm
from app.web.similar_here import SimilarHere, similar_here
from app.web.who_here import WhoHere, who_here


@dataclass(frozen=True)
class Here:
    """What the form's second part shows; `category` is None until one is chosen, `around` is what stands there."""

    category: Category | None
    around: Surroundings = field(default_factory=Surroundings)
    lamp: LampHere | None = None
    similar: SimilarHere = field(default_factory=SimilarHere)
    who: WhoHere | None = None
    said: NoticesHere = field(default_factory=NoticesHere)
    # Fixed rounds that still come here today.
    drives: tuple[Drive, ...] = ()


def look_around(session: Session, rules: Rules, form: ReportForm, *, at: datetime) -> Here:
    """Everything about the chosen category at the chosen place."""
    category = form.category_in(rules)
    around = _surroundings(session, category, form)
    if category is None:
        return Here(category=None, around=around, said=notices_here(session, rules, form, None, Surroundings(), at=at))
    return Here(
        category=category,
        around=around,
        lamp=lamp_here(session, category, form, around),
        similar=similar_here(session, category, form, around),
        who=who_here(category, form, around, rules, at=at),
        said=notices_here(session, rules, form, category, around, at=at),
        drives=_drives(session, rules, form, category, at=at),
    )


def _drives(session: Session, rules: Rules, form: ReportForm, category: Category, *, at: datetime) -> tuple[Drive, ...]:
    point = form.point()
    if point is None or not (abs(point[0]) <= 90 and abs(point[1]) <= 180):
        return ()
    found = comes_today(session, lat=point[0], lon=point[1], at=at, rules=rules)
    return tuple(drive for drive in found if category.code in drive.round.category_codes)


def _surroundings(session: Session, category: Category | None, form: ReportForm) -> Surroundings:
    point = form.point()
    if point is not None and not (abs(point[0]) <= 90 and abs(point[1]) <= 180):
        return Surroundings()
    lat, lon = point or (None, None)
    if category is None:
        return surroundings(session, lat=lat, lon=lon)
    number = typed_number(category, form)
    return without_refused(surroundings(session, lat=lat, lon=lon, asset_kind=category.asset_kind, number=number), form)
