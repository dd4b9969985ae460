"""A plan: how far it is, then its answer with all rounds on a map, and what is left out."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import N_, Conflict
from app.models import PlanState, Report, RouteList, RoutePlan
from app.queries import route_plans
from app.services import plans
from app.services.ways import credit
from app.web import plan_words
from app.web.deps import CrewDep, CsrfChecked, LanguageDep, NowDep, SessionDep, StateDep
from app.web.templating import redirect, render

router = APIRouter(prefix="/staff/plans", include_in_schema=False)
SIGNS = 6


@router.get("/{plan_id:int}")
def plan_page(request: Request, plan_id: int, staff: CrewDep, session: SessionDep, lang: LanguageDep) -> Response:
    """Progress while it is worked out, the answer afterwards."""
    plan = route_plans.plan_for(session, staff, plan_id)
    if plan.state in route_plans.UNFINISHED:
        ahead = route_plans.ahead_of(session, plan)
        return render(request, "crew/plan_waits.html", plan=plan, stands=plan_words.progress(plan, ahead, lang))
    lists = route_plans.lists_of_plan(session, plan)
    rows = plan_words.left_out(plan, _reports(session, plan), lang)
    return render(
        request,
        "crew/day_plan.html",
        plan=plan,
        said=plan.said,
        failed=plan.state == PlanState.FAILED.value,
        sentences=plan_words.sentences(plan, lang),
        rounds=[_round(number, one) for number, one in enumerate(lists)],
        drafts=[one for one in lists if one.is_draft],
        left_out=rows,
        reasons=plan_words.counted_reasons(rows),
        credit=credit(str(plan.said.get("way_by", "straight"))),
        look_at="/staff/reports/" if staff.sees_all else "/staff/inbox/" if staff.role == "unit" else "",
    )


@router.get("/{plan_id:int}/progress.json")
def progress(plan_id: int, staff: CrewDep, session: SessionDep, lang: LanguageDep) -> Response:
    """How far it is, for the page's script."""
    plan = route_plans.plan_for(session, staff, plan_id)
    ahead = route_plans.ahead_of(session, plan) if plan.state in route_plans.UNFINISHED else 0
    return JSONResponse(plan_words.progress(plan, ahead, lang), headers={"cache-control": "no-store"})


@router.get("/{plan_id:int}/rounds.json")
def rounds_on_map(plan_id: int, staff: CrewDep, session: SessionDep) -> Response:
    """All rounds as GeoJSON: the line driven and the numbered stops, each with its round's sign."""
    plan = route_plans.plan_for(session, staff, plan_id)
    features = [
        feature
        for number, route_list in enumerate(route_plans.lists_of_plan(session, plan))
        for feature in _features(number, route_list)
    ]
    return JSONResponse({"type": "FeatureCollection", "features": features}, headers={"cache-control": "no-store"})


@router.post("/{plan_id:int}/release", dependencies=[CsrfChecked])
def release(
    request: Request, plan_id: int, staff: CrewDep, session: SessionDep, state: StateDep, now: NowDep
) -> Response:
    """All rounds of the plan to their crews at once."""
    plan = route_plans.plan_for(session, staff, plan_id)
    drafts = [one for one in route_plans.lists_of_plan(session, plan, lock=True) if one.is_draft]
    plans.release_together(session, drafts, by=staff, at=now, undo_seconds=state.settings.undo_seconds)
    said = N_("The rounds are released. The crews see them, and reporters are told.")
    return redirect(request, f"/staff/plans/{plan_id}", flash=("success", said))


@router.post("/{plan_id:int}/taking-back", dependencies=[CsrfChecked])
def take_back(request: Request, plan_id: int, staff: CrewDep, session: SessionDep, now: NowDep) -> Response:
    """Drafts again, as long as nothing went out; one that is too late stops them all."""
    plan = route_plans.plan_for(session, staff, plan_id)
    for route_list in route_plans.lists_of_plan(session, plan, lock=True):
        plans.take_back(session, route_list, by=staff, at=now)
    return redirect(request, f"/staff/plans/{plan_id}", flash=("success", N_("The rounds are drafts again.")))


@router.post("/{plan_id:int}/discarding", dependencies=[CsrfChecked])
def discard(request: Request, plan_id: int, staff: CrewDep, session: SessionDep) -> Response:
    """Throw the drafts away; their reports wait at the unit."""
    plan = route_plans.plan_for(session, staff, plan_id)
    drafts = [one for one in route_plans.lists_of_plan(session, plan, lock=True) if one.is_draft]
    if not drafts:
        raise Conflict(N_("This plan has no drafts."))
    for draft in drafts:
        plans.discard(session, draft, by=staff)
    said = N_("The drafts are thrown away. Their reports wait at the unit.")
    return redirect(request, "/staff/route-lists", flash=("success", said))


def _reports(session: Session, plan: RoutePlan) -> dict[int, Report]:
    ids = [number for one in plan.said.get("left_out", []) for number in one["reports"]]
    found = session.scalars(select(Report).where(Report.id.in_(ids))).all() if ids else ()
    return {report.id: report for report in found}


def _round(number: int, route_list: RouteList) -> dict[str, Any]:
    work = sum(stop.service_seconds for stop in route_list.stops)
    drive = sum(stop.leg_seconds for stop in route_list.stops) + route_list.back_seconds
    # A crew that has given all its stops away has a round without any.
    last = route_list.stops[-1] if route_list.stops else None
    back = None
    if last is not None and last.arrives_at is not None:
        back = last.arrives_at.timestamp() + last.service_seconds + route_list.back_seconds
    return {
        "list": route_list,
        "letter": _letter(number),
        "sign": number % SIGNS,
        "work": work,
        "drive": drive,
        "ends_at": type(route_list.starts_at).fromtimestamp(back, tz=route_list.starts_at.tzinfo) if back else None,
        "warnings": sum(stop.warning is not None for stop in route_list.stops),
    }


def _letter(number: int) -> str:
    return chr(ord("A") + number % 26)


def _features(number: int, route_list: RouteList) -> list[dict[str, Any]]:
    sign = {"sign": number % SIGNS, "letter": _letter(number)}
    lines = [stop.leg_line for stop in route_list.stops if stop.leg_line]
    lines += [route_list.back_line] if route_list.back_line else []
    drawn = _feature({"type": "MultiLineString", "coordinates": lines}, {**sign, "kind": "way"})
    start = _feature({"type": "Point", "coordinates": [route_list.start_lon, route_list.start_lat]}, {"kind": "start"})
    stops = [
        _feature(
            {"type": "Point", "coordinates": [stop.lon, stop.lat]}, {**sign, "kind": "stop", "number": stop.sort_order}
        )
        for stop in route_list.stops
    ]
    return [drawn, start, *stops]


def _feature(geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}
