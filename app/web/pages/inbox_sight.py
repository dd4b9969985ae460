"""What a unit's words would say to the reporter, before they are sent."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session, joinedload

from app.errors import N_, DomainError
from app.models import Report, Staff, Update
from app.queries.visible import report_for
from app.routing import Rules
from app.services import due, previewing, units
from app.web.deps import CsrfChecked, FormDep, NowDep, RulesDep, SessionDep, StateDep, UnitDep
from app.web.pages.desk_due import read_day
from app.web.pages.desk_sight import DATES, expected_again, office_for, show_look
from app.web.pages.inbox import ReportDep, words_of
from app.web.pages.inbox_due import words_of_date

router = APIRouter(prefix="/staff/inbox/{reference}", include_in_schema=False)
TITLES = {
    "answer": N_("Publish the answer"),
    "repair": N_("It is fixed"),
    "interim": N_("Interim reply"),
    "due": N_("Another due date"),
}


@router.post("/preview", dependencies=[CsrfChecked])
def preview(
    request: Request, report: ReportDep, staff: UnitDep, session: SessionDep, rules: RulesDep, state: StateDep,
    form: FormDep, now: NowDep,
) -> Response:  # fmt: skip
    """The mail that the unit's words would send; nothing is decided."""
    decision = str(form.get("decision"))
    decision = decision if decision in TITLES else "answer"
    words = (words_of_date if decision in DATES else words_of)(session, report, rules, form)
    day, mail, refused = str(form.get("due") or ""), None, None
    reference, own = report.reference, f"/staff/inbox/{report.shown_reference}"
    chosen = read_day(day)
    unheard = decision == "due" and chosen is not None and not due.is_later(report, report.calendar.end_of(chosen))
    verbs: dict[str, Callable[[], Update]] = {
        "answer": lambda: units.answer(session, report, by=staff, at=now, words=words, public=True),
        "repair": lambda: units.fix(session, report, by=staff, at=now, words=words),
        "interim": lambda: due.reply_meanwhile(session, report, words=words, day=chosen, by=staff, at=now),
        "due": lambda: due.set_due(session, report, chosen, words=words, by=staff, at=now),
    }
    try:
        mail = previewing.mail_after(session, verbs[decision], office=office_for(state), at=now)
    except DomainError as error:
        refused = error
    return _shown(
        request, session, staff, rules, reference, decision, words, mail, refused, own=own, day=day, unheard=unheard
    )


def _shown(
    request: Request,
    session: Session,
    staff: Staff,
    rules: Rules,
    reference: str,
    decision: str,
    words: str,
    mail: previewing.Mail | None,
    refused: DomainError | None,
    *,
    own: str,
    day: str,
    unheard: bool,
) -> Response:
    report: Report = report_for(session, staff, reference, joinedload(Report.reporter))
    kept = {"version": str(report.version), "public": "yes" if decision == "answer" else ""}
    kept |= {"due": day} if decision in DATES else {}
    return show_look(
        request, report, rules, decision, words, mail, refused, own=own, title=TITLES[decision],
        kept=kept | expected_again(decision, day), unheard=unheard,
    )  # fmt: skip
