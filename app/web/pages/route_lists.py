"""Route lists: plan one, drive it, tick it off, take it along on paper or in a navigator."""

from __future__ import annotations

import re
import secrets

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from app.errors import N_, DomainError, Invalid
from app.models import Staff, StopOutcome
from app.planning.gpx import GpxStop, route_gpx
from app.planning.navigation import navigate_to
from app.queries import crews as crew_queries
from app.routing import Rules
from app.services import crews
from app.services.crews import Round
from app.services.drafts import MAX_PHOTOS
from app.services.photos import take_photo
from app.text import say
from app.web.deps import CrewDep, CsrfChecked, FormDep, LanguageDep, NowDep, RulesDep, SessionDep, StateDep
from app.web.geojson import round_as_geojson
from app.web.templating import redirect, render
from app.web.uploads import CheckedUploadDep, files_of, read_file

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
        route_list = crews.plan(session, _wanted(form), rules=rules, by=staff, at=now)
    except Invalid as error:
        return _form(request, staff, session, rules, given=form, error=error, lang=lang)
    return redirect(request, f"/staff/route-lists/{route_list.id}")


@router.get("/{route_list_id}")
def drive_page(request: Request, route_list_id: int, staff: CrewDep, session: SessionDep) -> Response:
    """The list for the cab: the next stop first in sight."""
    route_list = crew_queries.route_list_for(session, staff, route_list_id)
    left = [stop for stop in route_list.stops if stop.completed_at is None]
    return render(
        request,
        "crew/drive.html",
        route_list=route_list,
        left=left,
        next_stop=left[0] if left else None,
        keys={stop.id: secrets.token_urlsafe(12) for stop in left},
        links={
            stop.id: navigate_to(lat=stop.lat, lon=stop.lon, label=f"{stop.sort_order}") for stop in route_list.stops
        },
    )


@router.get("/{route_list_id}/print")
def print_page(request: Request, route_list_id: int, staff: CrewDep, session: SessionDep) -> Response:
    """The same on paper, with boxes to tick."""
    return render(request, "crew/print.html", route_list=crew_queries.route_list_for(session, staff, route_list_id))


@router.get("/{route_list_id}/round.gpx")
def gpx(route_list_id: int, staff: CrewDep, session: SessionDep, rules: RulesDep, lang: LanguageDep) -> Response:
    """GPX 1.1 for navigators, in driving order. No words of residents go along."""
    route_list = crew_queries.route_list_for(session, staff, route_list_id)
    stops = [
        GpxStop(
            lat=stop.lat,
            lon=stop.lon,
            name=f"{stop.sort_order}",
            description=", ".join(
                f"{_category(rules, entry.report.category_code, lang)} {entry.report.shown_reference}"
                for entry in stop.entries
            ),
        )
        for stop in route_list.stops
    ]
    content = route_gpx(name=route_list.name, stops=stops, created_at=route_list.created_at)
    headers = {"Content-Disposition": f'attachment; filename="gatami-{route_list.id}.gpx"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/gpx+xml", headers=headers)


@router.get("/{route_list_id}/round.json")
def round_json(route_list_id: int, staff: CrewDep, session: SessionDep) -> Response:
    """The round as GeoJSON, for the map of the page."""
    return round_as_geojson(crew_queries.route_list_for(session, staff, route_list_id))


@router.post("/{route_list_id}/stops/{stop_id}/completion")
def complete(
    request: Request,
    form: CheckedUploadDep,
    route_list_id: int,
    stop_id: int,
    staff: CrewDep,
    session: SessionDep,
    state: StateDep,
    now: NowDep,
) -> Response:
    """Tick one stop off, with a note and photos."""
    stop = crew_queries.stop_for(session, staff, route_list_id, stop_id)
    most = state.settings.photo_max_bytes
    photos = [
        take_photo(session, state.photos, read_file(file, most=most), at=now, most_bytes=most)
        for file in files_of(form, "photo")[:MAX_PHOTOS]
    ]
    outcome = StopOutcome.NOT_FOUND if form.get("outcome") == "not_found" else StopOutcome.DONE
    crews.complete_stop(
        session,
        stop,
        outcome=outcome,
        by=staff,
        at=now,
        key=str(form.get("key") or secrets.token_urlsafe(12)),
        words=str(form.get("words") or ""),
        photo_ids=[photo.id for photo in photos],
        show=form.get("show") == "yes",
    )
    done = (
        N_("Stop %(number)s is done.") if outcome is StopOutcome.DONE else N_("Stop %(number)s goes back to the unit.")
    )
    return redirect(
        request, f"/staff/route-lists/{route_list_id}#next", flash=("success", done), number=stop.sort_order
    )


@router.post("/{route_list_id}/stops/{stop_id}/removal", dependencies=[CsrfChecked])
def take_off(
    request: Request, route_list_id: int, stop_id: int, staff: CrewDep, session: SessionDep, now: NowDep
) -> Response:
    """Not on this round."""
    stop = crew_queries.stop_for(session, staff, route_list_id, stop_id)
    crews.remove_stop(session, stop, by=staff, at=now)
    sentence = N_("The stop is taken off. Its reports wait at the unit.")
    return redirect(request, f"/staff/route-lists/{route_list_id}", flash=("success", sentence))


@router.post("/{route_list_id}/closing", dependencies=[CsrfChecked])
def close(request: Request, route_list_id: int, staff: CrewDep, session: SessionDep, now: NowDep) -> Response:
    """The day is over; what is left waits at the unit."""
    crews.close(crew_queries.route_list_for(session, staff, route_list_id, lock=True), by=staff, at=now)
    return redirect(request, "/staff/route-lists", flash=("success", N_("The route list is closed.")))


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


def _category(rules: Rules, code: str, lang: str) -> str:
    category = rules.categories.get(code)
    return category.name(lang) if category else code
