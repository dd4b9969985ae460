"""Who should have it: forwarding, referring outside, another category, another place, calling back."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from app.errors import N_, Invalid, NotFound
from app.models import Forwarding, Report, Update
from app.queries.visible import report_for
from app.routing import Category
from app.services import forwarding, right_unit, triage
from app.web.deps import CsrfChecked, DeskDep, RulesDep, SessionDep
from app.web.desk_parts.right_unit import asked_of
from app.web.pages.desk_form import DeskForm, DeskFormDep
from app.web.templating import render

router = APIRouter(prefix="/staff/reports/{reference}", include_in_schema=False)
ASK_FIRST = N_("This kind has questions of its own. Answer what you know, and change the category once more.")


@router.post("/forwarding", dependencies=[CsrfChecked])
def forward(desk: DeskFormDep) -> Response:
    """To the proposed unit or another one, others told in the same decision; or only told, for information."""
    unit, informed, rules, session = desk.text("unit"), _informed(desk.form), desk.rules, desk.session
    if desk.text("for_information"):
        told = [*([unit] if unit else []), *informed]
        return desk.act(
            lambda report: right_unit.inform(session, report, told, rules=rules, **desk.undoable), stay=True
        )
    words = desk.text("words") or None
    return desk.act(
        lambda report: triage.forward(
            session, report, unit, rules=rules, words=words, informed=informed, **desk.undoable
        )
    )


@router.post("/referral", dependencies=[CsrfChecked])
def refer(desk: DeskFormDep) -> Response:
    """Somebody outside has it, or gets it now with a letter; the reporter is told whom to ask."""
    letter = desk.text("letter") == "1"
    return desk.act(
        lambda report: right_unit.refer(
            desk.session,
            report,
            desk.text("unit"),
            rules=desk.rules,
            words=desk.words(report) or None,
            letter=letter,
            **desk.undoable,
        )
    )


@router.get("/category")
def questions(
    request: Request, reference: str, staff: DeskDep, session: SessionDep, rules: RulesDep, category: str = ""
) -> Response:
    """What another category would ask, as a part of the form: for the script that puts it there."""
    report = report_for(session, staff, reference, to_act=True)
    return render(
        request, "desk/_questions.html", report=report, typed={}, **asked_of(report, rules.categories.get(category))
    )


@router.post("/category", dependencies=[CsrfChecked])
def change_category(desk: DeskFormDep) -> Response:
    """Another category; the proposal and the due date follow, and on request it goes on to the unit at once."""
    category = desk.rules.categories.get(desk.text("category"))
    on = desk.text("forward_too") == "1"

    def verb(report: Report) -> Update | None:
        if category is not None and desk.text("asked") != category.code and asked_of(report, category)["asked"]:
            raise Invalid(ASK_FIRST, fields={"asked": ASK_FIRST})
        made = right_unit.change_category(
            desk.session,
            report,
            code=desk.text("category"),
            rules=desk.rules,
            answers=_answers(desk.form, category),
            words=desk.text("words"),
            **desk.who_when,
        )
        # What belongs to the desk itself is where it should be.
        return _send_on(desk, report) if on and report.proposed_unit_code != desk.rules.desk_unit else made

    flash = "" if on else N_("The category is changed. Proposed unit and due date follow it.")
    return desk.act(verb, stay=not on, flash=flash)


def _send_on(desk: DeskForm, report: Report) -> Update:
    """To the unit that is proposed for what the report is now."""
    given = {**desk.undoable, "version": None}
    return triage.forward(desk.session, report, report.proposed_unit_code or "", rules=desk.rules, **given)


@router.post("/placement", dependencies=[CsrfChecked])
def place(desk: DeskFormDep) -> Response:
    """On the map, or its pin moved."""
    return desk.act(
        lambda report: right_unit.place(
            desk.session,
            report,
            lat=desk.number("lat"),
            lon=desk.number("lon"),
            address=desk.text("address"),
            rules=desk.rules,
            **desk.who_when,
        ),
        stay=True,
        flash=N_("The place is saved. The proposed unit follows it."),
    )


@router.post("/recall", dependencies=[CsrfChecked])
def call_back(desk: DeskFormDep) -> Response:
    """After the seconds for undo: take it from the unit, which is told."""

    def verb(report: Report) -> None:
        sent = desk.session.get(Forwarding, desk.whole("forwarding") or 0)
        if sent is None or sent.report_id != report.id:
            raise NotFound(N_("There is nothing to call back."))
        words = desk.text("words") or None
        forwarding.call_back(desk.session, sent, rules=desk.rules, by=desk.staff, at=desk.at, words=words)

    return desk.act(verb, stay=True, flash=N_("It is called back, and the unit is told."))


def _informed(form: FormData) -> list[str]:
    return [value for value in form.getlist("informed") if isinstance(value, str)]


def _answers(form: FormData, category: Category | None) -> dict[str, object]:
    """What was answered just now, by question; several answers where several can be given."""
    answers: dict[str, object] = {}
    for question in category.questions if category else ():
        typed = [value.strip() for value in form.getlist(f"answers.{question.code}") if isinstance(value, str)]
        given = [value for value in typed if value]
        if given:
            answers[question.code] = given if question.kind == "several" else given[-1]
    return answers
