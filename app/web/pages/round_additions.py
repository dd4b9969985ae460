"""Stops put on a planned round: a report that waits, or what somebody phones in just now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from app.errors import N_, Invalid, NotFound
from app.models import Staff, Stop
from app.services import round_stops
from app.services.finding_places import find_places
from app.services.round_measuring import Planner
from app.services.round_stops import PhonedIn
from app.web.deps import CrewDep, CsrfChecked, FormDep, LanguageDep, NowDep, RulesDep, SessionDep, StateDep
from app.web.place_search import Answer, in_words
from app.web.round_edit import changing, planner_of
from app.web.round_view import Said, show

if TYPE_CHECKING:
    from starlette.datastructures import FormData

router = APIRouter(prefix="/staff/route-lists/{route_list_id:int}", include_in_schema=False)
ADDED = N_("%(reference)s is on the round as stop %(number)s.")


@dataclass(frozen=True, slots=True)
class _Place:
    lat: float
    lon: float
    address: str


@router.post("/stops", dependencies=[CsrfChecked])
def add(
    request: Request, route_list_id: int, staff: CrewDep, session: SessionDep, state: StateDep, rules: RulesDep,
    form: FormDep, lang: LanguageDep, now: NowDep,
) -> Response:  # fmt: skip
    """By its reference; or a place and what is wrong there, as it is said on the phone."""
    given = {name: value for name, value in form.multi_items() if isinstance(value, str) and name != "csrf_token"}
    reference = given.get("reference", "").strip()
    place: _Place | None = None
    if not reference:
        place = _place(form)
        if place is None:
            session.rollback()  # Other people's registers are asked for up to two seconds, without a connection.
            found = find_places(state.session_factory, state.registers, rules, given.get("where", ""))
            answer = in_words(found, rules, lang, plain=True)
            place = _only(answer)
            if place is None:
                return _ask_for_place(request, session, staff, route_list_id, given, answer)

    def do() -> tuple[str, dict[str, object]]:
        planner = planner_of(request, session, staff, at=now)
        if place is None:  # Undo names each report of the stop that was taken off.
            for one in form.getlist("reference"):
                stop = _by_reference(session, route_list_id, str(one), planner)
        else:
            phoned = PhonedIn(
                category=given.get("category", ""), lat=place.lat, lon=place.lon, address=place.address,
                words=given.get("words", ""), answers=_answers(given), key=given.get("key", ""),
            )  # fmt: skip
            stop = round_stops.add_phoned_in(session, route_list_id, phoned, planner=planner)
        return ADDED, {"reference": stop.entries[-1].report.shown_reference, "number": stop.sort_order}

    return changing(request, session, staff, route_list_id, do, given=given)


def _by_reference(session: SessionDep, route_list_id: int, reference: str, planner: Planner) -> Stop:
    try:
        return round_stops.add_report(session, route_list_id, reference, planner=planner)
    except NotFound as error:
        if error.message != round_stops.NO_REPORT:
            raise
        raise Invalid(error.message, fields={"reference": error.message}) from error


def _place(form: FormData) -> _Place | None:
    """One of the places that were found, chosen by its button: `lat,lon:name`."""
    spot, _, name = str(form.get("place") or "").partition(":")
    try:
        lat, lon = (float(part) for part in spot.split(","))
    except ValueError:
        return None
    return _Place(lat, lon, name) if abs(lat) <= 90 and abs(lon) <= 180 else None


def _only(found: Answer) -> _Place | None:
    one = found.only
    return None if one is None else _Place(one.lat, one.lon, one.address)


def _ask_for_place(
    request: Request, session: SessionDep, staff: Staff, route_list_id: int, given: dict[str, str], found: Answer
) -> Response:
    """The form again, with what was typed and the places to choose from."""
    return show(
        request, session, staff, route_list_id, status_code=422, given=given, places=found,
        said=Said("danger", found.said), fields={"where": found.said},
    )  # fmt: skip


def _answers(given: dict[str, str]) -> dict[str, object]:
    return {
        name.removeprefix("answers."): value for name, value in given.items() if name.startswith("answers.") and value
    }
