"""What is worth driving to: a unit's faults, ranked and with their reasons, to choose from for a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from app.errors import N_, Forbidden
from app.models import Role, Staff
from app.planning.fault import KINDS
from app.queries import crews as crew_queries
from app.queries.crews import MOST_REPORTS
from app.routing import Rules
from app.services.fault_words import kind_in_words, reasons_in_words
from app.services.faults import FaultSeen, waits_for_light, worth_driving_to
from app.web.crew_forms import own_units
from app.web.deps import CrewDep, LanguageDep, NowDep, RulesDep, SessionDep
from app.web.templating import render

router = APIRouter(prefix="/staff/faults", include_in_schema=False)
# As many as the form for a plan takes over.
MOST_CHOSEN = 60


@router.get("")
def faults_page(
    request: Request,
    staff: CrewDep,
    session: SessionDep,
    rules: RulesDep,
    now: NowDep,
    lang: LanguageDep,
    unit: str = "",
    kind: str = "",
    category: str = "",
    area: str = "",
) -> Response:
    """The faults of one unit; what is chosen goes on to the form for a plan."""
    units = own_units(staff, rules)
    chosen = _unit(unit, units)
    category = category if category in rules.categories else ""
    area = area if area in rules.areas else ""
    counts = crew_queries.plannable_counts(session, [chosen])
    wanted = (category,) if category else ()
    narrowed = {"unit": chosen, "category": category, "area": area}
    found = worth_driving_to(session, unit_code=chosen, rules=rules, at=now, category_codes=wanted, area=area)
    gathered = {one.reference: day for one in found if (day := waits_for_light(one, rules, at=now))}
    shown = [one for one in found if kind not in KINDS or one.fault.kind == kind]
    return render(
        request,
        "crew/faults.html",
        faults=[(one, kind_in_words(one.fault.kind, lang), reasons_in_words(one.why, lang)) for one in shown],
        gathered=gathered,
        autumn=_autumn(found, gathered, chosen),
        kinds=_kinds(Counter(one.fault.kind for one in found), narrowed, lang),
        address_of_all=_address(narrowed),
        asked=narrowed | {"kind": kind if kind in KINDS else ""},
        unit_choices=[(code, rules.units[code].name(lang)) for code in units],
        area_choices=[(one.code, one.name(lang)[:1].upper() + one.name(lang)[1:]) for one in rules.areas.values()],
        category_choices=_categories(counts, rules, lang),
        all_of_them=len(found),
        cut=sum(counts.values()) > MOST_REPORTS and not category,
        most_chosen=MOST_CHOSEN,
        report_base=_report_base(staff),
    )


def _unit(asked: str, units: list[str]) -> str:
    if asked and asked not in units:
        raise Forbidden(N_("You can make route lists for your own unit only."))
    return asked or (units[0] if units else "")


def _autumn(found: Sequence[FaultSeen], gathered: Mapping[str, date], unit: str) -> tuple[int, date, str] | None:
    """How many faults wait for lamps to be lit again, from when, and the form for the round of that day."""
    if not gathered:
        return None
    day = min(gathered.values())
    codes = sorted({code for one in found if one.reference in gathered for code in one.category_codes})
    asked = urlencode([("unit", unit), ("day", day.isoformat()), *(("category", code) for code in codes)])
    return len(gathered), day, f"/staff/route-lists/new?{asked}"


def _kinds(counted: Counter[str], asked: dict[str, str], lang: str) -> list[tuple[str, str, int, str]]:
    """(kind, its words, how many, where they alone stand) of those that are there, the first to drive to first."""
    there = [kind for kind in KINDS if counted[kind]]
    return [(kind, kind_in_words(kind, lang), counted[kind], _address(asked | {"kind": kind})) for kind in there]


def _address(asked: dict[str, str]) -> str:
    return f"/staff/faults?{urlencode({key: value for key, value in asked.items() if value})}"


def _categories(counts: dict[tuple[str, str], int], rules: Rules, lang: str) -> list[tuple[str, str]]:
    known = [(code, rules.categories[code], count) for (_, code), count in counts.items() if code in rules.categories]
    return sorted(((code, f"{one.name(lang)} ({count})") for code, one, count in known), key=lambda row: row[1])


def _report_base(staff: Staff) -> str:
    """Where the person reads a report whole; a crew has only the page that everybody sees."""
    if staff.sees_all:
        return "/staff/reports"
    return "/staff/inbox" if staff.role == Role.UNIT else "/reports"
