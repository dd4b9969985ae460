"""What the desk decides about a report: one address for each decision, below the report's own."""

from __future__ import annotations

import uuid

from fastapi import APIRouter, Response

from app.errors import N_, Conflict, NotFound
from app.models import Forwarding, Report
from app.queries.visible import report_for
from app.services import claims, erasing, forwarding, merging, moderation, noting, right_unit, triage, undoing
from app.web.deps import CsrfChecked
from app.web.erasing import files_of
from app.web.pages.desk_form import DeskForm, DeskFormDep, with_query
from app.web.templating import redirect

router = APIRouter(prefix="/staff/reports/{reference}", include_in_schema=False, dependencies=[CsrfChecked])


@router.post("/forwarding")
def forward(desk: DeskFormDep) -> Response:
    """To the proposed unit or another one; with `for_information` a unit is only told."""
    unit, rules, session = desk.text("unit"), desk.rules, desk.session
    if desk.text("for_information"):
        return desk.act(
            lambda report: right_unit.inform(session, report, unit, rules=rules, **desk.undoable),
            stay=True,
            flash=N_("The unit is told, for information."),
        )
    words = desk.text("words") or None
    return desk.act(lambda report: triage.forward(session, report, unit, rules=rules, words=words, **desk.undoable))


@router.post("/rejection")
def reject(desk: DeskFormDep) -> Response:
    """Closed with a kind reason."""
    return desk.act(lambda report: triage.reject(desk.session, report, words=desk.words(report), **desk.undoable))


@router.post("/answer")
def answer(desk: DeskFormDep) -> Response:
    """Closed with an answer."""
    return desk.act(lambda report: triage.answer(desk.session, report, words=desk.words(report), **desk.undoable))


@router.post("/duplicate")
def mark_duplicate(desk: DeskFormDep) -> Response:
    """The same fault as another report: one that was shown, or one whose reference was typed."""
    typed = desk.text("reference") or desk.text("duplicate_of")
    return desk.act(lambda report: merging.mark_duplicate(desk.session, report, typed=typed, **desk.undoable))


@router.post("/referral")
def refer(desk: DeskFormDep) -> Response:
    """Somebody outside has it; only the reporter is told."""
    words = desk.text("words") or None
    return desk.act(
        lambda report: right_unit.refer(
            desk.session, report, desk.text("unit"), rules=desk.rules, words=words, **desk.undoable
        )
    )


@router.post("/question")
def ask(desk: DeskFormDep) -> Response:
    """A question to the reporter; the report stays in the queue."""
    return desk.act(lambda report: triage.ask(desk.session, report, words=desk.text("words"), **desk.undoable))


@router.post("/reopening")
def reopen(desk: DeskFormDep) -> Response:
    """Closed too early."""
    words = desk.text("words") or None
    return desk.act(
        lambda report: triage.reopen(desk.session, report, words=words, rules=desk.rules, **desk.undoable), stay=True
    )


@router.post("/note")
def note(desk: DeskFormDep) -> Response:
    """A line among staff, or for everybody."""
    public = desk.text("public") == "1"
    said = {name: value for name, value in desk.undoable.items() if name != "version"}
    return desk.act(
        lambda report: noting.note(desk.session, report, words=desk.text("words"), public=public, **said),
        stay=True,
        flash="" if public else N_("Your note is saved for staff."),
    )


@router.post("/publication")
def publish(desk: DeskFormDep) -> Response:
    """The resident's text, or one photo: for everybody, or no longer."""
    public = desk.text("public") == "1"
    flash = N_("Everybody can see it now.") if public else N_("It is no longer public.")
    if not desk.text("photo"):
        return desk.act(
            lambda report: moderation.publish_text(desk.session, report, public=public, **desk.who_when),
            stay=True,
            flash=flash,
        )
    return desk.act(
        lambda report: moderation.publish_photo(
            desk.session, report, photo_id=_photo_id(desk), public=public, **desk.who_when
        ),
        stay=True,
        flash=flash,
    )


@router.post("/category")
def change_category(desk: DeskFormDep) -> Response:
    """Another category; the proposal and the due date follow."""
    return desk.act(
        lambda report: right_unit.change_category(
            desk.session, report, code=desk.text("category"), rules=desk.rules, **desk.who_when
        ),
        stay=True,
        flash=N_("The category is changed. Proposed unit and due date follow it."),
    )


@router.post("/placement")
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


@router.post("/hiding")
def hide(desk: DeskFormDep) -> Response:
    """Down from the public pages, or up again."""
    hidden = desk.text("hidden") == "1"
    return desk.act(
        lambda report: moderation.hide(desk.session, report, hidden=hidden, words=desk.text("words"), **desk.who_when),
        stay=True,
    )


@router.post("/erasure")
def erase(desk: DeskFormDep) -> Response:
    """Forget the person behind it; the box must be ticked, because nothing brings the data back."""

    def verb(report: Report) -> None:
        if desk.text("sure") != "1":
            raise Conflict(N_("Tick the box first. Nothing brings the data back."))
        erasing.erase_by_desk(desk.session, report, files=files_of(desk.state), **desk.who_when)

    return desk.act(verb, stay=True, flash=N_("The person's data is deleted."))


@router.post("/recall")
def call_back(desk: DeskFormDep) -> Response:
    """After the seconds for undo: take it from the unit, which is told."""

    def verb(report: Report) -> None:
        sent = desk.session.get(Forwarding, desk.whole("forwarding") or 0)
        if sent is None or sent.report_id != report.id:
            raise NotFound(N_("There is nothing to call back."))
        words = desk.text("words") or None
        forwarding.call_back(desk.session, sent, rules=desk.rules, by=desk.staff, at=desk.at, words=words)

    return desk.act(verb, stay=True, flash=N_("The report is back at the desk, and the unit is told."))


@router.post("/claim")
def claim(desk: DeskFormDep) -> Response:
    """Take it over from a colleague who is looking at it."""
    report = report_for(desk.session, desk.staff, desk.reference, to_act=True)
    claims.claim(desk.session, report.reference, by=desk.staff, at=desk.at, take_over=True)
    return redirect(
        desk.request,
        with_query(
            "/staff/queue",
            report=report.reference,
            category=desk.text("in_category"),
            order=desk.text("order"),
        ),
    )


@router.post("/undo")
def undo(desk: DeskFormDep) -> Response:
    """Take the decision back; the report is in front again."""
    seconds = desk.state.settings.undo_seconds
    update_id = desk.whole("update") or 0

    def verb(report: Report) -> None:
        undoing.undo(desk.session, report, update_id=update_id, by=desk.staff, at=desk.at, undo_seconds=seconds)

    return desk.act(verb, stay=True, flash=N_("Undone. Nothing has gone out."))


def _photo_id(desk: DeskForm) -> uuid.UUID:
    try:
        return uuid.UUID(desk.text("photo"))
    except ValueError as error:
        raise NotFound(N_("This photo is not here any more.")) from error
