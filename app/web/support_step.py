"""Buttons about similar reports in the report form: mine too, and on with my own. They work without script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.errors import DomainError, Invalid, NotFound
from app.models import Support
from app.models.links import support_path
from app.queries.supporters import DEAD_LINK, supporter
from app.services import drafts, supporting
from app.services.reporting import was_sent
from app.text import say
from app.web.errors import status_of
from app.web.here import look_around
from app.web.next_steps import Reader, next_steps

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session
    from starlette.datastructures import FormData

    from app.models import Report
    from app.routing import Rules
    from app.web.report_form import ReportForm
    from app.web.state import AppState


def say_mine_too(
    session: Session, state: AppState, form: ReportForm, posted: FormData, *, lang: str, at: datetime
) -> dict[str, Any]:
    """`support:REFERENCE`: counted, and thanked for on a page that carries along all that was typed."""
    _, _, typed = str(posted.get("do", "")).partition(":")
    try:
        done = supporting.support(
            session, typed, device=form.device, network=form.network, secret=state.secret, language=lang, at=at
        )
    except DomainError as error:
        return {"notice": say(error, lang), "status_code": status_of(error)}
    return {"template": "support/thanks.html", **thanks(done.report, done.support, state, lang=lang)}


def go_on(
    session: Session,
    state: AppState,
    form: ReportForm,  # noqa: ARG001  (all steps are called alike)
    posted: FormData,
    *,
    at: datetime,
    **_known: object,
) -> dict[str, Any]:
    """`own:ID/TOKEN`: it was another fault, so the support no longer counts; the form is as it was."""
    _, _, link = str(posted.get("do", "")).partition(":")
    try:
        mine = by_link(session, state, link)
    except DomainError:
        return {}
    supporting.take_back(session, mine, at=at)
    return {}


def by_link(session: Session, state: AppState, link: str) -> Support:
    """The support behind "ID/TOKEN", with its report. Raises NotFound."""
    number = link.partition("/")[0]
    known = int(number) if number.isascii() and number.isdigit() and len(number) < 18 else 0

    def path(one: Support) -> str:
        return support_path(one, secret=state.secret)

    mine = supporter(session, known, f"/support/{link}", expected=path)
    if mine.is_over:
        raise NotFound(DEAD_LINK)
    return mine


def thanks(report: Report, mine: Support, state: AppState, *, lang: str) -> dict[str, Any]:
    """What the page after "mine too" shows."""
    rules, reader = state.rules_file.current, Reader(lang, state.clock(), state.settings.reopen_days)
    return {
        "next": next_steps(report, rules, reader),
        "report": report,
        "kind": state.rules_file.current.categories.get(report.category_code),
        "support": mine,
        "own_path": support_path(mine, secret=state.secret),
        "email_error": "",
        "typed_email": "",
    }


def has_unseen(session: Session, rules: Rules, form: ReportForm, *, lang: str, at: datetime) -> bool:
    """Whether similar reports must be shown before this one is taken in: its page had no script to ask for them.

    A form with mistakes comes back anyway, and shows them then.
    """
    if form.seen and form.asked == form.category:
        return False
    try:
        drafts.check(form.draft(rules, lang=lang), rules, at=at)
    except Invalid:
        return False
    unseen = look_around(session, rules, form, at=at).similar.unseen_in(form)
    # Asked afterwards: what is similar may be this very form's first tap, stored a moment ago.
    return unseen and not was_sent(session, f"form:{form.key}")
