"""The unit that the rules propose, and the day it should be done; asked again when a fact changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.queries.surroundings import Surroundings, surroundings
from app.routing import Category, Facts, Proposal, Rules, propose_unit
from app.services import deadlines
from app.services.whose_road import ByARoad, road_at

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.models import Report


def propose(report: Report, category: Category, rules: Rules, *, at: datetime) -> None:
    """Write the proposed unit, the rule's name, its reason and the due date; `at` is when it was received."""
    proposal = proposal_for(
        category,
        rules,
        lat=report.lat,
        lon=report.lon,
        road_owner=report.road_owner,
        asset_owner=report.asset_owner,
        answers={str(answer["code"]): answer["value"] for answer in report.answers},
        at=at,
    )
    report.proposed_unit_code = proposal.unit.code
    report.proposed_rule = proposal.rule_name
    report.proposal_reason = proposal.reason.as_data()
    deadlines.promise(report, category, rules, at=at, outside=proposal.unit.outside)


def would_propose(report: Report, rules: Rules) -> Proposal | None:
    """What the rules say now of a report that has been decided about; None where its category has left them."""
    category = rules.categories.get(report.category_code)
    if category is None:
        return None
    return proposal_for(
        category,
        rules,
        lat=report.lat,
        lon=report.lon,
        road_owner=report.road_owner,
        asset_owner=report.asset_owner,
        answers={str(answer["code"]): answer["value"] for answer in report.answers},
        at=report.created_at,
    )


def proposal_for(
    category: Category,
    rules: Rules,
    *,
    lat: float | None,
    lon: float | None,
    road_owner: str | None,
    asset_owner: str | None,
    answers: Mapping[str, object],
    at: datetime,
) -> Proposal:
    """What the rules say about these facts; the form asks it before there is a report."""
    facts = {
        "category": category.code,
        "lat": lat,
        "lon": lon,
        "road_owner": road_owner or "unknown",
        "asset_owner": asset_owner or "unknown",
        "answers": answers,
        "at": at,
    }
    return propose_unit(rules, Facts.model_validate(facts))


def find_asset_again(session: Session, report: Report, category: Category | None) -> Surroundings:
    """After a new place or category: the lamp within 25 m that it is about now, if any, whose it is, and the road."""
    kind = category.asset_kind if category is not None else None
    around = surroundings(session, lat=report.lat, lon=report.lon, asset_kind=kind)
    write_facts(report, around)
    return around


def write_facts(report: Report, around: Surroundings) -> None:
    """The lamp and its owner, the road and its owner, the address nearest to it; what is not known stays unknown."""
    asset = around.asset
    report.asset_id = asset.id if asset else None
    report.asset_owner = asset.owner if asset else "unknown"
    write_place(report, around, asset)


def write_place(report: Report, around: Surroundings, lamp: ByARoad | None) -> None:
    """What is known of the place, but for the lamp."""
    road = road_at(around, lamp)
    report.road_owner, report.road_ref = road.owner, road.ref
    report.nearest_address = address_at(around)


def address_at(around: Surroundings) -> str | None:
    """The nearest address: the register's own answer, else our own addresses'."""
    told = (around.kept_address or {}).get("label")
    return str(told)[:200] if told else around.address.label if around.address else None
