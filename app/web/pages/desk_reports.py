"""All reports for the desk: the filtered list, its export, and one report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import MAXYEAR, MINYEAR, date
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from app.db import transaction
from app.models import ReportStatus
from app.queries import staff_reports
from app.queries.staff_reports import Wanted
from app.queries.visible import report_for
from app.routing import Facts, Rules, explain
from app.services import rules_watch
from app.text import status_word
from app.web import csv_export
from app.web.deps import DeskDep, LanguageDep, NowDep, RulesDep, SessionDep, StateDep
from app.web.desk_parts.choices import category_options
from app.web.pages import desk_view
from app.web.pages.desk_form import with_query
from app.web.pages.desk_view import show_report
from app.web.templating import render

router = APIRouter(prefix="/staff/reports", include_in_schema=False)


def get_wanted(
    status: str = "",
    unit: str = "",
    category: str = "",
    text: str = "",
    since: str = "",
    until: str = "",
    overdue: str = "",
) -> Wanted:
    """The filters of the address; a date that is none is left out."""
    return Wanted(
        status=status,
        unit=_plain(unit),
        category=_plain(category),
        text=_plain(text[:100]),
        since=_day(since),
        until=_day(until),
        overdue=overdue == "1",
    )


WantedDep = Annotated[Wanted, Depends(get_wanted)]


@router.get("")
def list_page(
    request: Request,
    staff: DeskDep,
    session: SessionDep,
    rules: RulesDep,
    state: StateDep,
    now: NowDep,
    lang: LanguageDep,
    wanted: WantedDep,
    cursor: str = "",
) -> Response:
    """The list, newest first."""
    page = staff_reports.page(session, staff, wanted, at=now, cursor=cursor)
    query = _as_query(wanted)
    return render(
        request,
        "staff/reports.html",
        page=page,
        wanted=wanted,
        category_options=category_options(rules, lang=lang),
        unit_options=[(unit.code, unit.name(lang)) for unit in rules.units.values()],
        status_options=[(one.value, status_word(one, lang)) for one in ReportStatus],
        newer=with_query("/staff/reports", **query, cursor=page.newer) if page.newer else "",
        older=with_query("/staff/reports", **query, cursor=page.older) if page.older else "",
        csv=with_query("/staff/reports/export.csv", **query),
        filtered=bool(query),
        rules_banner=rules_watch.banner(session),
        **desk_view.words(rules, state, lang=lang),
    )


@router.get("/export.csv")
def export(
    staff: DeskDep, state: StateDep, rules: RulesDep, now: NowDep, lang: LanguageDep, wanted: WantedDep
) -> Response:
    """The filtered list as a file, written while it is read, so that its size does not matter."""

    def lines() -> Iterator[str]:
        with transaction(state.session_factory) as session:
            reports = staff_reports.export(session, staff, wanted, at=now)
            yield from csv_export.lines(reports, rules, lang=lang, contacts=staff.sees_contacts)

    name = f"gatami-{now:%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/{reference}")
def report_page(
    request: Request,
    reference: str,
    staff: DeskDep,
    session: SessionDep,
    rules: RulesDep,
    state: StateDep,
    done: int = 0,
) -> Response:
    """One report with everything that can be done about it."""
    return show_report(request, session, staff, rules, state, reference, done=done)


@router.get("/{reference}/explanation")
def explanation(
    request: Request, reference: str, staff: DeskDep, session: SessionDep, rules: RulesDep, lang: LanguageDep
) -> Response:
    """Every rule that was tried on the report as it is now, and why it matched or not."""
    report = report_for(session, staff, reference)
    answers = {str(answer["code"]): answer["value"] for answer in report.answers}
    steps = explain(
        rules,
        Facts.model_validate(
            {
                "category": report.category_code,
                "lat": report.lat,
                "lon": report.lon,
                "road_owner": report.road_owner,
                "asset_owner": report.asset_owner,
                "answers": answers,
                "at": report.created_at,
            }
        ),
    )
    shown = [(step, [check.text(lang) for check in step.conditions]) for step in steps]
    return render(
        request,
        "staff/explanation.html",
        report=report,
        steps=shown,
        category=rules.categories.get(report.category_code),
        rules_banner=rules_watch.banner(session),
    )


def _plain(text: str) -> str:
    """PostgreSQL cannot look for a NUL, and an export that has begun can no longer say so."""
    return text.replace("\x00", "")


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if MINYEAR < day.year < MAXYEAR else None


def _as_query(wanted: Wanted) -> dict[str, object]:
    query = {name: getattr(wanted, name) for name in ("status", "unit", "category", "text", "since", "until")}
    return {name: value for name, value in {**query, "overdue": "1" if wanted.overdue else ""}.items() if value}
