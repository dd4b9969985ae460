"""The cab for who holds a link to the round: the crew's page and forms, and no more of the staff's."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.models.links import round_path
from app.services.driving import Driver
from app.web import drive_page
from app.web.deps import CsrfChecked, FormDep, NowDep, SessionDep, StateDep
from app.web.round_link import RoundLinkDep
from app.web.uploads import CheckedUploadDep

router = APIRouter(prefix="/round/{token}", include_in_schema=False)


@router.get("/drive")
def show(request: Request, linked: RoundLinkDep, session: SessionDep, state: StateDep) -> Response:
    """One stop at a time, the next one first in sight."""
    base, driver = round_path(linked.link, secret=state.secret), Driver(link=linked.link)
    return drive_page.drive_view(request, session, driver, linked.route_list, base)


# Forms come before the round: a body that arrives slowly must not hold a database connection.
@router.post("/stops/{stop_id:int}/completion")
def complete(
    request: Request,
    form: CheckedUploadDep,
    stop_id: int,
    linked: RoundLinkDep,
    session: SessionDep,
    state: StateDep,
    now: NowDep,
) -> Response:
    """Tick one stop off, with a note, photos, minutes and material."""
    base, driver = round_path(linked.link, secret=state.secret), Driver(link=linked.link)
    return drive_page.tick_plainly(
        request, form, session, driver, linked.route_list, stop_id=stop_id, base=base, at=now
    )


@router.post("/stops/{stop_id:int}/reopening", dependencies=[CsrfChecked])
def reopen(
    request: Request,
    form: FormDep,
    stop_id: int,
    linked: RoundLinkDep,
    session: SessionDep,
    state: StateDep,
    now: NowDep,
) -> Response:
    """Take a tick back."""
    base, driver = round_path(linked.link, secret=state.secret), Driver(link=linked.link)
    return drive_page.undo_plainly(
        request, form, session, driver, linked.route_list, stop_id=stop_id, base=base, at=now
    )


@router.post("/end", dependencies=[CsrfChecked])
def end(
    request: Request, form: FormDep, linked: RoundLinkDep, session: SessionDep, state: StateDep, now: NowDep
) -> Response:
    """The round is driven, with the kilometres."""
    base, driver = round_path(linked.link, secret=state.secret), Driver(link=linked.link)
    return drive_page.end_plainly(request, form, session, driver, linked.route_list, base=base, at=now)
