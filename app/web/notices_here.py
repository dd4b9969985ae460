"""What should be known before one writes: notices, a number to ring instead, and what the service promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.queries.figures import Figure, figure_of
from app.queries.surroundings import Surroundings
from app.routing import (
    Category,
    Facts,
    Notice,
    PhoneInstead,
    Rules,
    SiteNotice,
    Stopper,
    Unit,
    notices_at,
    propose_unit,
    site_notices_at,
    stopper_at,
)
from app.services.whose_road import road_at

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.web.report_form import ReportForm


@dataclass(frozen=True, slots=True)
class Promise:
    """The unit promises nine of ten within so many working days; the figure says how it was lately, if it can."""

    unit: Unit
    working_days: int
    figure: Figure | None


@dataclass(frozen=True, slots=True)
class NoticesHere:
    """`site` are for everybody here; the others for the category that is chosen, at the place, now."""

    site: tuple[SiteNotice, ...] = ()
    notices: tuple[Notice, ...] = ()
    stopper: PhoneInstead | Stopper | None = None
    promise: Promise | None = None

    @property
    def placed_site(self) -> tuple[SiteNotice, ...]:
        """Those that the page cannot show before the place is known."""
        return tuple(notice for notice in self.site if notice.area is not None)

    @property
    def placed_notices(self) -> tuple[Notice, ...]:
        """Those that hold for a place or a time; the others stand with the category's questions already."""
        return tuple(notice for notice in self.notices if not notice.on_page)

    @property
    def placed_stopper(self) -> Stopper | None:
        """The stopper that holds for a place or a time; another one stands with the category already."""
        stopper = self.stopper
        return stopper if isinstance(stopper, Stopper) and not stopper.on_page else None


def notices_here(
    session: Session, rules: Rules, form: ReportForm, category: Category | None, around: Surroundings, *, at: datetime
) -> NoticesHere:
    """For the category at the place as the form has it; without a category, what is for everybody."""
    lat, lon = form.point() or (None, None)
    site = site_notices_at(rules, at=at, lat=lat, lon=lon)
    if category is None:
        return NoticesHere(site=site)
    facts = _facts(category, form, around, at=at)
    return NoticesHere(
        site=site,
        notices=notices_at(rules, category, facts),
        stopper=stopper_at(rules, category, facts),
        promise=promise_of(session, category, propose_unit(rules, facts).unit),
    )


def promise_of(session: Session, category: Category, unit: Unit | None) -> Promise | None:
    """None where nothing is promised: no days in the rules, or somebody outside has it."""
    if category.days_to_due is None or unit is None or unit.outside:
        return None
    return Promise(unit=unit, working_days=category.days_to_due, figure=figure_of(session, category.code))


def _facts(category: Category, form: ReportForm, around: Surroundings, *, at: datetime) -> Facts:
    lat, lon = form.point() or (None, None)
    asset = around.asset
    return Facts.model_validate(
        {
            "category": category.code,
            "lat": lat,
            "lon": lon,
            "road_owner": road_at(around, asset).owner,
            "asset_owner": asset.owner if asset else "unknown",
            "answers": _answers(category, form.answers),
            "at": at,
        }
    )


def _answers(category: Category, typed: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {question.code: typed[question.code] for question in category.questions if question.code in typed}
