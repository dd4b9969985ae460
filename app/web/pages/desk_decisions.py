"""What the desk decides about a report: one address for each decision, below the report's own."""

from __future__ import annotations

import uuid

from fastapi import APIRouter, Response

from app.errors import N_, Conflict, NotFound
from app.models import Report
from app.services import erasing, moderation, triage, undoing
from app.web.deps import CsrfChecked
from app.web.erasing import files_of
from app.web.pages.desk_form import DeskForm, DeskFormDep

router = APIRouter(prefix="/staff/reports/{reference}", include_in_schema=False, dependencies=[CsrfChecked])


@router.post("/rejection")
def reject(desk: DeskFormDep) -> Response:
    """Closed with a kind reason."""
    return desk.act(lambda report: triage.reject(desk.session, report, words=desk.words(report), **desk.undoable))


@router.post("/answer")
def answer(desk: DeskFormDep) -> Response:
    """Closed with an answer."""
    return desk.act(lambda report: triage.answer(desk.session, report, words=desk.words(report), **desk.undoable))


@router.post("/question")
def ask(desk: DeskFormDep) -> Response:
    """A question to the reporter; the report stays in the queue."""
    return desk.act(lambda report: triage.ask(desk.session, report, words=desk.words(report), **desk.undoable))


@router.post("/reopening")
def reopen(desk: DeskFormDep) -> Response:
    """Closed too early."""
    words = desk.text("words") or None
    return desk.act(
        lambda report: triage.reopen(desk.session, report, words=words, rules=desk.rules, **desk.undoable), stay=True
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
