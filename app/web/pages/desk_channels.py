"""How many reports came by which channel, month by month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from app.queries import channels
from app.queries.channels import MonthCount
from app.services import rules_watch
from app.text import PEOPLES_ZONE, translate
from app.web.csv_export import safe
from app.web.deps import DeskDep, LanguageDep, NowDep, RulesDep, SessionDep, StateDep
from app.web.pages import desk_view
from app.web.pages.desk_view import CHANNEL_WORDS
from app.web.templating import render

router = APIRouter(prefix="/staff/channels", include_in_schema=False)
MOST_MONTHS = 24
FIRST = date(1970, 1, 1)


@router.get("")
def page(
    request: Request,
    staff: DeskDep,  # noqa: ARG001  (it keeps everybody else out)
    session: SessionDep,
    rules: RulesDep,
    state: StateDep,
    now: NowDep,
    lang: LanguageDep,
) -> Response:
    """The last two years, newest first."""
    counts = channels.months(session, first=_months_ago(now, MOST_MONTHS - 1))
    return render(
        request,
        "staff/channels.html",
        months=counts,
        used=channels.used(counts),
        most=max((one.total for one in counts), default=0),
        rules_banner=rules_watch.banner(session),
        **desk_view.words(rules, state, lang=lang),
    )


@router.get("/export.csv")
def export(staff: DeskDep, session: SessionDep, lang: LanguageDep) -> Response:  # noqa: ARG001
    """Every month there is, as a file for a spreadsheet."""
    counts = channels.months(session, first=FIRST)
    headers = {"Content-Disposition": 'attachment; filename="gatami-channels.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(_lines(counts, lang=lang), media_type="text/csv; charset=utf-8", headers=headers)


def _lines(counts: list[MonthCount], *, lang: str) -> Iterator[str]:
    used = channels.used(counts)
    words = [translate(CHANNEL_WORDS.get(one) or one, lang) for one in used]
    yield "\ufeff" + ";".join(["", *(str(safe(one)) for one in words), translate("All", lang)]) + "\r\n"
    for one in counts:
        yield ";".join([f"{one.month:%Y-%m}", *(str(one.by_channel[c]) for c in used), str(one.total)]) + "\r\n"


def _months_ago(now: datetime, months: int) -> date:
    here = now.astimezone(PEOPLES_ZONE)
    whole = here.year * 12 + here.month - 1 - months
    return date(whole // 12, whole % 12 + 1, 1)
