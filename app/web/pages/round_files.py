"""A round to take along: on paper and in files."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.planning.gpx import GpxStop, route_gpx
from app.queries import crews as crew_queries
from app.routing import Rules
from app.web.deps import CrewDep, LanguageDep, RulesDep, SessionDep
from app.web.geojson import round_as_geojson
from app.web.templating import render

router = APIRouter(prefix="/staff/route-lists", include_in_schema=False)


@router.get("/{route_list_id:int}/print")
def print_page(request: Request, route_list_id: int, staff: CrewDep, session: SessionDep) -> Response:
    """The same on paper, with boxes to tick."""
    return render(request, "crew/print.html", route_list=crew_queries.route_list_for(session, staff, route_list_id))


@router.get("/{route_list_id:int}/round.gpx")
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


@router.get("/{route_list_id:int}/round.json")
def round_json(route_list_id: int, staff: CrewDep, session: SessionDep) -> Response:
    """The round as GeoJSON, for the map of the page."""
    return round_as_geojson(crew_queries.route_list_for(session, staff, route_list_id))


def _category(rules: Rules, code: str, lang: str) -> str:
    category = rules.categories.get(code)
    return category.name(lang) if category else code
