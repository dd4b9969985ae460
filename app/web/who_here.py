"""Who would get the report as the form stands now: the same question to the same rules as when it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.queries.surroundings import Surroundings
from app.routing import Category, Rules, Unit, in_service_area
from app.services.proposing import proposal_for
from app.services.whose_road import RoadHere, road_at
from app.web.report_form import ReportForm


@dataclass(frozen=True)
class WhoHere:
    """The unit that the rules propose, outside the municipality or not, and the road as far as it is known.

    `by_road` and `by_lamp` say whether the owner of the road, or of the lamp, decided.
    """

    unit: Unit
    road: RoadHere
    lamp_owner: str
    by_road: bool
    by_lamp: bool

    @property
    def unit_is_outside(self) -> bool:
        """Whether another authority gets it."""
        return self.unit.outside


def who_here(
    category: Category, form: ReportForm, around: Surroundings, rules: Rules, *, at: datetime
) -> WhoHere | None:
    """None without a place of ours, and for what one must phone about."""
    lamp = around.asset
    lat, lon = form.point() or ((lamp.lat, lamp.lon) if lamp else (None, None))
    if category.phone_instead is not None or not in_service_area(rules, lat, lon):
        return None
    road, lamp_owner = road_at(around, lamp), lamp.owner if lamp else "unknown"
    proposal = proposal_for(
        category, rules, lat=lat, lon=lon, road_owner=road.owner, asset_owner=lamp_owner,
        answers=form.typed_answers(rules), at=at,
    )  # fmt: skip
    decided = {condition.code for condition in proposal.reason.conditions}
    return WhoHere(
        unit=proposal.unit,
        road=road,
        lamp_owner=lamp_owner,
        by_road="road_owner" in decided,
        by_lamp="asset_owner" in decided,
    )
