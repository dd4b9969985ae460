"""Merging at the desk: one report into another, and taking them apart again."""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.services import merging
from app.web.deps import CsrfChecked
from app.web.pages.desk_form import DeskFormDep

router = APIRouter(prefix="/staff/reports/{reference}", include_in_schema=False, dependencies=[CsrfChecked])


@router.post("/duplicate")
def mark_duplicate(desk: DeskFormDep) -> Response:
    """The same fault as another report: one that was shown, or one whose reference was typed."""
    typed = desk.text("reference") or desk.text("duplicate_of")
    return desk.act(lambda report: merging.mark_duplicate(desk.session, report, typed=typed, **desk.undoable))


@router.post("/splitting")
def split(desk: DeskFormDep) -> Response:
    """It was another thing than the report that it went into."""
    return desk.act(lambda report: merging.split(desk.session, report, **desk.undoable), stay=True)
