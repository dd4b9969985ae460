"""Who is on a report: taken over from a colleague by hand; said and taken back by the workbench's script."""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Response

from app.queries.visible import report_for
from app.services import claims
from app.web.deps import CsrfChecked
from app.web.pages.desk_form import PART_HEADER, DeskForm, DeskFormDep, queue_url
from app.web.templating import redirect

router = APIRouter(prefix="/staff/reports/{reference}/claim", include_in_schema=False, dependencies=[CsrfChecked])


@router.post("")
def claim(desk: DeskFormDep) -> Response:
    """Take it over from a colleague; or, for the script, say that somebody looks at it now, or has left it."""
    if desk.request.headers.get(PART_HEADER) == "claim":
        return _by_script(desk)
    report = report_for(desk.session, desk.staff, desk.reference, to_act=True)
    claims.claim(desk.session, report.reference, by=desk.staff, at=desk.at, take_over=True)
    if desk.by_script:
        return _json({"reference": report.reference, "status": report.status, "stay": True, "say": "", "undo": ""})
    return redirect(desk.request, queue_url(report.reference, desk.filter))


def _by_script(desk: DeskForm) -> Response:
    """`holder` is the colleague who is on it, `version` tells whether what was loaded before is still true."""
    if desk.text("release"):
        claims.release(desk.session, desk.reference, by=desk.staff)
        return Response(status_code=204)
    report = report_for(desk.session, desk.staff, desk.reference, to_act=True)
    if desk.text("instead"):
        claims.release(desk.session, desk.text("instead"), by=desk.staff)
    mine = claims.look(desk.session, report.reference, by=desk.staff, at=desk.at)
    holder = "" if mine else claims.holder(desk.session, report.reference, at=desk.at)
    return _json({"holder": holder, "version": report.version})


def _json(answer: dict[str, object]) -> Response:
    return Response(orjson.dumps(answer), media_type="application/json")
