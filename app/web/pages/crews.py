"""The unit's crews: from where, from when until when, in which vehicle."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from app.errors import N_, Conflict, DomainError, Invalid
from app.models import Crew, Staff
from app.queries import crew_keeping as kept
from app.routing import Rules
from app.services import crew_keeping
from app.text import say, translate
from app.web.crew_forms import as_typed, of_crew, own_units, place_text, read_crew, typed, whole_number
from app.web.deps import CsrfChecked, FormDep, LanguageDep, RulesDep, SessionDep, UnitDep
from app.web.errors import status_of
from app.web.templating import redirect, render

router = APIRouter(prefix="/staff/crews", include_in_schema=False)
LIST = "/staff/crews"


@router.get("")
def list_page(request: Request, staff: UnitDep, session: SessionDep, rules: RulesDep) -> Response:
    """All crews of the person's units."""
    return render(request, "crew/crews.html", crews=kept.crews_of(session, own_units(staff, rules)))


@router.get("/new")
def new_page(
    request: Request, staff: UnitDep, session: SessionDep, rules: RulesDep, lang: LanguageDep, unit: str = ""
) -> Response:
    """A form with a usual day in it."""
    home = rules.municipality.map
    form = {"unit": unit, "start": place_text(home.lat, home.lon), "ends": "start"}
    return _form(request, staff, session, rules, lang, {**form, "shift_from": "07:00", "shift_until": "15:00"})


@router.get("/{crew_id:int}")
def one_page(
    request: Request, crew_id: int, staff: UnitDep, session: SessionDep, rules: RulesDep, lang: LanguageDep
) -> Response:
    """One of them, to be changed."""
    crew = kept.crew_for(session, staff, crew_id)
    return _form(request, staff, session, rules, lang, of_crew(crew), crew=crew)


@router.post("", dependencies=[CsrfChecked])
@router.post("/{crew_id:int}", dependencies=[CsrfChecked])
def save(
    request: Request,
    form: FormDep,
    staff: UnitDep,
    session: SessionDep,
    rules: RulesDep,
    lang: LanguageDep,
    crew_id: int = 0,
) -> Response:
    """Add or change; what cannot be shows the form again with its reason."""
    crew = kept.crew_for(session, staff, crew_id) if crew_id else None
    version = whole_number(typed(form, "version")) or 0
    try:
        crew_keeping.save_crew(session, read_crew(form), crew=crew, version=version, rules=rules, by=staff)
    except (Invalid, Conflict) as error:
        return _form(request, staff, session, rules, lang, as_typed(form), crew=crew, refused=error)
    return redirect(request, LIST, flash=("success", N_("The crew is saved.")))


@router.post("/{crew_id:int}/rest", dependencies=[CsrfChecked])
def put_aside(
    request: Request, crew_id: int, form: FormDep, staff: UnitDep, session: SessionDep, rules: RulesDep
) -> Response:
    """Not offered any longer, or offered again."""
    crew, aside = kept.crew_for(session, staff, crew_id), form.get("do") == "aside"
    version = whole_number(typed(form, "version")) or 0
    crew_keeping.put_aside(session, crew, aside=aside, version=version, rules=rules, by=staff)
    said = N_("It is put aside. Rounds of before keep its name.") if aside else N_("It can be planned with again.")
    return redirect(request, LIST, flash=("success", said))


def _form(
    request: Request,
    staff: Staff,
    session: SessionDep,
    rules: Rules,
    lang: str,
    form: Mapping[str, str],
    *,
    crew: Crew | None = None,
    refused: DomainError | None = None,
) -> Response:
    fields = refused.fields if isinstance(refused, Invalid) else {}
    units = own_units(staff, rules)
    vehicles = kept.vehicles_of(session, units, active=True)
    return render(
        request,
        "crew/crew_form.html",
        status_code=status_of(refused) if refused else 200,
        crew=crew,
        form=form,
        refused=say(refused, lang) if refused else "",
        now_there=of_crew(crew) if crew and isinstance(refused, Conflict) else None,
        problems={name: translate(sentence, lang) for name, sentence in fields.items()},
        unit_choices=[(code, rules.units[code].name(lang)) for code in units],
        vehicle_choices=[(str(one.id), one.name) for one in vehicles],
    )
