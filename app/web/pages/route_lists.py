"""Route lists: those of the units, and the form for a new one."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from app.errors import N_, DomainError, Invalid
from app.models import Staff
from app.queries import crews as crew_queries
from app.routing import Rules
from app.services import plans
from app.services.plans import Round
from app.text import say
from app.web.deps import CrewDep, CsrfChecked, FormDep, LanguageDep, NowDep, RulesDep, SessionDep
from app.web.templating import redirect, render

router = APIRouter(prefix="/staff/route-lists", include_in_schema=False)
_PLACE = re.compile(r"\s*(-?\d{1,2}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)\s*")


@router.get("")
def lists_page(request: Request, staff: CrewDep, session: SessionDep) -> Response:
    """The units' route lists, open ones first."""
    return render(request, "crew/lists.html", lists=crew_queries.recent_lists(session, staff))


@router.get("/new")
def new_page(
    request: Request, staff: CrewDep, session: SessionDep, rules: RulesDep, lang: LanguageDep, unit: str = ""
) -> Response:
    """What to drive to, and from where."""
    return _form(request, staff, session, rules, given=FormData({"unit": unit}), lang=lang)


@router.post("", dependencies=[CsrfChecked])
def make(
    request: Request,
    staff: CrewDep,
    session: SessionDep,
    rules: RulesDep,
    form: FormDep,
    now: NowDep,
    lang: LanguageDep,
) -> Response:
    """Plan the round; what cannot be planned shows the form again with its reason."""
    try:
        route_list = plans.plan(session, _wanted(form), rules=rules, by=staff, at=now)
    except Invalid as error:
        return _form(request, staff, session, rules, given=form, error=error, lang=lang)
    return redirect(request, f"/staff/route-lists/{route_list.id}")


def _form(
    request: Request,
    staff: Staff,
    session: SessionDep,
    rules: Rules,
    *,
    given: FormData,
    error: DomainError | None = None,
    lang: str,
) -> Response:
    units = [
        unit for unit in rules.units.values() if not unit.outside and (staff.sees_all or unit.code in staff.unit_codes)
    ]
    chosen = str(given.get("unit") or (units[0].code if units else ""))
    home = rules.municipality.map
    return render(
        request,
        "crew/new.html",
        status_code=422 if error else 200,
        units=units,
        chosen=chosen,
        given=given,
        unit_choices=[(unit.code, unit.name(lang)) for unit in units],
        area_choices=[(area.code, area.name(lang)[:1].upper() + area.name(lang)[1:]) for area in rules.areas.values()],
        counts=crew_queries.plannable_counts(session, [unit.code for unit in units]),
        start=str(given.get("start") or f"{home.lat}, {home.lon}"),
        sentence=say(error, lang) if error else None,
        fields=getattr(error, "fields", {}),
    )


def _wanted(form: FormData) -> Round:
    place = _PLACE.fullmatch(str(form.get("start") or ""))
    if place is None or abs(float(place[1])) > 90 or abs(float(place[2])) > 180:
        sentence = N_("Write the start as latitude and longitude, for example 69.6492, 18.9553.")
        raise Invalid(sentence, fields={"start": sentence})
    return Round(
        unit_code=str(form.get("unit") or ""),
        start_lat=float(place[1]),
        start_lon=float(place[2]),
        start_name=str(form.get("start_name") or ""),
        name=str(form.get("name") or ""),
        area=str(form.get("area") or ""),
        category_codes=tuple(str(code) for code in form.getlist("category")),
        returns=form.get("ends") != "anywhere",
    )
