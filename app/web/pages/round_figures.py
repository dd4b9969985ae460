"""What a unit's rounds came to: bulbs, hours, cost, and how well it was done; charts, a table and a file."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from app.errors import N_, NotFound
from app.models import Staff
from app.queries.round_figures import RoundFigures, round_figures
from app.routing import Rules
from app.web import csv_export
from app.web.deps import LanguageDep, NowDep, RulesDep, SessionDep, UnitDep
from app.web.round_cards import Cards
from app.web.templating import render

router = APIRouter(prefix="/staff/round-figures", include_in_schema=False)
NOT_YOURS = N_("There are no figures of this unit for you.")
MOST_DAYS = 5 * 366
From = Annotated[str, Query(alias="from", max_length=10)]


@router.get("")
def figures_page(
    request: Request,
    staff: UnitDep,
    session: SessionDep,
    rules: RulesDep,
    lang: LanguageDep,
    now: NowDep,
    since: From = "",
    until: str = "",
    unit: str = "",
) -> Response:
    """Cards with charts, then the same numbers in a table."""
    units = units_of(staff, rules)
    code = _chosen(unit, units)
    first, last = period(since, until, at=now, rules=rules)
    cards = Cards(_figures(session, code, first, last, rules=rules, at=now), rules, lang)
    names = [(one, rules.units[one].name(lang) if one in rules.units else one) for one in units]
    return render(
        request, "staff/round_figures.html", cards=cards, unit=code, units=names, first=first, last=last,
        query={"unit": code, "from": first.isoformat(), "until": last.isoformat()},
    )  # fmt: skip


@router.get("/figures.csv")
def figures_file(
    staff: UnitDep,
    session: SessionDep,
    rules: RulesDep,
    lang: LanguageDep,
    now: NowDep,
    since: From = "",
    until: str = "",
    unit: str = "",
) -> Response:
    """The table for a spreadsheet."""
    code = _chosen(unit, units_of(staff, rules))
    first, last = period(since, until, at=now, rules=rules)
    cards = Cards(_figures(session, code, first, last, rules=rules, at=now), rules, lang)
    lines = [csv_export.BYTE_ORDER_MARK, *(csv_export.line(row) for row in (cards.titles(), *cards.rows()))]
    headers = {"Content-Disposition": f'attachment; filename="gatami-rounds-{code}-{first}-{last}.csv"'}
    return Response("".join(lines), media_type="text/csv; charset=utf-8", headers=headers)


def units_of(staff: Staff, rules: Rules) -> list[str]:
    """The units whose figures a person may see: one's own, for desk and administrators all that are not outside."""
    if staff.sees_all:
        return [code for code, unit in rules.units.items() if not unit.outside and not unit.desk]
    return sorted(staff.unit_codes)


def period(since: str, until: str, *, at: datetime, rules: Rules) -> tuple[date, date]:
    """First and last day, both included: what was asked for, else the last twelve months; at most five years."""
    today = at.astimezone(rules.timezone).date()
    last = min(_day(until) or today, today)
    a_year_ago = (last.replace(day=1) - timedelta(days=335)).replace(day=1)
    first = _day(since) or a_year_ago
    return max(min(first, last), last - timedelta(days=MOST_DAYS)), last


def _day(typed: str) -> date | None:
    try:
        return max(date.fromisoformat(typed), date(2000, 1, 1))
    except ValueError:
        return None


def _chosen(unit: str, units: list[str]) -> str:
    """The unit asked for, else the first; raises NotFound for one that is not the person's."""
    if unit not in units and (unit or not units):
        raise NotFound(NOT_YOURS)
    return unit or units[0]


def _figures(session: Session, unit: str, first: date, last: date, *, rules: Rules, at: datetime) -> RoundFigures:
    return round_figures(
        session,
        unit_code=unit,
        first=first,
        last=last,
        zone=rules.timezone,
        at=at,
        lamp_categories=rules.rounds.lamp_categories,
        dark_categories=rules.rounds.dark_categories,
        bulbs={code for code, material in rules.materials.items() if material.bulb},
    )
