"""The page of a planned round: its table, its figures, what came in from the field, and what can be changed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fastapi import Request, Response

from app.errors import N_
from app.models import FieldEntry, RoundChangeKind, RouteListChange, Staff, Stop
from app.queries import rounds
from app.queries.rounds import Round, rounds_of
from app.services.fault_words import kind_in_words, reasons_in_words
from app.services.round_log import SOMEBODY
from app.services.round_measuring import ends_at, leaves_at
from app.services.round_reading import CREW
from app.services.ways import about_way_by, credit
from app.text import show_datetime, translate
from app.web.deps import get_language
from app.web.desk_parts.choices import category_options
from app.web.state import state_of
from app.web.templating import render

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.routing import Rules
    from app.web.place_search import Answer

WARNINGS = {
    "off_road": N_("Far from any road that we know"),
    "unreachable": N_("No road leads there: an island, or closed roads. The time is a guess"),
    "late": N_("Too late: after the time agreed, or after the end of the shift"),
}
OUTCOMES = {
    "done": N_("Done"),
    "not_found": N_("Not found"),
    "needs_lift": N_("Needs a lift"),
    "needs_cable": N_("Needs the cable crew"),
}
CONFLICTS = {
    "already_done": N_("Somebody else had ticked this stop off already."),
    "closed_by_desk": N_("The service desk had closed the report already."),
    "other_unit": N_("The report had been given to another unit."),
    "at_desk": N_("The report had gone back to the service desk."),
    "not_on_list": N_("The stop was no longer on the list."),
    "part_closed": N_("The service desk had closed a part of it already."),
    "list_closed": N_("The list was closed already."),
    "moved": N_("The stop had been given to another list. What the crew did counts."),
    "taken_off": N_("The stop had been taken off the list. What the crew did counts."),
    "gone_on": N_("The crew wanted to take a tick back, but somebody had gone on with it."),
}
CHANGES = {
    RoundChangeKind.ORDER: N_("%(name)s changed the order (%(n)s moved)"),
    RoundChangeKind.LOCK: N_("%(name)s locked a stop, or unlocked it"),
    RoundChangeKind.MUST: N_("%(name)s changed what must be driven to"),
    RoundChangeKind.ADDED: N_("%(name)s put a report on the round"),
    RoundChangeKind.REMOVED: N_("%(name)s took stops off (%(n)s)"),
    RoundChangeKind.GIVEN: N_("%(name)s gave stops to another round (%(n)s)"),
    RoundChangeKind.TAKEN_OVER: N_("%(name)s gave stops of another round to this one (%(n)s)"),
    RoundChangeKind.BREAKDOWN: N_("%(name)s said that the vehicle broke down"),
    RoundChangeKind.REPLANNED: N_("%(name)s had the round planned anew (%(n)s moved)"),
}

CAN_UNDO = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Row:
    """One stop as the table shows it."""

    stop: Stop
    place: str
    works: tuple[tuple[str, str, str], ...]
    """Category in words, reference as read, reference."""
    why: tuple[str, ...]
    kind: str
    warning: str
    outcome: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Tried:
    """What somebody wanted to do and could not: shown with a button that does it once more, on the newest state."""

    action: str
    fields: tuple[tuple[str, str], ...]
    sentence: str
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence on the page, in the reader's language; `kind` as of an alert."""

    kind: str
    sentence: str


def show(
    request: Request,
    session: Session,
    staff: Staff,
    route_list_id: int,
    *,
    status_code: int = 200,
    said: Said | None = None,
    tried: Tried | None = None,
    given: dict[str, str] | None = None,
    fields: dict[str, str] | None = None,
    places: Answer | None = None,
) -> Response:
    """The page as the round is now; with what was typed, where that could not be used."""
    state, lang = state_of(request), get_language(request)
    rules = state.rules_file.current
    driven = rounds_of(session, staff, [route_list_id])[route_list_id]
    others = rounds.others_of_the_day(session, driven.route_list) if driven.route_list.is_open else []
    changes = rounds.changes_of(session, route_list_id)
    page = render(
        request,
        "crew/round.html",
        status_code=status_code,
        driven=driven,
        route_list=driven.route_list,
        past=[_row(stop, rules, lang) for stop in driven.past],
        left=[_row(stop, rules, lang) for stop in driven.left],
        **_figures(driven, lang),
        conflicts=[(entry, _conflict(entry, lang)) for entry in rounds.conflicts_of(session, route_list_id)],
        targets=[other for other in others if driven.route_list.is_draft or not other.is_draft],
        other_lists=others,
        crews=rounds.crews_of(session, driven.route_list.unit_code),
        vehicles=rounds.vehicles_of(session, driven.route_list.unit_code),
        near=rounds.near_the_way(session, driven) if driven.route_list.is_open else [],
        changes=[(change, _change(change, lang)) for change in changes],
        taken_off=_taken_off(changes[0], staff, at=state.clock()) if changes and driven.route_list.is_open else [],
        category_options=category_options(rules, lang=lang),
        questions=_questions(rules, given or {}, fields or {}, lang),
        key=(given or {}).get("key") or secrets.token_urlsafe(12),
        given=given or {},
        fields=fields or {},
        places=places,
        said=said,
        tried=tried,
    )
    page.headers["Cache-Control"] = "no-store"
    return page


