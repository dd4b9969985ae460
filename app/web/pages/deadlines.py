"""How the dates were kept in the last 90 days: answered in time, done in time, by unit and by category."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request, Response

from app.errors import N_
from app.languages import sort_key
from app.queries.deadline_figures import Kept, deadline_figures
from app.routing import Rules
from app.text import translate
from app.web import csv_export
from app.web.deps import LanguageDep, NowDep, RulesDep, SessionDep, UnitDep
from app.web.templating import render

router = APIRouter(prefix="/staff/deadlines", include_in_schema=False)
DESK = N_("Not sent on by the service desk")
TITLES = (
    N_("Category"), N_("Unit"), N_("Answers"), N_("Answered in time"), N_("Done"), N_("Done in time"),
)  # fmt: skip


@router.get("")
def deadlines_page(
    request: Request,
    staff: UnitDep,  # noqa: ARG001  (it keeps everybody else out)
    session: SessionDep,
    rules: RulesDep,
    lang: LanguageDep,
) -> Response:
    """Two tables, those who keep their dates least first."""
    figures = deadline_figures(session)
    return render(
        request,
        "staff/deadlines.html",
        figures=figures,
        tables=(
            (N_("Unit"), _named(figures.by_unit, lambda code: unit_name(code, rules, lang))),
            (N_("Category"), _named(figures.by_category, lambda code: category_name(code, rules, lang))),
        ),
    )


@router.get("/figures.csv")
def figures_file(
    staff: UnitDep,  # noqa: ARG001  (it keeps everybody else out)
    session: SessionDep,
    rules: RulesDep,
    lang: LanguageDep,
    now: NowDep,
) -> Response:
    """The same for a spreadsheet, a line for each category and unit."""
    lines = [csv_export.BYTE_ORDER_MARK, csv_export.line([translate(title, lang) for title in TITLES])]
    for (category, unit), kept in sorted(deadline_figures(session).each.items()):
        names = [category_name(category, rules, lang), unit_name(unit, rules, lang)]
        lines.append(csv_export.line([*names, kept.answered, kept.answered_in_time, kept.done, kept.done_in_time]))
    headers = {"Content-Disposition": f'attachment; filename="gatami-deadlines-{now:%Y-%m-%d}.csv"'}
    return Response("".join(lines), media_type="text/csv; charset=utf-8", headers=headers)


def unit_name(code: str, rules: Rules, lang: str) -> str:
    """A unit as people know it; what never left the desk is said to be there."""
    if not code:
        return translate(DESK, lang)
    return rules.units[code].name(lang) if code in rules.units else code


def category_name(code: str, rules: Rules, lang: str) -> str:
    """A category as people know it."""
    return rules.categories[code].name(lang) if code in rules.categories else code


def _named(found: Mapping[str, Kept], name: Callable[[str], str]) -> list[tuple[str, Kept]]:
    rows = [(name(code), kept) for code, kept in found.items()]
    return sorted(rows, key=lambda row: (row[1].ends if row[1].ends is not None else 101, sort_key(row[0])))
