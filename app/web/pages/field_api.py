"""A crew's round for the cab, and what comes back from it: JSON, also hours later."""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.queries import field as queries
from app.services.driving import Driver
from app.web import field_answers
from app.web.deps import CrewDep, LanguageDep, NowDep, RulesDep, SessionDep, StateDep
from app.web.field_answers import FieldPhotoDep, SentDep
from app.web.round_data import RoundData

router = APIRouter(prefix="/staff/route-lists", include_in_schema=False)


@router.get("/{route_list_id:int}/round-data.json")
def show_round(route_list_id: int, staff: CrewDep, session: SessionDep, rules: RulesDep, lang: LanguageDep) -> Response:
    """Everything that the cab needs for a shift without a network."""
    route_list = queries.list_for(session, staff, route_list_id)
    shown = RoundData(rules=rules, lang=lang, photo_base="/photos")
    return field_answers.show_round(session, route_list, shown)


@router.post("/{route_list_id:int}/entries")
def take_entries(
    sent: SentDep,
    route_list_id: int,
    staff: CrewDep,
    session: SessionDep,
    state: StateDep,
    now: NowDep,
    lang: LanguageDep,
) -> Response:
    """Taps, in the order and with the times of the field, each once by its key."""
    route_list = queries.list_for(session, staff, route_list_id)
    return field_answers.take_entries(session, state, Driver(staff=staff), route_list, sent, at=now, lang=lang)


@router.post("/{route_list_id:int}/photos")
def take_photo(
    posted: FieldPhotoDep, route_list_id: int, staff: CrewDep, session: SessionDep, state: StateDep, now: NowDep
) -> Response:
    """A photo of the round, once by its key; the tap that names it ties it to a stop."""
    route_list = queries.list_for(session, staff, route_list_id)
    return field_answers.take_photo(session, state, route_list, posted, at=now)
