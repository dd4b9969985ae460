"""A plan's answer in words: how it stands, what is left out and why, what is to be said about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.errors import N_
from app.models import PlanState, Report, RoutePlan
from app.text import translate

WHY: dict[str, str] = {
    "no_time": N_("The day is too short for it"),
    "detour": N_("Too long a detour"),
    "no_lift": N_("Needs a lift, and no crew on this day has one"),
    "no_stock": N_("There is not enough material in the cars"),
    "window": N_("Cannot be reached in its time window"),
    "unreachable": N_("No road leads there"),
    "solver": N_("Found no place on a round"),
}
SAID: dict[str, str] = {
    "nothing_waits": N_("Nothing waits that fits what you chose. Choose more categories or a larger area."),
    "all_taken": N_("Others planned the same reports while this was worked out. Nothing is left."),
    "some_taken": N_("Some reports were planned or closed by others meanwhile. They are left off."),
    "nothing_reachable": N_("No road leads from the start to any of it: an island without a bridge, or a closed road."),
    "shift_too_short": N_("The shift is too short for any stop. Make it longer, or start nearer."),
    "nothing_fits": N_("No crew can take any of it. Look below for the reasons."),
    "day_too_short": N_("Not everything that must be done fits into the day. This is the best plan we found."),
    "took_too_long": N_("The search was ended because it took too long. Choose fewer stops, and ask again."),
    "broke": N_("This plan could not be worked out. Ask again. If it happens once more, tell your administrator."),
}


@dataclass(frozen=True)
class LeftOut:
    """One place that is on no round."""

    why: str
    must: bool
    reports: list[Report]


def sentences(plan: RoutePlan, lang: str) -> list[str]:
    """What is to be said first."""
    return [translate(SAID[code], lang) for code in plan.said.get("codes", []) if code in SAID]


def left_out(plan: RoutePlan, reports: Mapping[int, Report], lang: str) -> list[LeftOut]:
    """What must be done first; reasons in words. Reports that are gone meanwhile are left out here too."""
    rows = [
        LeftOut(
            translate(WHY.get(str(one["why"]), WHY["solver"]), lang),
            bool(one["must"]),
            [reports[number] for number in one["reports"] if number in reports],
        )
        for one in plan.said.get("left_out", [])
    ]
    return sorted((row for row in rows if row.reports), key=lambda row: not row.must)


def counted_reasons(rows: Sequence[LeftOut]) -> list[tuple[str, int]]:
    """Each reason with how often it holds, the most frequent first."""
    return Counter(row.why for row in rows).most_common()


def progress(plan: RoutePlan, ahead: int, lang: str) -> dict[str, Any]:
    """How it stands, for the page and its script."""
    return {"state": plan.state, "progress": plan.progress, "ahead": ahead, "sentence": _stands(plan, ahead, lang)}


def _stands(plan: RoutePlan, ahead: int, lang: str) -> str:
    if plan.state == PlanState.WAITING.value:
        return translate(N_("Number %(n)s in the queue"), lang, n=ahead + 1)
    if plan.state == PlanState.WORKING.value:
        return translate(N_("%(n)s percent done"), lang, n=plan.progress)
    return translate(N_("Done") if plan.state == PlanState.DONE.value else N_("It could not be worked out"), lang)
