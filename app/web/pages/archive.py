"""The archive: all public reports by year and week, with how many came in and were closed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from babel import dates
from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.errors import N_, NotFound
from app.queries.archive import WeekCount, beginning, first_week, week_counts
from app.queries.public import ReportFilter, list_public
from app.text import PEOPLES_ZONE
from app.web.deps import LanguageDep, MaybeStaffDep, NowDep, RulesDep, SessionDep, StateDep
from app.web.filters import fingerprint
from app.web.listing import place_of
from app.web.templating import render
from app.web.turning import Turning
from app.web.weeks import NO_SUCH_YEAR, Week, read_year, weeks_of_year

router = APIRouter(prefix="/archive", include_in_schema=False)
PER_PAGE = 20
NOT_YET = N_("That week has not come yet.")
TOO_EARLY = N_("There are no reports from that time. The first ones came in week %(week)s of %(year)s.")
NOTHING_YET = N_("There are no reports from that time.")


@dataclass(frozen=True, slots=True)
class Time:
    """From the first week with a report to the week that it is now."""

    first: Week | None
    now: Week

    @classmethod
    def of(cls, session: Session, now: date) -> Time:
        """Ask the database for the first week. One query."""
        first = first_week(session)
        return cls(Week(first) if first else None, Week.of(now))

    def check(self, week: Week) -> None:
        """Raise NotFound for a week that has not come, or in which there was no service yet."""
        if week > self.now:
            raise NotFound(NOT_YET)
        if week == self.now:
            return
        if self.first is None:
            raise NotFound(NOTHING_YET)
        if week < self.first:
            raise NotFound(TOO_EARLY, week=self.first.number, year=self.first.year)

    @property
    def years(self) -> range:
        """All years with weeks in them."""
        return range((self.first or self.now).year, self.now.year + 1)


@router.get("")
def show_years(
    request: Request,
    session: SessionDep,
    now: NowDep,
    staff: MaybeStaffDep,  # noqa: ARG001  (known to the template)
) -> Response:
    """The years, the latest first."""
    time = Time.of(session, now.astimezone(PEOPLES_ZONE).date())
    counts = week_counts(session, (time.first or time.now).monday, time.now.monday)
    years = [(year, _sum([one for one in counts.values() if Week(one.week).year == year])) for year in time.years]
    most = max((total.received for _, total in years), default=0)
    return render(request, "archive/years.html", years=years[::-1], most=most or 1)


@router.get("/{year}")
def show_year(
    request: Request,
    year: str,
    session: SessionDep,
    lang: LanguageDep,
    now: NowDep,
    staff: MaybeStaffDep,  # noqa: ARG001  (known to the template)
) -> Response:
    """The weeks of a year by the month that their Thursday lies in."""
    number = read_year(year)
    time = Time.of(session, now.astimezone(PEOPLES_ZONE).date())
    if number not in time.years:
        raise NotFound(NO_SUCH_YEAR)
    weeks = [week for week in weeks_of_year(number) if (time.first or time.now) <= week <= time.now]
    counts = week_counts(session, weeks[0].monday, weeks[-1].monday) if weeks else {}
    rows = [(week, counts.get(week.monday, WeekCount(week.monday))) for week in weeks]
    months = [(month, list(inside)) for month, inside in groupby(rows, key=lambda row: _month(row[0], lang))]
    context: dict[str, Any] = {
        "year": number, "months": months, "total": _sum(list(counts.values())),
        "most": max((count.received for count in counts.values()), default=0) or 1,
        "before": number - 1 if number - 1 in time.years else None,
        "after": number + 1 if number + 1 in time.years else None,
        "short_day": lambda day: dates.format_skeleton("MMMd", day, locale=lang),
    }  # fmt: skip
    return render(request, "archive/year.html", **context)


@router.get("/{year}/{number}")
def show_week(
    request: Request,
    year: str,
    number: str,
    session: SessionDep,
    rules: RulesDep,
    state: StateDep,
    lang: LanguageDep,
    now: NowDep,
    staff: MaybeStaffDep,  # noqa: ARG001  (known to the template)
) -> Response:
    """What came in during a week, newest first."""
    week = Week.read(year, number)
    time = Time.of(session, now.astimezone(PEOPLES_ZONE).date())
    time.check(week)
    wanted = ReportFilter(since=beginning(week.monday), until=beginning(week.next().monday))
    given = request.query_params
    turning = Turning(
        lambda **cursor: f"{week.path}?{urlencode(cursor)}", fingerprint(wanted), state.secret,
        begun=given.get("before", ""), ended=given.get("after", ""),
    )  # fmt: skip
    page = list_public(session, wanted, limit=PER_PAGE, before=turning.before, after=turning.after)
    context: dict[str, Any] = {
        "week": week,
        "count": week_counts(session, week.monday, week.monday).get(week.monday, WeekCount(week.monday)),
        "before": week.next(-1) if time.first and week > time.first else None,
        "after": week.next() if week < time.now else None,
        "reports": page.reports, "wanted": wanted, "form": None, "said": "", "first_page": "",
        "turned": bool(turning.begun or turning.ended),
        "place_of": lambda report: place_of(rules, report, lang),
    }  # fmt: skip
    return render(request, "archive/week.html", **(context | turning.around(page)))


def _sum(counts: list[WeekCount]) -> WeekCount:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count.by_status)
    return WeekCount(date.min, total, sum(count.ended for count in counts))


def _month(week: Week, lang: str) -> str:
    """The Thursday's month: a week counts to the year of its Thursday, so no month comes twice in a year."""
    return dates.format_date(week.thursday, "LLLL", locale=lang)
