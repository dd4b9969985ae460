"""Mails that could not be made into a report by themselves: why, and what to do."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.errors import N_, Conflict
from app.queries import mails_in
from app.services import mail_desk, rules_watch
from app.services.mail_desk import REASONS
from app.text import translate
from app.web.caller_form import Taking
from app.web.deps import CsrfChecked, DeskDep, FormDep, LanguageDep, NowDep, RulesDep, SessionDep, StateDep
from app.web.pages.desk_intake import show_form
from app.web.report_form import ReportForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/staff/mails", include_in_schema=False)
PUT_AWAY = N_("The mail is put away. Nothing of it is kept.")
ADDED = N_("The mail is added to the report, as a note for staff.")


@router.get("")
def page(
    request: Request,
    staff: DeskDep,  # noqa: ARG001  (it keeps everybody else out)
    session: SessionDep,
    lang: LanguageDep,
) -> Response:
    """What waits, oldest first; below it what was left out."""

    def why(code: str | None) -> tuple[str, str]:
        words, advice = REASONS.get(code or "", ("", ""))
        return (translate(words, lang) if words else code or ""), (translate(advice, lang) if advice else "")

    answer = render(
        request,
        "staff/mails.html",
        waiting=mails_in.waiting(session),
        left_out=mails_in.left_out(session),
        why=why,
        likely_reference=mail_desk.likely_reference,
        rules_banner=rules_watch.banner(session),
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.get("/{mail_id}/message.eml")
def download(mail_id: int, staff: DeskDep, session: SessionDep) -> Response:  # noqa: ARG001
    """The mail as it came, to be opened in a mail program; never shown in the browser."""
    mail = mails_in.mail(session, mail_id, waits=False)
    headers = {
        "Content-Disposition": f'attachment; filename="mail-{mail_id}.eml"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(mail.raw or b"", media_type="application/octet-stream", headers=headers)


@router.post("/{mail_id}/report", dependencies=[CsrfChecked])
def make_report(
    request: Request, mail_id: int, staff: DeskDep, session: SessionDep, state: StateDep, rules: RulesDep, now: NowDep
) -> Response:
    """The desk's form, filled in with what the mail says; the mail goes when the report is taken in."""
    mail = mails_in.mail(session, mail_id)
    form = ReportForm(email=mail.sender or "")
    subject, body = mail.subject or "", mail.body or ""
    form.description = (body if subject.lower() in body.lower() else f"{subject}\n\n{body}").strip()[:3000]
    most = state.settings.photo_max_bytes
    form.photo_ids = mail_desk.pictures_of(session, mail, state.photos, at=now, most_bytes=most)
    found = Taking(channel="email", language=rules.default_language, mail=str(mail.id))
    return show_form(request, session, state, staff, form, found)


@router.post("/{mail_id}/addition", dependencies=[CsrfChecked])
def add(
    request: Request, mail_id: int, *, staff: DeskDep, session: SessionDep, state: StateDep, now: NowDep, form: FormDep
) -> Response:
    """It belongs to the report that it answers, or to the one whose reference is typed."""
    typed, most = str(form.get("reference") or ""), state.settings.photo_max_bytes
    try:
        report = mail_desk.add_to_report(
            session, mail_id, typed=typed, photos=state.photos, by=staff, at=now, most_bytes=most
        )
    except Conflict as refused:
        session.rollback()
        return redirect(request, f"/staff/mails#mail-{mail_id}", flash=("danger", refused.message))
    return redirect(request, f"/staff/reports/{report.reference}", flash=("success", ADDED))


@router.post("/{mail_id}/dismissal", dependencies=[CsrfChecked])
def dismiss(request: Request, mail_id: int, staff: DeskDep, session: SessionDep) -> Response:  # noqa: ARG001
    """Nothing is to be done."""
    mail_desk.put_away(session, mail_id)
    return redirect(request, "/staff/mails", flash=("success", PUT_AWAY))
