"""The queue of the service desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.models import Staff
from app.queries import queue
from app.queries.desk_report import desk_report
from app.queries.queue import QueueRow
from app.routing import Rules
from app.services import claims, rules_watch
from app.web.deps import DeskDep, LanguageDep, NowDep, RulesDep, SessionDep, StateDep
from app.web.desk_parts.seen import Seen
from app.web.pages import desk_view
from app.web.pages.desk_form import with_query
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
    report: str = "",
    category: str = "",
    order: Literal["urgent", "oldest"] = "urgent",
    done: int = 0,
) -> Response:
    """The list with the current report beside it, claimed by whoever looks at it."""
    rows = queue.queue(session, at=now, claim_lasts=claims.LASTS, category=category, order=order)
    counts = queue.counts(session)
    before, current, after = queue.beside(rows, report, me=staff.id)
    context: dict[str, Any] = {"view": None}
    if current is not None:
        context = _open(session, staff, rules, state, current, now=now, lang=lang)
    return render(
        request,
        "staff/queue.html",
        rows=rows,
        by_category=counts,
        total=sum(counts.values()),
        before=before,
        after=after,
        chosen=category,
        order=order,
        asked_for=report,
        current=current,
        counts={"queue": sum(counts.values())},
        undo=desk_view.undo_bar(session, staff, rules, state, done, lang=lang),
        rules_banner=rules_watch.banner(session),
        in_queue=True,
        me=staff.id,
        refused="",
        problems={},
        typed={},
        queue_url=lambda reference: with_query("/staff/queue", report=reference, category=category, order=order),
        **context,
        **desk_view.words(rules, state, lang=lang),
    )


def _open(
    session: Session, staff: Staff, rules: Rules, state: AppState, row: QueueRow, *, now: datetime, lang: str
) -> dict[str, Any]:
    """Claim the report and load it; who else looks at it is known from the list."""
    claims.claim(session, row.reference, by=staff, at=now)
    holder = row.claimed_by if row.claimed_by_id != staff.id else None
    view = desk_report(session, staff, row.reference, at=now, claim_lasts=claims.LASTS, holder=holder or "")
    return desk_view.about(Seen(session, staff, rules, state, view, at=now, lang=lang, alone=False))
