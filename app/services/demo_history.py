"""Ninety days of the demo, played event by event through the services that people use, with backdated times."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import count
from typing import TYPE_CHECKING

from sqlalchemy import inspect, select
from sqlalchemy.orm.attributes import set_committed_value

from app.models import REPORTER, Report, Reporter, ReportStatus, Staff
from app.models.deadlines import is_working_day
from app.services import demo_texts, merging, moderation, triage, units

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable
    from random import Random

    from sqlalchemy.orm import Session

    from app.routing import Rules

DAY = timedelta(days=1)
# Nobody sits there to undo, and nothing goes out.
UNDO_SECONDS = 0
AT_A_UNIT = {ReportStatus.FORWARDED, ReportStatus.IN_PROGRESS}
WORKERS = {"bydrift": "ola", "eiendom": "eva", "park_idrett": "liv", "vann_avlop": "tor"}
# Working days until a unit has mended most of what it gets, by group of categories.
DAYS = {"lamps": 14.0, "road": 3.0, "path": 3.0, "parks": 8.0, "waste": 2.0, "water": 2.0, "buildings": 6.0}


@dataclass
class World:
    """Everything that the events need, and the events still to come, the earliest first."""

    session: Session
    rules: Rules
    staff: dict[str, Staff]
    now: datetime
    random: Random
    reports: list[Report] = field(default_factory=list)
    photos: dict[int, tuple[uuid.UUID, ...]] = field(default_factory=dict)
    _events: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    _tick: count[int] = field(default_factory=count)

    def plan(self, at: datetime, event: Callable[[datetime], None]) -> None:
        """Let `event` happen at this time, unless it lies in the future."""
        if at <= self.now:
            heapq.heappush(self._events, (at, next(self._tick), event))

    def play(self) -> None:
        """Let everything happen in its order; events may plan others."""
        while self._events:
            at, _, event = heapq.heappop(self._events)
            event(at)

    def office_hour(self, after: datetime, *, days: float = 0.0) -> datetime:
        """A time from `after` and so many days on when somebody is at work: 8 to 15:30 on a working day."""
        local = (after + timedelta(days=days)).astimezone(self.rules.timezone)
        home = self.rules.municipality
        if local.time() >= time(15, 30):
            local = datetime.combine(local.date() + DAY, time(8), local.tzinfo)
        if local.time() < time(8):
            local = datetime.combine(local.date(), time(8), local.tzinfo)
        while not is_working_day(local.date(), country=home.country, region=home.region):
            local = datetime.combine(local.date() + DAY, time(8), local.tzinfo)
        return (local + timedelta(minutes=self.random.uniform(1, 45))).astimezone(after.tzinfo)

    def know(self, report: Report) -> Report:
        """The services expect the reporter to be loaded."""
        if "reporter" in inspect(report).unloaded:
            reporter = self.session.scalar(select(Reporter).where(Reporter.report_id == report.id))
            set_committed_value(report, "reporter", reporter)
        return report

    def pick(self, words: tuple[str, ...]) -> str:
        """One of them."""
        return self.random.choice(words)


class Lives:
    """What becomes of a report after it was received. Each method plans the next step."""

    def __init__(self, world: World) -> None:
        self._world = world

    def begin(self, report: Report, *, at: datetime) -> None:
        """The desk sees it when it next opens."""
        self._world.plan(self._world.office_hour(at), lambda when: self._triage(report, when))
        if self._world.random.random() < 0.015:
            self._world.plan(at + timedelta(hours=3), lambda when: self._withdraw(report, when))

    def _triage(self, report: Report, at: datetime) -> None:
        world = self._world
        if report.status != ReportStatus.NEW or not report.is_placed:
            return
        category = world.rules.categories[world.know(report).category_code]
        desk = world.staff[world.pick(("kari", "jon"))]
        before = self._same_nearby(report)
        if category.closes_as == "answered":
            words = demo_texts.ANSWERS[{"praise": 0, "proposal": 1}.get(category.code, 2)]
            triage.answer(world.session, report, words=words, by=desk, at=at, undo_seconds=UNDO_SECONDS)
        elif before is not None:
            merging.mark_duplicate(
                world.session, report, typed=before.reference, by=desk, at=at, undo_seconds=UNDO_SECONDS
            )
        elif world.random.random() < 0.05:
            words = world.pick(demo_texts.REJECTIONS)
            triage.reject(world.session, report, words=words, by=desk, at=at, undo_seconds=UNDO_SECONDS)
        else:
            self._publish(report, desk, at)
            self._forward(report, desk, at)

    def _same_nearby(self, report: Report) -> Report | None:
        """An open report of the same kind within a few metres, which came first."""
        for other in self._world.reports:
            if other is report:
                return None
            same = other.category_code == report.category_code and other.status in {"new", *AT_A_UNIT, "scheduled"}
            if same and other.is_placed and _near(other, report):
                return other
        return None

    def _publish(self, report: Report, desk: Staff, at: datetime) -> None:
        world = self._world
        if report.private:
            return
        if report.description and world.random.random() < 0.5:
            moderation.publish_text(world.session, report, public=True, by=desk, at=at)
        for photo_id in world.photos.get(report.id, ()):
            moderation.publish_photo(world.session, report, photo_id=photo_id, public=True, by=desk, at=at)

    def _forward(self, report: Report, desk: Staff, at: datetime, *, to: str | None = None) -> None:
        world = self._world
        unit = to or report.proposed_unit_code or world.rules.fallback.unit
        if unit == world.rules.desk_unit:
            words = demo_texts.ANSWERS[3]
            triage.answer(world.session, report, words=words, by=desk, at=at, undo_seconds=UNDO_SECONDS)
            return
        triage.forward(world.session, report, unit, rules=world.rules, by=desk, at=at, undo_seconds=UNDO_SECONDS)
        if unit not in WORKERS:
            return
        worker = world.staff[WORKERS[unit]]
        if world.random.random() < 0.03 and to is None:
            world.plan(world.office_hour(at, days=1), lambda when: self._send_back(report, worker, when))
        if world.random.random() < 0.45:
            after = world.random.uniform(0.05, 1.5)
            world.plan(world.office_hour(at, days=after), lambda when: self._take(report, worker, when))
        group = world.rules.categories[report.category_code].group
        days = world.random.expovariate(1 / DAYS.get(group, 4.0)) + 0.1
        world.plan(world.office_hour(at, days=days), lambda when: self._fix(report, worker, when))

    def _take(self, report: Report, worker: Staff, at: datetime) -> None:
        if report.status != ReportStatus.FORWARDED:
            return
        units.take(self._world.session, report, by=worker, at=at)
        if self._world.random.random() < 0.3:
            words = self._world.pick(demo_texts.TAKEN_NOTES)
            units.answer(self._world.session, report, by=worker, at=at, words=words, public=False)

    def _send_back(self, report: Report, worker: Staff, at: datetime) -> None:
        if report.status != ReportStatus.FORWARDED:
            return
        world = self._world
        units.send_back(report, by=worker, at=at, words=world.pick(demo_texts.SENT_BACK))
        other = "eiendom" if worker is world.staff["ola"] else "bydrift"
        world.plan(world.office_hour(at, days=0.5), lambda when: self._forward_again(report, other, when))

    def _forward_again(self, report: Report, unit: str, at: datetime) -> None:
        if report.status == ReportStatus.NEW:
            self._forward(report, self._world.staff["kari"], at, to=unit)

    def _fix(self, report: Report, worker: Staff, at: datetime) -> None:
        if report.status not in AT_A_UNIT or report.unit_code not in worker.unit_codes:
            return
        category = self._world.rules.categories[self._world.know(report).category_code]
        words = self._world.pick(demo_texts.FIXED_WORDS.get(category.code) or demo_texts.FIXED_WORDS[category.group])
        units.fix(self._world.session, report, by=worker, at=at, words=words)
        if self._world.random.random() < 0.02:
            self._world.plan(at + 2 * DAY, lambda when: self._still_broken(report, when))

    def _still_broken(self, report: Report, at: datetime) -> None:
        if report.status == ReportStatus.FIXED:
            report.reopen(actor=REPORTER, at=at, words="Det er dessverre ikke rettet. Se en gang til.")
            self.begin(report, at=at)

    def _withdraw(self, report: Report, at: datetime) -> None:
        """Some things mend themselves."""
        if report.status == ReportStatus.NEW:
            report.withdraw(actor=REPORTER, at=at)


def _near(one: Report, other: Report) -> bool:
    lat, lon = (one.lat or 0.0) - (other.lat or 0.0), (one.lon or 0.0) - (other.lon or 0.0)
    return abs(lat) < 0.0001 and abs(lon) < 0.0003
