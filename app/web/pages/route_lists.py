"""Route lists: those of the units by day, and the form for a new round or a plan for several crews."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.errors import DomainError, Invalid
from app.models import Report, Staff
from app.queries import crew_keeping as kept
from app.queries import crews as crew_queries
from app.queries.round_days import round_days
from app.routing import Rules
from app.routing.summer import lit_again
from app.services import plans
from app.services.ways import about_ways, ways
from app.text import say, translate
from app.web.crew_forms import own_units, place_text, typed
from app.web.deps import CrewDep, CsrfChecked, FormDep, LanguageDep, NowDep, RulesDep, SessionDep, StateDep
from app.web.plan_form import Choices, is_day, read_plan, read_round, shown_windows
from app.web.templating import redirect, render

router = APIRouter(prefix="/staff/route-lists", include_in_schema=False)
MOST_NAMED = 60


@router.get("")
def lists_page(request: Request, staff: CrewDep, session: SessionDep, rules: RulesDep, now: NowDep) -> Response:
    """The units' route lists by day, one's own first."""
    today = now.astimezone(rules.timezone).date()
    return render(request, "crew/lists.html", days=round_days(session, staff, today=today), today=today)


@router.get("/new")
def new_page(
    request: Request,
    staff: CrewDep,
    session: SessionDep,
    rules: RulesDep,
    state: StateDep,
    now: NowDep,
    lang: LanguageDep,
    unit: str = "",
    day: str = "",
) -> Response:
    """What to drive to, who drives, and from where; a link may fill in unit, day, categories and reports."""
    named = [("report", reference) for reference in request.query_params.getlist("report")[:MOST_NAMED]]
    along = [("along", "yes")] if named else []
    chosen = [("category", code) for code in request.query_params.getlist("category") if code in rules.categories]
    given = FormData([("unit", unit), ("day", day if is_day(day) else ""), *chosen, *named, *along])
    return _form(request, staff, session, rules, state, given=given, lang=lang, now=now)


@router.post("", dependencies=[CsrfChecked])
def make(
    request: Request,
    staff: CrewDep,
    session: SessionDep,
    rules: RulesDep,
    state: StateDep,
    form: FormDep,
    now: NowDep,
    lang: LanguageDep,
) -> Response:
    """One round at once, or a plan that is worked out; what cannot be planned shows the form again with its reason."""
    choices = _choices(session, typed(form, "unit"), rules, now)
    try:
        if form.get("who") == "crews":
            plan = plans.ask(session, read_plan(form, choices), rules=rules, by=staff, at=now)
            return redirect(request, f"/staff/plans/{plan.id}")
        wanted = read_round(form, choices)
        route_list = plans.plan(session, wanted, rules=rules, by=staff, at=now, settings=state.settings)
    except Invalid as error:
        return _form(request, staff, session, rules, state, given=form, error=error, lang=lang, now=now)
    flash = ("warning", plans.TOO_LONG) if route_list.is_draft else None
    return redirect(request, f"/staff/route-lists/{route_list.id}", flash=flash)


def _choices(session: Session, unit_code: str, rules: Rules, now: datetime) -> Choices:
    return Choices(
        crews=kept.crews_of(session, [unit_code], active=True),
        vehicles={one.id: one for one in kept.vehicles_of(session, [unit_code], active=True)},
        rules=rules,
        local_now=now.astimezone(rules.timezone),
    )


def _form(
    request: Request,
    staff: Staff,
    session: Session,
    rules: Rules,
    state: StateDep,
    *,
    given: FormData,
    error: DomainError | None = None,
    lang: str,
    now: datetime,
) -> Response:
    units = own_units(staff, rules)
    counts = crew_queries.plannable_counts(session, units)
    chosen = typed(given, "unit") if typed(given, "unit") in units else _busiest(units, counts)
    choices, home = _choices(session, chosen, rules, now), rules.municipality.map
    named = crew_queries.named_reports(session, staff, [str(one) for one in given.getlist("report")][:MOST_NAMED])
    fields = getattr(error, "fields", {})
    params = error.params if error else {}
    return render(
        request,
        "crew/new.html",
        status_code=422 if error else 200,
        chosen=chosen,
        given=given,
        who=typed(given, "who") or ("crews" if choices.crews and staff.role != "crew" and not error else "here"),
        crews=choices.crews,
        vehicle_choices=[(str(one.id), one.name) for one in choices.vehicles.values()],
        named=named,
        named_choices=[(one.reference, _named(one, rules, lang)) for one in named],
        windows=shown_windows(given),
        day=typed(given, "day") or (choices.local_now.date() + timedelta(days=1)).isoformat(),
        today=choices.local_now.date(),
        unit_choices=[(code, rules.units[code].name(lang)) for code in units],
        area_choices=[(area.code, area.name(lang)[:1].upper() + area.name(lang)[1:]) for area in rules.areas.values()],
        counts=counts,
        lit_on=next((lit for code in rules.categories if (lit := lit_again(rules, code, [], at=now))), None),
        start=typed(given, "start") if error else typed(given, "start") or place_text(home.lat, home.lon),
        about_ways=about_ways(ways(session, rules, state.settings, unit_code=chosen), lang),
        sentence=say(error, lang) if error else None,
        fields={name: translate(sentence, lang, **params) for name, sentence in fields.items()},
    )


def _busiest(units: Sequence[str], counts: Mapping[tuple[str, str], int]) -> str:
    """Where most waits: whoever works for several units looks there first."""
    waiting = Counter(dict.fromkeys(units, 0))
    for (unit, _category), number in counts.items():
        waiting[unit] += number
    return max(units, key=lambda code: waiting[code], default="")


def _named(report: Report, rules: Rules, lang: str) -> str:
    category = rules.categories.get(report.category_code)
    words = category.name(lang) if category else report.category_code
    return " · ".join(
        part for part in (words, report.nearest_address or report.address or "", report.shown_reference) if part
    )
