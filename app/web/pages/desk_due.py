"""Another due date, and the interim reply, at the desk."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Response

from app.models import Report, Update
from app.services import due
from app.web.deps import CsrfChecked
from app.web.desk_parts.due import words_with_day
from app.web.pages.desk_form import DeskForm, DeskFormDep

router = APIRouter(prefix="/staff/reports/{reference}", include_in_schema=False, dependencies=[CsrfChecked])


@router.post("/due")
def set_due(desk: DeskFormDep) -> Response:
    """It should be done by another day; the reporter hears of a later one."""
    return desk.act(lambda report: setting_due(desk, report), stay=True)


@router.post("/interim")
def reply_meanwhile(desk: DeskFormDep) -> Response:
    """It is not done yet: the proposed words, as somebody at the desk has read and changed them."""
    return desk.act(lambda report: replying(desk, report), stay=True)


def setting_due(desk: DeskForm, report: Report) -> Update:
    """The date and the words of the form."""
    day = read_day(desk.text("due"))
    return due.set_due(desk.session, report, day, words=words_of_date(desk, report), **desk.undoable)


def replying(desk: DeskForm, report: Report) -> Update:
    """The same of an interim reply."""
    day = read_day(desk.text("due"))
    return due.reply_meanwhile(desk.session, report, words=words_of_date(desk, report), day=day, **desk.undoable)


def words_of_date(desk: DeskForm, report: Report) -> str:
    """What the reporter reads of it."""
    day, expected = read_day(desk.text("due")), read_day(desk.text("expected"))
    typed, code = desk.text("words"), desk.text("ready")
    return words_with_day(desk.session, report, desk.rules, typed=typed, code=code, day=day, expected=expected)


def read_day(text: str) -> date | None:
    """The day of a form's date field, which is written as 2026-12-24; None when it is none."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
