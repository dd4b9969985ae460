"""What came of a plan, as figures and codes: kilometres, hours, what is left out and why, and what to say about it."""

from __future__ import annotations

from typing import Any

from app.planning.fleet import FleetPlan
from app.services.plan_lists import Made
from app.services.plan_problem import Problem, compared

# A page of reasons is enough; the rest is counted.
MOST_LEFT_OUT = 200


def answer_in_codes(made: Problem, plan: FleetPlan, lists: Made) -> dict[str, Any]:
    """As `RoutePlan.said` keeps it: metres, seconds, report ids; no words about people."""
    stops = [stop for route_list in lists.lists for stop in route_list.stops]
    left_out = [_left_out(made, visit, why) for visit, why in plan.left_out]
    return {
        "stops": len(stops),
        "reports": sum(len(stop.entries) for stop in stops),
        "metres": sum(route_list.total_metres for route_list in lists.lists),
        "drive_seconds": sum(one.leg_seconds for one in stops) + sum(one.back_seconds for one in lists.lists),
        "work_seconds": sum(stop.service_seconds for stop in stops),
        "planned_metres": sum(one.drive_metres for one in plan.rounds),
        **compared(made, plan),
        "by": plan.by,
        "search_seconds": round(plan.seconds, 2),
        "way_by": made.travel.by,
        "targets": len(made.targets),
        "musts": sum(target.must for target in made.targets),
        "left_out": left_out[:MOST_LEFT_OUT],
        "left_out_count": len(left_out),
        "taken": lists.taken,
        "codes": codes(made, plan, lists),
    }


def codes(made: Problem, plan: FleetPlan, lists: Made) -> list[str]:
    """What has to be said in a sentence: nothing waits, nothing can be reached, the day is too short."""
    if not made.targets:
        return ["nothing_waits"]
    musts = {visit: why for visit, why in plan.left_out if made.targets[visit].must}
    found = []
    if not lists.lists:
        found.append("all_taken" if lists.taken else _nothing(set(musts.values())))
    elif any(why in {"no_time", "window"} for why in musts.values()):
        found.append("day_too_short")
    if lists.taken and lists.lists:
        found.append("some_taken")
    return found


def _nothing(reasons: set[str]) -> str:
    if reasons == {"unreachable"}:
        return "nothing_reachable"
    if reasons & {"no_time", "window"}:
        return "shift_too_short"
    return "nothing_fits"


def _left_out(made: Problem, visit: int, why: str) -> dict[str, Any]:
    target = made.targets[visit]
    reports = [report.id for report in target.reports]
    return {"why": why, "reports": reports, "must": target.must, "lat": target.lat, "lon": target.lon}
