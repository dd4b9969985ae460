"""Everybody's list and map of reports."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.errors import N_
from app.models.reference import show_reference
from app.queries.map import map_totals
from app.queries.public import ReportFilter, list_public
from app.queries.visible import public_reference
from app.routing import Rules
from app.text import STATUS_WORDS, status_word
from app.web.chips import chips, state_words
from app.web.deps import LanguageDep, MaybeStaffDep, RulesDep, SessionDep, StateDep
from app.web.filters import FilterReader, fingerprint, means_a_reference, read_filter
from app.web.list_form import ListForm
from app.web.listing import SEARCHED_PER_PAGE, counted, place_of
from app.web.state import AppState
from app.web.templating import render
from app.web.turning import Turning

router = APIRouter(include_in_schema=False)
PER_PAGE = 20
NO_SUCH_REPORT = N_("We found no report with this number. Look at the number once more.")


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
    if form.where:
        return RedirectResponse(form.address("/near", where=form.where), status_code=303)
    reader = FilterReader(form.as_filters(rules))
    wanted = read_filter(reader, rules)
    if means_a_reference(form.text):
        reference = public_reference(session, form.text.removeprefix("#"))
        if reference is not None:
            return RedirectResponse(f"/reports/{show_reference(reference)}", status_code=303)
        reader.problems["text"] = NO_SUCH_REPORT
        wanted = replace(wanted, words=())
    context = _list_context(session, form, wanted, rules, state, lang)
    if request.headers.get("x-part") == "list":
        return _by_part(render(request, "reports/_list_part.html", **context))
    page_context = context | _page_context(session, form, wanted, rules, state, lang)
    errors = form.errors(reader, lang)
    page_context |= {"errors": errors, "chips": chips(form, rules, lang, wrong=errors)}
    return _by_part(render(request, "reports/list.html", status_code=422 if errors else 200, **page_context))


def _list_context(
    session: Session, form: ListForm, wanted: ReportFilter, rules: Rules, state: AppState, lang: str
) -> dict[str, Any]:
    turning = Turning(form.address, fingerprint(wanted), state.secret, begun=form.before, ended=form.after)
    limit = SEARCHED_PER_PAGE if wanted.words else PER_PAGE
    page = list_public(session, wanted, limit=limit, before=turning.before, after=turning.after)
    around = turning.around(page)
    return {
        "form": form,
        "wanted": wanted,
        "reports": page.reports,
        **around,
        "first_page": form.without().address() if form.before and not around["newer"] else "",
        "said": counted(page, lang) if not (form.before or form.after) else "",
        "place_of": lambda report: place_of(rules, report, lang),
    }


def _page_context(
    session: Session, form: ListForm, wanted: ReportFilter, rules: Rules, state: AppState, lang: str
) -> dict[str, Any]:
    known = replace(wanted, categories=None, by_change=False) == ReportFilter()
    base_url = state.settings.base_url
    return {
        "totals": map_totals(session, wanted.categories) if known else None,
        "names": _names(rules, lang),
        "map_filters": urlencode(form.as_map_filters(rules)),
        "view_box": _view_box(wanted),
        "address": base_url + form.without().address(),
        "feed": form.without().address("/reports.atom", lang=lang),
        "chosen_states": [state_words(status, lang) for status in form.status],
    }


def _view_box(wanted: ReportFilter) -> str:
    """What the map opens with, west,south,east,north; empty for all of the municipality."""
    box = wanted.box or (wanted.near.box if wanted.near is not None else None)
    return ",".join(f"{edge:.5f}" for edge in box) if box is not None else ""


def _by_part(response: Response) -> Response:
    """A cache must not give the list alone to somebody who asks for the page."""
    response.headers["Vary"] = "X-Part"
    return response


def _names(rules: Rules, lang: str) -> dict[str, dict[str, str]]:
    """Words for the map's popups, by code."""
    return {
        "categories": {code: category.name(lang) for code, category in rules.categories.items()},
        "statuses": {status: status_word(status, lang) for status in STATUS_WORDS},
    }
