"""The stream of what happens at the desk, for its pages that stand open."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from app.services.signing_in import hash_token
from app.web import security
from app.web.deps import DeskDep, StateDep

router = APIRouter(prefix="/staff/live", include_in_schema=False)
# nginx would keep the events back until it has a whole page of them.
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@router.get("")
async def live(request: Request, staff: DeskDep, state: StateDep) -> Response:  # noqa: ARG001  (it keeps others out)
    """Server-sent events: `changed` with references and the number of new reports, `gone` when the session is over.

    The database's connection is given back before the first event, and none is held while the page stands open.
    """
    if request.scope.get("asked_for_head"):
        return Response(media_type="text/event-stream", headers=HEADERS)
    if state.live.is_full:
        return Response(status_code=503, headers={"Retry-After": "60"})
    token = security.get_cookie(request, state.settings, "gatami_session") or ""
    events = state.live.events(hash_token(token))
    return StreamingResponse(events, media_type="text/event-stream", headers=HEADERS)