def place_of(stop: Stop, lang: str) -> str:
    """Where it is, as people say it."""
    for entry in stop.entries:
        if found := CREW.place(entry.report):
            return found
    return translate(N_("%(lat)s, %(lon)s"), lang, lat=round(stop.lat, 5), lon=round(stop.lon, 5))


def _row(stop: Stop, rules: Rules, lang: str) -> Row:
    works = [(entry.report.category_code, entry.report) for entry in stop.entries]
    return Row(
        stop=stop,
        place=place_of(stop, lang),
        works=tuple(
            (
                rules.categories[code].name(lang) if code in rules.categories else code,
                one.shown_reference,
                one.reference,
            )
            for code, one in works
        ),
        why=tuple(reasons_in_words(stop.why, lang)),
        kind=kind_in_words(stop.fault_kind, lang) if stop.fault_kind not in {None, "single", "other"} else "",
        warning=translate(WARNINGS[stop.warning], lang) if stop.warning in WARNINGS else "",
        outcome=_outcome(stop, lang),
        until=leaves_at(stop),
    )


def _outcome(stop: Stop, lang: str) -> str:
    if stop.completed_at is None:
        return ""
    nobody = N_("Nobody has to go there any more")
    return translate(OUTCOMES.get(stop.outcome or "", nobody), lang)


def _figures(driven: Round, lang: str) -> dict[str, Any]:
    route_list = driven.route_list
    back = ends_at(driven)
    work = sum(stop.service_seconds for stop in driven.stops)
    drive = sum(stop.leg_seconds for stop in driven.stops) + route_list.back_seconds
    return {
        "back_at": back,
        "kept": route_list.ends_by is None or back <= route_list.ends_by,
        "over": _span(back - route_list.ends_by, lang) if route_list.ends_by else "",
        "drive": _span(timedelta(seconds=drive), lang),
        "work": _span(timedelta(seconds=work), lang),
        # What it was planned with, whatever the ways of today are.
        "about": about_way_by(route_list.way_by, lang),
        "credit": credit(route_list.way_by),
    }


def _span(span: timedelta, lang: str) -> str:
    hours, minutes = divmod(max(0, round(span.total_seconds() / 60)), 60)
    if hours:
        return translate(N_("%(hours)s h %(minutes)s min"), lang, hours=hours, minutes=minutes)
    return translate(N_("%(minutes)s min"), lang, minutes=minutes)


def _conflict(entry: FieldEntry, lang: str) -> str:
    known = CONFLICTS.get(entry.conflict or "")
    return translate(known, lang) if known else str(entry.conflict or "")


def _change(change: RouteListChange, lang: str) -> str:
    name = change.staff.name if change.staff else translate(SOMEBODY, lang)
    words = translate(CHANGES[RoundChangeKind(change.kind)], lang, name=name, n=len(change.stops))
    return f"{show_datetime(change.at, lang)}: {words}"


def _taken_off(last: RouteListChange, staff: Staff, *, at: datetime) -> list[str]:
    """The reports that this person has just taken off: they can be put on again by one button."""
    mine = last.kind == RoundChangeKind.REMOVED and last.staff_id == staff.id
    return [str(one) for one in last.data.get("reports", [])] if mine and at - last.at < CAN_UNDO else []


def _questions(rules: Rules, given: dict[str, str], fields: dict[str, str], lang: str) -> Sequence[dict[str, Any]]:
    """What must be answered about the kind that was chosen, once somebody has been told so."""
    category = rules.categories.get(given.get("category", ""))
    if category is None or not any(name.startswith("answers.") for name in fields):
        return []
    return [
        {
            "name": f"answers.{one.code}",
            "label": one.name(lang),
            "options": [("", "")] + [(option.code, option.name(lang)) for option in one.options],
            "value": given.get(f"answers.{one.code}", ""),
            "error": fields.get(f"answers.{one.code}", ""),
            "required": one.required,
        }
        for one in category.questions
    ]
