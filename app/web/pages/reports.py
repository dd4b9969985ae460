"""Everybody's list and map of reports."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from app.queries.map import map_totals
from app.queries.public import ListedReport, Position, ReportFilter, list_public
from app.routing import Rules, areas_at
from app.text import STATUS_WORDS, status_word
from app.web.cursors import make_cursor, read_cursor
from app.web.deps import LanguageDep, MaybeStaffDep, RulesDep, SessionDep, StateDep
from app.web.filters import FilterReader, fingerprint, read_filter
from app.web.list_form import ListForm
from app.web.templating import render

router = APIRouter(include_in_schema=False)
PER_PAGE = 20


@router.get("/reports")
def show_list(
    request: Request,
    session: SessionDep,
    rules: RulesDep,
    state: StateDep,
    lang: LanguageDep,
    staff: MaybeStaffDep,  # noqa: ARG001  (known to the template)
) -> Response:
    """One page of the list, and the map with the same filters. A script that follows the map wants the list alone."""
    form = ListForm.from_query(request.query_params)
    reader = FilterReader(form.as_filters())
    wanted = read_filter(reader, rules)
    turning = Turning(form, fingerprint(wanted), state.secret)
    page = list_public(session, wanted, limit=PER_PAGE, before=turning.before, after=turning.after)
    context: dict[str, Any] = {
        "form": form,
        "reports": page.reports,
        "newer": turning.address("after", page.newer),
        "older": turning.address("before", page.older),
        "place_of": lambda report: place_of(rules, report, lang),
    }
    if request.headers.get("x-part") == "list":
        return _by_part(render(request, "reports/_list_part.html", **context))
    totals = map_totals(session, wanted.categories) if replace(wanted, categories=None) == ReportFilter() else None
    page_context = context | {
        "errors": form.errors(reader, lang),
        "totals": totals,
        "names": _names(rules, lang),
        "map_filters": urlencode(form.as_map_filters()),
    }
    status = 422 if reader.problems else 200
    return _by_part(render(request, "reports/list.html", status_code=status, **page_context))


def _by_part(response: Response) -> Response:
    """A cache must not give the list alone to somebody who asks for the page."""
    response.headers["Vary"] = "X-Part"
    return response


@dataclass(frozen=True, slots=True)
class Turning:
    """Turns the pages of one filtered list."""

    form: ListForm
    filters: str
    secret: bytes

    @property
    def before(self) -> Position | None:
        """The page holds what is older than this."""
        return self._read(self.form.before)

    @property
    def after(self) -> Position | None:
        """The page holds what is newer than this."""
        return self._read(self.form.after)

    def address(self, name: str, edge: Position | None) -> str:
        """Address of the page on the other side of an edge; empty when there is none."""
        if edge is None:
            return ""
        cursor = make_cursor(edge, filters=self.filters, secret=self.secret)
        return f"/reports?{urlencode(self.form.as_query() | {name: cursor})}"

    def _read(self, cursor: str) -> Position | None:
        return read_cursor(cursor, filters=self.filters, secret=self.secret) if cursor else None


def place_of(rules: Rules, report: ListedReport, lang: str) -> str:
    """Where it is in words: the address where the desk let it through, else the part of the municipality."""
    if report.address:
        return report.address
    here = areas_at(rules, report.lat, report.lon)
    name = next((area.name(lang) for code, area in rules.areas.items() if code in here), "")
    return name[:1].upper() + name[1:]


def _names(rules: Rules, lang: str) -> dict[str, dict[str, str]]:
    """Words for the map's popups, by code."""
    return {
        "categories": {code: category.name(lang) for code, category in rules.categories.items()},
        "statuses": {status: status_word(status, lang) for status in STATUS_WORDS},
    }
