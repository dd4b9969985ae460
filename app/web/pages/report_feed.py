"""The list as a feed, with the list's own filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from app.errors import N_
from app.languages import LANGUAGES
from app.queries.public import list_public
from app.text import status_word, translate
from app.web.chips import chips
from app.web.deps import RulesDep, SessionDep, StateDep
from app.web.feeds import Entry, Feed, atom_response
from app.web.filters import FilterReader, fingerprint, read_filter
from app.web.list_form import ListForm
from app.web.listing import place_of
from app.web.turning import Turning

if TYPE_CHECKING:
    from app.queries.public import ListedReport
    from app.routing import Rules

router = APIRouter(include_in_schema=False)
PER_PAGE = 50


@router.get("/reports.atom")
def show_feed(request: Request, session: SessionDep, rules: RulesDep, state: StateDep) -> Response:
    """At most 50 reports, newest first; older ones by its `next` link.

    Its language is that of the address (`lang`), else the municipality's own: programs that fetch it have none.
    """
    asked = request.query_params.get("lang", "")
    lang = asked if asked in LANGUAGES else rules.default_language
    form = ListForm.from_query(request.query_params)
    reader = FilterReader(form.as_filters(rules))
    wanted = read_filter(reader, rules)
    reader.check()

    def address(**cursor: str) -> str:
        return form.address("/reports.atom", lang=lang, **cursor)

    turning = Turning(address, fingerprint(wanted), state.secret, begun=form.before)
    page = list_public(session, wanted, limit=PER_PAGE, before=turning.before)
    return atom_response(
        request,
        Feed(
            name=form.address("reports"), title=_title(form, rules, lang),
            author=f"GataMi {rules.municipality.name(lang)}",
            self_address=address(**({"before": form.before} if form.before else {})), first_address=address(),
            page_address=form.without().address(), older=turning.around(page)["older"],
        ),
        page.reports, entry=lambda report: entry_of(report, rules, lang),
        base_url=state.settings.base_url, lang=lang, wording=rules.sha256,
    )  # fmt: skip


def entry_of(report: ListedReport, rules: Rules, lang: str) -> Entry:
    """A report as an entry: what, where, and where it stands."""
    category = rules.categories.get(report.category_code)
    name = category.name(lang) if category else report.category_code
    place, status = place_of(rules, report, lang), status_word(report.status, lang)
    state = translate(N_("Status: %(status)s."), lang, status=status)
    words = f"{state} {report.description}" if report.description else state
    title = f"{name}, {place}" if place else name
    return Entry(report=report, title=title, words=words, category=name, status=status)


def _title(form: ListForm, rules: Rules, lang: str) -> str:
    name = translate(N_("Reports in %(place)s"), lang, place=rules.municipality.name(lang))
    filtered = [chip.words for chip in chips(form, rules, lang, wrong=())]
    return f"{name}: {', '.join(filtered)}" if filtered else name
