"""All reports for the desk: the filtered list, its export, and one report."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from app.db import transaction
from app.models.reference import parse_reference
from app.queries import staff_reports
from app.queries.saved_filters import saved_by
from app.queries.visible import report_for
from app.routing import Facts, explain
from app.services import rules_watch
from app.web import csv_export
from app.web.deps import DeskDep, LanguageDep, NowDep, RulesDep, SessionDep, StateDep
from app.web.desk_filter_form import filter_form, names_of, sort_of
from app.web.desk_filters import DeskFilterDep, as_query
from app.web.desk_parts.choices import category_options
from app.web.pages import desk_view
from app.web.pages.desk_form import with_query
from app.web.pages.desk_view import show_report
from app.web.templating import redirect, render

router = APIRouter(prefix="/staff/reports", include_in_schema=False)


@router.get("")
def list_page(
    request: Request,
    staff: DeskDep,
    session: SessionDep,
    rules: RulesDep,
    state: StateDep,
    now: NowDep,
    lang: LanguageDep,
    wanted: DeskFilterDep,
    sort: str = "newest",
    cursor: str = "",
) -> Response:
    """The list, newest first or as it was asked for; a whole reference leads to its report."""
    reference = parse_reference(wanted.text)
    if reference is not None and staff_reports.is_there(session, staff, reference):
        return redirect(request, f"/staff/reports/{reference}")
    order = sort_of(sort)
    page = staff_reports.page(session, staff, wanted, at=now, sort=order, cursor=cursor)
    sorted_by = {"sort": order} if order != "newest" else {}
    query = as_query(wanted) | sorted_by
    saved = saved_by(session, staff)
    return render(
        request,
        "staff/reports.html",
        page=page,
        wanted=wanted,
        sort=order,
        query=query,
        form=filter_form(wanted, rules, lang=lang),
        category_options=category_options(rules, lang=lang),
        saved=[(one, with_query("/staff/reports", **one.query)) for one in saved],
        saved_as=names_of(saved, query),
        address=lambda given: with_query("/staff/reports", **given, **sorted_by),
        newer=with_query("/staff/reports", **query, cursor=page.newer) if page.newer else "",
        older=with_query("/staff/reports", **query, cursor=page.older) if page.older else "",
        work=with_query("/staff/queue", **as_query(wanted)) if wanted.is_bounded else "",
        csv=with_query("/staff/reports/export.csv", **as_query(wanted)),
        rules_banner=rules_watch.banner(session),
        **desk_view.words(rules, state, lang=lang),
    )


@router.get("/export.csv")
def export(
    staff: DeskDep, state: StateDep, rules: RulesDep, now: NowDep, lang: LanguageDep, wanted: DeskFilterDep
) -> Response:
    """The filtered list as a file, written while it is read, so that its size does not matter."""

    def lines() -> Iterator[str]:
        with transaction(state.session_factory) as session:
            reports = staff_reports.export(session, staff, wanted, at=now)
            yield from csv_export.lines(reports, rules, lang=lang, contacts=staff.sees_contacts, at=now)

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
