"""Which place is meant: between the list's "near a place" and the list of what lies around it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.errors import TooMany
from app.services.finding_places import find_places
from app.web.deps import RulesDep, StateDep, get_language
from app.web.limiting import check_sender
from app.web.list_form import ListForm
from app.web.place_search import in_words
from app.web.templating import render

router = APIRouter(include_in_schema=False)


@router.get("/near")
def choose_place(request: Request, rules: RulesDep, state: StateDep) -> Response:
    """A place that is meant without doubt leads on, else the places are links. No database connection waits for it."""
    lang = get_language(request)
    form = ListForm.from_query(request.query_params)
    found = find_places(state.session_factory, state.registers, rules, form.where, may_ask=lambda: _may_ask(request))
    answer = in_words(found, rules, lang, plain=True)
    if answer.only is not None:
        place = answer.only
        return RedirectResponse(_around(form, place.lat, place.lon, place.label), status_code=303)
    places = [(one, _around(form, one.lat, one.lon, one.label)) for one in answer.choices]
    hidden = {name: value for name, value in form.as_query().items() if name not in {"near", "near_name"}}
    return render(request, "reports/near.html", form=form, said=answer.said, places=places, hidden=hidden)


def _around(form: ListForm, lat: float, lon: float, name: str) -> str:
    place = ",".join(f"{degrees:.6f}".rstrip("0") for degrees in (lat, lon))
    return form.without(near=place, near_name=name[:80], bbox="").address()


def _may_ask(request: Request) -> bool:
    """Whoever searches very often gets what we know ourselves."""
    try:
        check_sender(request, "search")
    except TooMany:
        return False
    return True
