"""The first page behind a contractor's link, and the photos of the round's reports."""

from __future__ import annotations

import uuid

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from app.errors import NotFound
from app.models.links import round_path
from app.queries.round_links import NO_SUCH_PHOTO, last_day_of, photo_of_round, whole
from app.services.round_reading import CONTRACTOR
from app.storage import Size
from app.web.deps import LanguageDep, RulesDep, SessionDep, StateDep
from app.web.round_exports import clock
from app.web.round_link import RoundLinkDep
from app.web.round_paper import head_of
from app.web.round_sheet import rests_on, sheet_of
from app.web.templating import render

router = APIRouter(prefix="/round/{token}", include_in_schema=False)


@router.get("")
def show(
    request: Request, linked: RoundLinkDep, session: SessionDep, rules: RulesDep, state: StateDep, lang: LanguageDep
) -> Response:
    """What the round is, where it begins, and the ways to take it along."""
    base = round_path(linked.link, secret=state.secret)
    sheet = sheet_of(whole(session, linked.route_list), rules, reader=CONTRACTOR, url=base, lang=lang)
    return render(
        request,
        "crew/linked.html",
        sheet=sheet,
        head=head_of(sheet, lang),
        done=sum(stop.completed_at is not None for stop in sheet.stops),
        link=linked.link,
        last_day=last_day_of(linked.link),
        rests_on=rests_on(sheet, lang),
        clock=clock,
        base=base,
    )


@router.get("/photos/{name}.jpg")
def photo(name: str, linked: RoundLinkDep, session: SessionDep, state: StateDep) -> Response:
    """`<id>.jpg` or `<id>-thumbnail.jpg` of a report or a stop of this round; 404 for every other photo."""
    size: Size = "thumbnail" if name.endswith("-thumbnail") else "full"
    try:
        photo_id = uuid.UUID(name.removesuffix("-thumbnail"))
    except ValueError:
        raise NotFound(NO_SUCH_PHOTO) from None
    found = photo_of_round(session, linked.route_list, photo_id)
    return FileResponse(state.photos.open(found.id, size), media_type="image/jpeg")
