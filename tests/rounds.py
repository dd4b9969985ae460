"""A released round with a stop for each group of reports, made without a planner, and a cab that taps on it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Actor, EntryKind, NotificationKind, Report, RouteList, Staff, Stop, StopOutcome, StopReport
from app.routing import Rules
from app.services import field, notifying
from app.services.driving import Driver
from app.services.field_entries import Entry, EntryAnswer
from tests.application import STORGATA, Clock


@pytest.fixture
def waiting(make_report: Callable[..., Report], kari: Staff, session: Session, clock: Clock) -> Callable[..., Report]:
    """A report that waits at Bydrift; `email` hears of it."""
    north = itertools.count(1)

    def make(*, unit: str = "bydrift", email: str = "", **given: object) -> Report:
        report = make_report(lat=STORGATA[0] + 0.002 * next(north), lon=STORGATA[1], email=email, **given)
        if email:
            report.reporter.confirm(at=clock())
        report.forward(unit, actor=Actor.of(kari), at=clock())
        session.commit()
        return report

    return make


@pytest.fixture
def make_round(session: Session, clock: Clock, kari: Staff) -> Callable[..., RouteList]:
    """`make_round([a], [b, c])`: a list of Bydrift's for tomorrow with two stops, released an hour ago."""

    def make(*groups: Sequence[Report], unit: str = "bydrift", released: bool = True, day: int = 1) -> RouteList:
        before = clock() - timedelta(hours=1)
        route_list = RouteList(
            name="North", unit_code=unit, created_at=before, start_lat=STORGATA[0], start_lon=STORGATA[1],
            day=(clock() + timedelta(days=day)).date(), starts_at=clock() + timedelta(days=day), total_metres=3000.0,
            released_at=before if released else None, stops=[],
        )  # fmt: skip
        for number, reports in enumerate(groups, start=1):
            entries = [StopReport(report=report, active=True) for report in reports]
            lat, lon = reports[0].lat or 0.0, reports[0].lon or 0.0
            route_list.stops.append(Stop(sort_order=number, lat=lat, lon=lon, leg_metres=1000.0, entries=entries))
        session.add(route_list)
        session.flush()
        for report in itertools.chain(*groups) if released else ():
            update = report.schedule(actor=Actor.of(kari), at=before, route_list_id=route_list.id, day=route_list.day)
            notifying.notify(session, report, update, kind=NotificationKind.STATUS, at=before)
        session.commit()
        return route_list

    return make


@dataclass
class Cab:
    """One crew's phone on one list."""

    session: Session
    rules: Rules
    clock: Clock
    driver: Driver
    route_list: RouteList

    def send(self, *entries: Entry) -> list[EntryAnswer]:
        """Send taps, and commit."""
        answers = field.apply(
            self.session, self.driver, self.route_list, entries, rules=self.rules, at=self.clock(), undo_seconds=10
        )
        self.session.commit()
        return answers

    def tap(self, stop: Stop | int | None, outcome: str | None = None, **given: Any) -> EntryAnswer:
        """One tap, made now if nothing else is said; with an outcome or of another `kind`."""
        return self.send(self.entry(stop, outcome, **given))[0]

    def entry(self, stop: Stop | int | None, outcome: str | None = None, **given: Any) -> Entry:
        """A tap that is not sent yet."""
        known: dict[str, Any] = {
            "key": f"tap-{next(_numbers)}",
            "kind": EntryKind.OUTCOME if outcome else EntryKind.NOTE,
            "happened_at": self.clock(),
            "stop_id": stop.id if isinstance(stop, Stop) else stop,
            "outcome": StopOutcome(outcome) if outcome else None,
        }
        return Entry(**{**known, **given})


_numbers = itertools.count(1)


@pytest.fixture
def cab_of(session: Session, rules: Rules, clock: Clock) -> Callable[..., Cab]:
    """`cab_of(per, route_list)`."""

    def make(staff: Staff, route_list: RouteList) -> Cab:
        return Cab(session, rules, clock, Driver(staff=staff), route_list)

    return make


@pytest.fixture
def history_of(session: Session) -> Callable[[Report], list[str]]:
    """The kinds of a report's history, oldest first."""
    from app.models import Update

    def kinds(report: Report) -> list[str]:
        return list(session.scalars(select(Update.kind).where(Update.report_id == report.id).order_by(Update.id)))

    return kinds


def ago(clock: Clock, **delta: float) -> datetime:
    """A moment before now."""
    return clock() - timedelta(**delta)
