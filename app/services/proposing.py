"""The unit that the rules propose, and the day it should be done; asked again when a fact changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.models.deadlines import due_at
from app.queries import assets
from app.routing import Category, Facts, Rules, propose_unit

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.models import Report


def propose(report: Report, category: Category, rules: Rules, *, at: datetime) -> None:
    """Write the proposed unit, the rule's name, its reason and the due date; `at` is when it was received."""
    facts = Facts.model_validate(
        {
            "category": category.code,
            "lat": report.lat,
            "lon": report.lon,
            "road_owner": report.road_owner or "unknown",
            "asset_owner": report.asset_owner or "unknown",
            "answers": {str(answer["code"]): answer["value"] for answer in report.answers},
            "at": at,
        }
    )
    proposal = propose_unit(rules, facts)
    report.proposed_unit_code = proposal.unit.code
    report.proposed_rule = proposal.rule_name
    report.proposal_reason = proposal.reason.as_data()
    report.due_at = _due(category, rules, at=at, outside=proposal.unit.outside)


def find_asset_again(session: Session, report: Report, category: Category | None) -> None:
    """After a new place or category: the lamp within 25 m that it is about now, if any, and whose it is."""
    asset = None
    if category is not None and category.asset_kind:
        asset = assets.find(session, kind=category.asset_kind, number="", lat=report.lat, lon=report.lon)
    report.asset_id = asset.id if asset else None
    report.asset_owner = asset.owner if asset else "unknown"
    report.road_owner = asset.road_owner if asset else "unknown"


def _due(category: Category, rules: Rules, *, at: datetime, outside: bool) -> datetime | None:
    if category.days_to_due is None or outside:
        return None
    home = rules.municipality
    return due_at(at, category.days_to_due, country=home.country, region=home.region, timezone=home.timezone)
