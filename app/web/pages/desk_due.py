"""Another due date, and the interim reply, at the desk."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Response

from app.models import Report, Update
from app.services import due
from app.services.templates import fill_in, language_of
from app.web.deps import CsrfChecked
from app.web.desk_parts.due import with_other_day
from app.web.pages.desk_form import DeskFormDep

router = APIRouter(prefix="/staff/reports/{reference}", include_in_schema=False, dependencies=[CsrfChecked])


@router.post("/due")
def set_due(desk: DeskFormDep) -> Response:
    """It should be done by another day; the reporter hears of a later one."""
    day, words = read_day(desk.text("due")), desk.text("words")
    return desk.act(lambda report: due.set_due(desk.session, report, day, words=words, **desk.undoable), stay=True)


@router.post("/interim")
def reply_meanwhile(desk: DeskFormDep) -> Response:
    """It is not done yet: the proposed words, as somebody at the desk has read and changed them."""
    day, expected = read_day(desk.text("due")), read_day(desk.text("expected"))

    def verb(report: Report) -> Update:
        words = with_other_day(desk.text("words"), expected, day, language_of(report, desk.rules))
        said = fill_in(words, report, desk.rules)
        return due.reply_meanwhile(desk.session, report, words=said, day=day, **desk.undoable)

    return desk.act(verb, stay=True)


def read_day(text: str) -> date | None:
    """The day of a form's date field, which is written as 2026-12-24; None when it is none."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
