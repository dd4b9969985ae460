"""The cab's JSON for who holds a link to the round."""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.models.links import round_path
from app.services.driving import Driver
from app.web import field_answers
from app.web.deps import LanguageDep, NowDep, RulesDep, SessionDep, StateDep
from app.web.field_answers import FieldPhotoDep, SentDep
from app.web.round_data import RoundData
from app.web.round_link import RoundLinkDep

router = APIRouter(prefix="/round/{token}", include_in_schema=False)


@router.get("/round-data.json")
def show_round(
    linked: RoundLinkDep, session: SessionDep, state: StateDep, rules: RulesDep, lang: LanguageDep
) -> Response:
    """Everything that the cab needs for a shift without a network, as a contractor may read it."""
    photo_base = f"{round_path(linked.link, secret=state.secret)}/photos"
    shown = RoundData(rules=rules, lang=lang, photo_base=photo_base, link_id=linked.link.id)
    return field_answers.show_round(session, linked.route_list, shown)


@router.post("/entries")
def take_entries(
    sent: SentDep, linked: RoundLinkDep, session: SessionDep, state: StateDep, now: NowDep, lang: LanguageDep
) -> Response:
    """Taps, in the order and with the times of the field, each once by its key."""
    driver = Driver(link=linked.link)
    return field_answers.take_entries(session, state, driver, linked.route_list, sent, at=now, lang=lang)


@router.post("/photos")
def take_photo(
    posted: FieldPhotoDep, linked: RoundLinkDep, session: SessionDep, state: StateDep, now: NowDep
) -> Response:
    """A photo of the round, once by its key; the tap that names it ties it to a stop."""
    return field_answers.take_photo(session, state, linked.route_list, posted, at=now, link_id=linked.link.id)
