"""Closed roads: mountain roads in winter, a street that is dug up. Rounds are planned around them."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from app.errors import N_, DomainError, Invalid
from app.models import Staff
from app.queries import roads as road_queries
from app.routing import Rules
from app.services import road_closing
from app.services.road_network_import import ATTRIBUTION
from app.services.ways import about_ways, ways
from app.text import say, show_metres, translate
from app.web.crew_forms import as_typed, own_units
from app.web.deps import CsrfChecked, FormDep, LanguageDep, NowDep, RulesDep, SessionDep, StateDep, UnitDep
from app.web.errors import status_of
from app.web.road_closure_form import as_way, drawn, read_closure
from app.web.templating import redirect, render

router = APIRouter(prefix="/staff/road-closures", include_in_schema=False)
LIST = "/staff/road-closures"
FIELDS = ("name", "kind", "points", "way_ids", "first", "last", "yearly", "reason", "unit")
CLOSED = N_("%(length)s of road are closed. Rounds are planned around them from now on.")
NO_NETWORK = N_("The closure is saved. It counts as soon as a road network is imported.")
NOWHERE = N_("The closure is saved, but no road of the imported network lies there. Look at the map once more.")


@router.get("")
def list_page(
    request: Request, staff: UnitDep, session: SessionDep, rules: RulesDep, state: StateDep, now: NowDep,
    lang: LanguageDep,
) -> Response:  # fmt: skip
    """What is closed, and what will be."""
    today = now.astimezone(rules.timezone).date()
    closures = road_queries.open_closures(session, day=today)
    on_roads = road_closing.shut_lines(session, closures)
    return render(
        request,
        "crew/road_closures.html",
        closures=[(one, one.holds_on(today), one.unit_code in {None, *own_units(staff, rules)}) for one in closures],
        way=as_way(on_roads or drawn(closures)),
        on_roads=bool(on_roads),
        credit=ATTRIBUTION,
        about=about_ways(ways(session, rules, state.settings, day=today), lang),
    )


@router.get("/new")
def new_page(request: Request, staff: UnitDep, rules: RulesDep, lang: LanguageDep, now: NowDep) -> Response:
    """An empty form."""
    form = {"kind": "line", "first": now.astimezone(rules.timezone).date().isoformat()}
    return _form(request, staff, rules, lang, form)


@router.post("", dependencies=[CsrfChecked])
def close(
    request: Request, form: FormDep, staff: UnitDep, session: SessionDep, rules: RulesDep, lang: LanguageDep,
    now: NowDep,
) -> Response:  # fmt: skip
    """Close a road; what cannot be shows the form again with its reason."""
    try:
        closure = road_closing.close_road(session, read_closure(form), by=staff, at=now)
    except Invalid as error:
        return _form(request, staff, rules, lang, as_typed(form), refused=error)
    metres = road_closing.metres_shut(session, closure)
    if metres == 0:
        return redirect(request, LIST, flash=("warning", NOWHERE))
    if metres is None:
        return redirect(request, LIST, flash=("success", NO_NETWORK))
    return redirect(request, LIST, flash=("success", CLOSED), length=show_metres(metres, lang))


@router.post("/{closure_id:int}/end", dependencies=[CsrfChecked])
def end(request: Request, closure_id: int, staff: UnitDep, session: SessionDep, now: NowDep) -> Response:
    """Open again."""
    road_closing.open_road(session, closure_id, by=staff, at=now)
    return redirect(request, LIST, flash=("success", N_("The road is open again.")))


def _form(
    request: Request,
    staff: Staff,
    rules: Rules,
    lang: str,
    form: Mapping[str, str],
    *,
    refused: DomainError | None = None,
) -> Response:
    fields = refused.fields if isinstance(refused, Invalid) else {}
    return render(
        request,
        "crew/road_closure_form.html",
        status_code=status_of(refused) if refused else 200,
        form=dict.fromkeys(FIELDS, "") | dict(form),
        refused=say(refused, lang) if refused else "",
        problems={name: translate(sentence, lang) for name, sentence in fields.items()},
        unit_choices=[
            ("", translate(N_("Everybody's rounds"), lang)),
            *((code, rules.units[code].name(lang)) for code in own_units(staff, rules)),
        ],
    )
