"""The unit's cars and lorries: what they carry, and whether they lift."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from app.errors import N_, Conflict, DomainError, Invalid
from app.models import Staff, Vehicle
from app.queries import crew_keeping as kept
from app.routing import Rules
from app.services import crew_keeping
from app.text import say, translate
from app.web.crew_forms import as_typed, of_vehicle, own_units, read_vehicle, typed, whole_number
from app.web.deps import CsrfChecked, FormDep, LanguageDep, RulesDep, SessionDep, UnitDep
from app.web.errors import status_of
from app.web.templating import redirect, render

router = APIRouter(prefix="/staff/vehicles", include_in_schema=False)
LIST = "/staff/vehicles"


@router.get("")
def list_page(request: Request, staff: UnitDep, session: SessionDep, rules: RulesDep) -> Response:
    """All vehicles of the person's units."""
    return render(request, "crew/vehicles.html", vehicles=kept.vehicles_of(session, own_units(staff, rules)))


@router.get("/new")
def new_page(request: Request, staff: UnitDep, rules: RulesDep, lang: LanguageDep, unit: str = "") -> Response:
    """An empty form."""
    return _form(request, staff, rules, lang, {"unit": unit, "profile": "car"})


@router.get("/{vehicle_id:int}")
def one_page(
    request: Request, vehicle_id: int, staff: UnitDep, session: SessionDep, rules: RulesDep, lang: LanguageDep
) -> Response:
    """One of them, to be changed."""
    vehicle = kept.vehicle_for(session, staff, vehicle_id)
    return _form(request, staff, rules, lang, of_vehicle(vehicle), vehicle=vehicle)


@router.post("", dependencies=[CsrfChecked])
@router.post("/{vehicle_id:int}", dependencies=[CsrfChecked])
def save(
    request: Request,
    form: FormDep,
    staff: UnitDep,
    session: SessionDep,
    rules: RulesDep,
    lang: LanguageDep,
    vehicle_id: int = 0,
) -> Response:
    """Add or change; what cannot be shows the form again with its reason."""
    vehicle = kept.vehicle_for(session, staff, vehicle_id) if vehicle_id else None
    version = whole_number(typed(form, "version")) or 0
    try:
        given = read_vehicle(form, rules)
        crew_keeping.save_vehicle(session, given, vehicle=vehicle, version=version, rules=rules, by=staff)
    except (Invalid, Conflict) as error:
        return _form(request, staff, rules, lang, as_typed(form), vehicle=vehicle, refused=error)
    return redirect(request, LIST, flash=("success", N_("The vehicle is saved.")))


@router.post("/{vehicle_id:int}/rest", dependencies=[CsrfChecked])
def put_aside(
    request: Request, vehicle_id: int, form: FormDep, staff: UnitDep, session: SessionDep, rules: RulesDep
) -> Response:
    """Not offered any longer, or offered again."""
    vehicle, aside = kept.vehicle_for(session, staff, vehicle_id), form.get("do") == "aside"
    version = whole_number(typed(form, "version")) or 0
    crew_keeping.put_aside(session, vehicle, aside=aside, version=version, rules=rules, by=staff)
    said = N_("It is put aside. Rounds of before keep its name.") if aside else N_("It can be planned with again.")
    return redirect(request, LIST, flash=("success", said))


def _form(
    request: Request,
    staff: Staff,
    rules: Rules,
    lang: str,
    form: Mapping[str, str],
    *,
    vehicle: Vehicle | None = None,
    refused: DomainError | None = None,
) -> Response:
    fields = refused.fields if isinstance(refused, Invalid) else {}
    return render(
        request,
        "crew/vehicle_form.html",
        status_code=status_of(refused) if refused else 200,
        vehicle=vehicle,
        form=form,
        refused=say(refused, lang) if refused else "",
        now_there=of_vehicle(vehicle) if vehicle and isinstance(refused, Conflict) else None,
        problems={name: translate(sentence, lang) for name, sentence in fields.items()},
        unit_choices=[(code, rules.units[code].name(lang)) for code in own_units(staff, rules)],
        materials=[(code, material.name(lang), material.unit) for code, material in rules.materials.items()],
    )
