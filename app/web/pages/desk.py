"""The workbench of the service desk: the queue, the report in front, and the parts that its script asks for alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.models import ReplyFor, ReplyTemplate, Staff
from app.queries import queue
from app.queries.desk_report import desk_report
from app.queries.queue import QueueRow
from app.routing import Rules
from app.services import claims, rules_watch, templates
from app.web.deps import DeskDep, LanguageDep, NowDep, RulesDep, SessionDep, StateDep
from app.web.desk_bench import Bench, BenchDep, Listing, in_words, list_bench
from app.web.desk_parts.choices import unit_options
from app.web.desk_parts.seen import Seen
from app.web.pages import desk_view
from app.web.pages.desk_form import queue_url
from app.web.state import AppState
from app.web.templating import render

router = APIRouter(prefix="/staff/queue", include_in_schema=False)


@router.get("")
def queue_page(
    request: Request,
    staff: DeskDep,
    session: SessionDep,
    rules: RulesDep,
    state: StateDep,
    now: NowDep,
    lang: LanguageDep,
    bench: BenchDep,
    report: str = "",
    done: int = 0,
) -> Response:
    """The list with the current report beside it, claimed by whoever looks at it."""
    by_category = queue.counts(session)
    listing = list_bench(session, bench, staff, at=now, by_category=by_category)
    before, current, after = _beside(listing, report, me=staff.id)
    context: dict[str, Any] = {"view": None, "report": None}
    if current is not None or report:
        context = _open(session, staff, rules, state, current, report, now=now, lang=lang)
    return render(
        request,
        "staff/queue.html",
        by_category=by_category if bench.is_new_by_category else {},
        before=before,
        after=after,
        asked_for=report if current is None else "",
        current=current,
        counts={"queue": sum(by_category.values())},
        undo=desk_view.undo_bar(session, staff, rules, state, done, lang=lang),
        rules_banner=rules_watch.banner(session),
        **many_context(session, rules, lang=lang, among=context.pop("reply_templates", None)),
        **list_context(bench, listing, rules, staff, lang=lang),
        **desk_view.NOTHING_REFUSED,
        **context,
        **desk_view.words(rules, state, lang=lang),
    )


@router.get("/list")
def list_part(
    request: Request,
    staff: DeskDep,
    session: SessionDep,
    rules: RulesDep,
    state: StateDep,
    now: NowDep,
    lang: LanguageDep,
    bench: BenchDep,
) -> Response:
    """The list alone, as it is now."""
    listing = list_bench(session, bench, staff, at=now)
    return render(
        request,
        "staff/_queue_list.html",
        before=None,
        after=None,
        current=None,
        **list_context(bench, listing, rules, staff, lang=lang),
        **desk_view.words(rules, state, lang=lang),
    )


@router.get("/reports/{reference}")
def report_part(
    request: Request,
    staff: DeskDep,
    session: SessionDep,
    rules: RulesDep,
    state: StateDep,
    reference: str,
    bench: BenchDep,
) -> Response:
    """One report alone, before it is asked for: nobody is told that somebody looks at it."""
    return desk_view.show_front(request, session, staff, rules, state, reference, filter_query=bench.query())


def list_context(bench: Bench, listing: Listing, rules: Rules, staff: Staff, *, lang: str) -> dict[str, Any]:
    """What the list shows."""
    return {
        "bench": bench,
        "listing": listing,
        "rows": listing.rows,
        "total": listing.total,
        "filter_query": bench.query(),
        "filter_words": in_words(bench.wanted, rules, lang=lang),
        "in_queue": True,
        "me": staff.id,
        "queue_url": lambda reference: queue_url(reference, bench.query()),
    }


def many_context(
    session: Session, rules: Rules, *, lang: str, among: Sequence[ReplyTemplate] | None = None
) -> dict[str, Any]:
    """What the form for many reports offers: every unit, and the ready words that fit any report."""
    titles = templates.titles_for_any(session, for_what=ReplyFor.REJECT, lang=lang, among=among)
    ready = [(code, title, "") for code, title in titles]
    return {"all_units": unit_options(None, rules, lang=lang), "many_rejections": ready}


def _beside(listing: Listing, reference: str, *, me: int) -> tuple[QueueRow | None, QueueRow | None, QueueRow | None]:
    """(previous, current, next). One that is asked for and not listed stands in front alone: never another instead."""
    before, current, after = queue.beside(listing.rows, reference, me=me)
    if reference and current is not None and current.reference != reference:
        return None, None, current
    return before, current, after


def _open(
    session: Session,
    staff: Staff,
    rules: Rules,
    state: AppState,
    row: QueueRow | None,
    asked_for: str,
    *,
    now: datetime,
    lang: str,
) -> dict[str, Any]:
    """Claim the report and load it; who else looks at a listed one is known from the list. Nothing if there is none."""
    try:
        if row is not None:
            claims.look(session, row.reference, by=staff, at=now)
            holder = row.claimed_by if row.claimed_by_id != staff.id else None
            view = desk_report(session, staff, row.reference, at=now, claim_lasts=claims.LASTS, holder=holder or "")
        else:
            view = desk_report(session, staff, asked_for, at=now, claim_lasts=claims.LASTS)
            claims.look(session, view.report.reference, by=staff, at=now)
    except NotFound:
        return {"view": None, "report": None}
    seen = Seen(session, staff, rules, state, view, at=now, lang=lang, alone=False)
    return {**desk_view.about(seen), "reply_templates": seen.templates}
