"""What there is to say about a category at a place, as a part of the report form that a script asks for."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.web.deps import NowDep, RulesDep, SessionDep
from app.web.here import look_around
from app.web.report_form import ReportForm
from app.web.templating import render

router = APIRouter(include_in_schema=False)


@router.get("/here")
def show_here(request: Request, session: SessionDep, rules: RulesDep, now: NowDep) -> Response:
    """The part between the choice of a category and the words: ?category=&lat=&lon=&answers.mast=."""
    form = ReportForm.from_link(request.query_params)
    return render(
        request, "front/_here.html", form=form, similar_first=False, here=look_around(session, rules, form, at=now)
    )
