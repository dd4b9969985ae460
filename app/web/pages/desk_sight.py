"""A report as others see it, and what a decision would say to its reporter, before it is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.exc import StaleDataError

from app.errors import N_, Conflict, DomainError
from app.languages import LANGUAGES
from app.models import Report, ReportStatus, Update
from app.models.plain_language import Hint, HintKind, hints
from app.queries.visible import report_for
from app.routing import Rules
from app.services import noting, previewing, right_unit, triage
from app.services.decisions import STALE
from app.services.due import is_later
from app.services.office import Office
from app.services.templates import language_of
from app.text import say, translate
from app.web.deps import AnyStaffDep, CsrfChecked, DeskDep, FormDep, LanguageDep, RulesDep, SessionDep, get_language
from app.web.errors import status_of
from app.web.history import for_everybody, for_holder
from app.web.pages.desk_due import read_day, replying, setting_due, words_of_date
from app.web.pages.desk_form import DeskForm, DeskFormDep
from app.web.state import AppState
from app.web.templating import render

router = APIRouter(prefix="/staff", include_in_schema=False)
HINT_WORDS: dict[HintKind, str] = {
    HintKind.LONG: N_("Long sentence, %(count)s words: “%(words)s”. Make it two."),
    HintKind.HEAVY: N_("Heavy word: “%(words)s”. Plainer: %(plainer)s."),
    HintKind.PASSIVE: N_("Who does it? “%(words)s” does not say."),
}
# What the form held beside the words, so that it can be sent from the preview.
KEPT = ("version", "from_queue", "next", "in_filter", "letter", "due")
DATES = {"interim", "due"}
TITLES = {
    "rejection": N_("Reject"),
    "answer": N_("Answer and close"),
    "question": N_("Ask the reporter"),
    "note": N_("Note that everybody may read"),
    "referral": N_("Others have it"),
    "interim": N_("Interim reply"),
    "due": N_("Another due date"),
}


@router.get("/reports/{reference}/sight")
def sight_page(
    request: Request, reference: str, session: SessionDep, staff: DeskDep, rules: RulesDep, lang: LanguageDep
) -> Response:
    """The report as everybody sees it, and as its reporter does."""
    report = report_for(
        session,
        staff,
        reference,
        selectinload(Report.updates).joinedload(Update.note),
        selectinload(Report.photos),
        joinedload(Report.reporter),
        joinedload(Report.asset),
    )
    theirs = language_of(report, rules)
    category = rules.categories.get(report.category_code)
    return render(
        request,
        "staff/sight.html",
        report=report,
        category=category,
        seen_by_all=_is_public(report),
        lines=for_everybody(report, rules, lang=lang),
        their_lines=for_holder(report, rules, lang=theirs),
        theirs=theirs,
        their_language=LANGUAGES.get(theirs, theirs),
        rules_banner=None,
    )


@router.post("/reports/{reference}/preview", dependencies=[CsrfChecked])
def preview(desk: DeskFormDep) -> Response:
    """The mail that a decision would send, in the reporter's language; nothing is decided."""
    refused: DomainError | None = None
    mail = None
    report = _load(desk)
    decision = desk.text("decision")
    words = words_of_date(desk, report) if decision in DATES else desk.words(report)
    try:
        verb = _verb(desk, report, decision, words)
        mail = previewing.mail_after(desk.session, verb, office=office_for(desk.state), at=desk.at)
    except (DomainError, StaleDataError) as error:
        refused = Conflict(STALE) if isinstance(error, StaleDataError) else error
    report = _load(desk)
    kept = {name: desk.text(name) for name in (*KEPT, "unit")}
    kept |= {"public": "1"} if decision not in TITLES or decision == "note" else {}
    return show_look(
        desk.request, report, desk.rules, decision, words, mail, refused, own="/staff/reports/" + report.reference,
        title=TITLES.get(decision, TITLES["note"]), kept=kept | expected_again(decision, desk.text("due")),
        unheard=decision == "due" and not _is_later(desk, report),
    )  # fmt: skip


def show_look(
    request: Request,
    report: Report,
    rules: Rules,
    decision: str,
    words: str,
    mail: previewing.Mail | None,
    refused: DomainError | None,
    *,
    own: str,
    title: str,
    kept: dict[str, str],
    unheard: bool = False,
) -> Response:
    """How a decision would read. `own` is the report's page; `unheard`: nobody outside hears of it."""
    lang, theirs = get_language(request), language_of(report, rules)
    return render(
        request,
        "staff/preview.html",
        status_code=status_of(refused) if refused else 200,
        report=report,
        own=own,
        decision=decision,
        title=translate(title, lang),
        words=words,
        kept=kept,
        mail=mail,
        unheard=unheard,
        theirs=theirs,
        hints=[hint_in_words(hint, lang) for hint in hints(words, theirs)],
        refused=say(refused, lang) if refused else "",
        rules_banner=None,
    )


def expected_again(decision: str, due: str) -> dict[str, str]:
    """The words of an interim reply promise the day that was chosen for them; the next form has to know which."""
    return {"expected": due} if decision == "interim" else {}


def _is_later(desk: DeskForm, report: Report) -> bool:
    day = read_day(desk.text("due"))
    return day is None or is_later(report, report.calendar.end_of(day))


@router.post("/plain-language", dependencies=[CsrfChecked])
def plain_language(form: FormDep, staff: AnyStaffDep, lang: LanguageDep) -> Response:  # noqa: ARG001  (who may ask)
    """What could be plainer in a text, in the reader's words; of the text nothing is kept."""
    words, written_in = form.get("words"), form.get("lang")
    found = hints(words, str(written_in)) if isinstance(words, str) else []
    answer = {"hints": [hint_in_words(hint, lang) for hint in found]}
    return Response(orjson.dumps(answer), headers={"Cache-Control": "no-store"}, media_type="application/json")


def hint_in_words(hint: Hint, lang: str) -> str:
    """The hint as a sentence."""
    return translate(HINT_WORDS[hint.kind], lang, words=hint.words, plainer=hint.plainer, count=hint.count)


def _is_public(report: Report) -> bool:
    """As queries/visible.is_public says it to the database."""
    hidden = report.private or report.hidden_at is not None or report.status == ReportStatus.WITHDRAWN
    return report.is_placed and not hidden


def _load(desk: DeskForm) -> Report:
    return report_for(desk.session, desk.staff, desk.reference, joinedload(Report.reporter), to_act=True)


def _verb(desk: DeskForm, report: Report, decision: str, words: str) -> Callable[[], Update]:
    given: dict[str, Any] = {"words": words, **desk.undoable}
    session, rules = desk.session, desk.rules
    verbs: dict[str, Callable[[], Update]] = {
        "rejection": lambda: triage.reject(session, report, **given),
        "answer": lambda: triage.answer(session, report, **given),
        "question": lambda: triage.ask(session, report, **given),
        "referral": lambda: right_unit.refer(session, report, desk.text("unit"), rules=rules, **given),
        "interim": lambda: replying(desk, report),
        "due": lambda: setting_due(desk, report),
    }
    given_note = {name: value for name, value in given.items() if name != "version"}
    return verbs.get(decision, lambda: noting.note(session, report, public=True, **given_note))


def office_for(state: AppState) -> Office:
    """What writes mails; there are no channels, because nothing is sent."""
    return Office(
        settings=state.settings,
        session_factory=state.session_factory,
        rules_file=state.rules_file,
        photos=state.photos,
        secret=state.secret,
        channels={},
        clock=state.clock,
    )
