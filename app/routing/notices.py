"""Asks which notices and which stopper hold for a report that somebody is about to write. Pure."""

from __future__ import annotations

from datetime import datetime

from app.routing.catalogue import Category
from app.routing.limited import Limited, Notice, PhoneInstead, SiteNotice, Stopper
from app.routing.rules import Facts, Rules


def notices_at(rules: Rules, category: Category, facts: Facts) -> tuple[Notice, ...]:
    """The category's notices that hold, in the file's order. An unknown place, time or answer meets no limit on it."""
    areas = rules.area_index.at(facts.lat, facts.lon)
    return tuple(
        notice
        for notice in category.notices
        if _holds(rules, notice, areas=areas, at=facts.at) and notice.answered(facts.answers)
    )


def stopper_at(rules: Rules, category: Category, facts: Facts) -> PhoneInstead | Stopper | None:
    """What to ring instead of writing: the whole category's, else the first of its stoppers that holds."""
    if category.phone_instead is not None or not category.stoppers:
        return category.phone_instead
    areas = rules.area_index.at(facts.lat, facts.lon)
    holding = (one for one in category.stoppers if _holds(rules, one, areas=areas, at=facts.at))
    return next((one for one in holding if one.answered(facts.answers)), None)


def site_notices_at(
    rules: Rules, *, at: datetime | None, lat: float | None = None, lon: float | None = None
) -> tuple[SiteNotice, ...]:
    """What stands above the form at a time (with a time zone), whatever it is about; the most serious first."""
    areas = rules.area_index.at(lat, lon)
    holding = [notice for notice in rules.notices if _holds(rules, notice, areas=areas, at=at)]
    return tuple(sorted(holding, key=lambda notice: ("danger", "warning", "info").index(notice.level)))


def _holds(rules: Rules, limited: Limited, *, areas: frozenset[str], at: datetime | None) -> bool:
    local = at.astimezone(rules.timezone) if at is not None else None
    return (
        (limited.area is None or not areas.isdisjoint(limited.area))
        and (limited.dates is None or (local is not None and limited.dates.hold(local.date())))
        and (limited.hours is None or (local is not None and limited.hours.hold(f"{local:%H:%M}")))
    )
