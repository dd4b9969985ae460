"""Another due date, and the interim reply, as the unit that has the report gives them."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.errors import N_, Invalid
from app.models import Report, Staff
from app.routing import Rules
from app.services import due, undoing
from app.web.deps import CsrfChecked, FormDep, NowDep, RulesDep, SessionDep, StateDep, UnitDep
from app.web.desk_parts.due import words_with_day
from app.web.pages.desk_due import read_day
from app.web.pages.inbox import ReportDep, show_report
from app.web.state import AppState
from app.web.templating import redirect

router = APIRouter(prefix="/staff/inbox/{reference}", include_in_schema=False, dependencies=[CsrfChecked])


@router.post("/due")
def set_due(
    request: Request, report: ReportDep, staff: UnitDep, session: SessionDep, rules: RulesDep, state: StateDep,
    form: FormDep, now: NowDep,
) -> Response:  # fmt: skip
    """It should be done by another day; the reporter hears of a later one."""
    day, words = read_day(_text(form, "due")), words_of_date(session, report, rules, form)
    seconds = state.settings.undo_seconds
    return _try(
        request, session, staff, rules, state, report, form,
        lambda: due.set_due(session, report, day, words=words, by=staff, at=now, undo_seconds=seconds),
        flash=N_("The due date is set."),
    )  # fmt: skip


@router.post("/interim")
def reply_meanwhile(
    request: Request, report: ReportDep, staff: UnitDep, session: SessionDep, rules: RulesDep, state: StateDep,
    form: FormDep, now: NowDep,
) -> Response:  # fmt: skip
    """It is not done yet: the proposed words, as somebody at the unit has read and changed them."""
    day, words = read_day(_text(form, "due")), words_of_date(session, report, rules, form)
    seconds = state.settings.undo_seconds
    return _try(
        request, session, staff, rules, state, report, form,
        lambda: due.reply_meanwhile(session, report, words=words, day=day, by=staff, at=now, undo_seconds=seconds),
        flash=N_("The interim reply is on its way."),
    )  # fmt: skip


@router.post("/undo")
def undo(
    request: Request, report: ReportDep, staff: UnitDep, session: SessionDep, state: StateDep, form: FormDep,
    now: NowDep,
) -> Response:  # fmt: skip
    """Take it back before anything has gone out."""
    typed = _text(form, "update")
    update_id = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else 0
    undoing.undo(session, report, update_id=update_id, by=staff, at=now, undo_seconds=state.settings.undo_seconds)
    return _back(request, report, N_("Undone. Nothing has gone out."))


def _try(
    request: Request,
    session: Session,
    staff: Staff,
    rules: Rules,
    state: AppState,
    report: Report,
    form: FormData,
    verb: Callable[[], object],
    *,
    flash: str,
) -> Response:
    """Do it; what was not right is said in the form, with the words kept."""
    try:
        verb()
        session.flush()
    except Invalid as error:
        session.rollback()
        typed = {name: value for name, value in form.items() if isinstance(value, str)}
        return show_report(request, session, staff, rules, state, report.reference, refused=error, typed=typed)
    return _back(request, report, flash)


def words_of_date(session: Session, report: Report, rules: Rules, form: FormData) -> str:
    """What the reporter reads of another date."""
    day, expected = read_day(_text(form, "due")), read_day(_text(form, "expected"))
    typed, code = _text(form, "words"), _text(form, "ready")
    return words_with_day(session, report, rules, typed=typed, code=code, day=day, expected=expected)


def _text(form: FormData, name: str) -> str:
    return str(form.get(name) or "").strip()


def _back(request: Request, report: Report, sentence: str) -> Response:
    return redirect(request, f"/staff/inbox/{report.shown_reference}", flash=("success", sentence))
