"""The day at the desk: what waits, kind by kind, and the filters that people keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.errors import N_, Invalid
from app.queries import mails_in, staff_reports, waiting
from app.queries.saved_filters import Saved, saved_by
from app.routing import Rules
from app.services import rules_watch, saved_filters
from app.web.deps import CsrfChecked, DeskDep, FormDep, LanguageDep, NowDep, RulesDep, SessionDep
from app.web.desk_filter_form import in_words, sort_of
from app.web.desk_filters import as_query, read_desk_filter
from app.web.pages.desk_form import with_query
from app.web.templating import redirect, render

router = APIRouter(prefix="/staff", include_in_schema=False)
LIST, FILTERS = "/staff/reports", "/staff/filters"


@dataclass(frozen=True, slots=True)
class SavedLine:
    """A saved filter on a page; one that reaches into what is closed has an empty `work` and no `number`."""

    saved: Saved
    words: str
    look: str
    work: str
    number: int | None = None


@router.get("/day")
def day_page(
    request: Request, staff: DeskDep, session: SessionDep, rules: RulesDep, now: NowDep, lang: LanguageDep
) -> Response:
    """What waits for the desk now; each kind leads to the workbench over it."""
    counts = waiting.counts(session, staff, at=now, desk_unit=rules.desk_unit)
    saved = saved_by(session, staff)
    filters = [read_desk_filter(one.query, rules) for one in saved]
    numbers = staff_reports.how_many(session, staff, filters, at=now)
    return render(
        request,
        "staff/day.html",
        kinds=[(kind, counts[kind.code]) for kind in waiting.KINDS if counts[kind.code] or not kind.with_desk],
        nothing_waits=not any(counts.values()),
        saved=[_line(one, rules, lang, number=number) for one, number in zip(saved, numbers, strict=True)],
        counts={"day": counts["new"]},
        mails_waiting=mails_in.count_waiting(session),
        rules_banner=rules_watch.banner(session),
    )


@router.get("/filters")
def filters_page(request: Request, staff: DeskDep, session: SessionDep, rules: RulesDep, lang: LanguageDep) -> Response:
    """One's own filters, to rename, share and delete; and what others share."""
    lines = [_line(one, rules, lang) for one in saved_by(session, staff)]
    return render(
        request,
        "staff/filters.html",
        own=[line for line in lines if line.saved.owner is None],
        others=[line for line in lines if line.saved.owner is not None],
        longest=saved_filters.LONGEST_NAME,
        rules_banner=rules_watch.banner(session),
    )


@router.post("/filters", dependencies=[CsrfChecked])
def save(
    request: Request, staff: DeskDep, session: SessionDep, rules: RulesDep, now: NowDep, form: FormDep
) -> Response:
    """Keep the filter of the list that the form stood in."""
    given = {name: value for name, value in form.items() if isinstance(value, str)}
    query = as_query(read_desk_filter(given, rules))
    sort = sort_of(given.get("sort", ""))
    there = with_query(LIST, **query, sort=sort if sort != "newest" else "")
    kept = query | ({"sort": sort} if query and sort != "newest" else {})
    return _try(
        request,
        session,
        lambda: saved_filters.save(session, kept, **_named(given), by=staff, at=now),
        there,
        flash=N_("Saved. You find it on the day's page."),
    )


@router.post("/filters/{number}/name", dependencies=[CsrfChecked])
def rename(request: Request, number: int, staff: DeskDep, session: SessionDep, form: FormDep) -> Response:
    """Another name, and whether others have it."""
    given = {name: value for name, value in form.items() if isinstance(value, str)}
    return _try(
        request,
        session,
        lambda: saved_filters.rename(session, number, **_named(given), by=staff),
        FILTERS,
        flash=N_("Saved."),
    )


@router.post("/filters/{number}/deletion", dependencies=[CsrfChecked])
def delete(request: Request, number: int, staff: DeskDep, session: SessionDep) -> Response:
    """Drop one's own."""
    saved_filters.delete(session, number, by=staff)
    return redirect(request, FILTERS, flash=("success", N_("The filter is deleted.")))


class _Named(TypedDict):
    name: str
    shared: bool


def _named(given: dict[str, str]) -> _Named:
    return {"name": given.get("name", ""), "shared": given.get("shared") == "1"}


def _try(request: Request, session: Session, do: Callable[[], object], there: str, *, flash: str) -> Response:
    try:
        do()
    except Invalid as error:
        session.rollback()
        return redirect(request, there, flash=("danger", error.message), **error.params)
    return redirect(request, there, flash=("success", flash))


def _line(one: Saved, rules: Rules, lang: str, *, number: int | None = None) -> SavedLine:
    wanted = read_desk_filter(one.query, rules)
    work = with_query("/staff/queue", **as_query(wanted)) if wanted.is_bounded else ""
    return SavedLine(one, in_words(one.query, rules, lang=lang), with_query(LIST, **one.query), work, number)
