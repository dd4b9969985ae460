"""How the demo's reports come in: who sends what, where and when, through the same door as everybody's."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.routing import Facts, stopper_at
from app.services import demo_photos, demo_texts
from app.services.demo_places import PLACES, STREETS, Lamp, lamps, point_on
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.photos import take_photo
from app.services.reporting import submit_report

if TYPE_CHECKING:
    import uuid
    from random import Random

    from app.models import Report
    from app.services.demo_history import World
    from app.services.demo_texts import Line
    from app.storage import PhotoStore

MOST_PHOTOS = 26
WITH_PHOTO = {"lamps", "road", "path", "waste"}
TYPED = {"room": "Rom 210", "where": "Ved hovedinngangen"}
# (category, place, hours ago): what lies in the queue this morning, some of it for too long.
QUEUE = (
    ("dead_animal", "street", 98.0), ("bus_stop", "universitet", 260.0), ("litter_bin", "torg", 9.0),
    ("pothole", "street", 7.5), ("playground", "charlotte", 6.0), ("tagging", "undergang", 5.2),
    ("no_water", "street", 3.1), ("praise", "street", 2.4), ("complaint", "street", 1.8),
)  # fmt: skip


class Intake:
    """Sends reports in."""

    def __init__(self, world: World, store: PhotoStore) -> None:
        self._world = world
        self._store = store
        self._lamps = lamps()
        self._lines = demo_texts.lines()
        self._photos_left = MOST_PHOTOS
        self._last: tuple[Line, tuple[float, float, str, Lamp | None]] | None = None

    def anything(self, at: datetime) -> Report:
        """Some report that fits the season; now and then what somebody else has just reported."""
        random = self._world.random
        if self._last is not None and random.random() < 0.03:
            return self._send(*self._last, at=at)
        season = season_of(at)
        fitting = [line for line in self._lines if line.season in {"a", season}]
        line = random.choices(fitting, [3 if line.place == "lamp" else 1 for line in fitting])[0]
        self._last = (line, self._place(line.place))
        return self._send(*self._last, at=at)

    def this_mornings_queue(self, now: datetime) -> list[Report]:
        """What the desk finds: overdue ones, two of one lamp, one without a place, a private one, pictures."""
        found = []
        for category, place, hours in QUEUE:
            line = self._line(category, place)
            found.append(
                self._send(line, self._place(place), at=now - timedelta(hours=hours), photo=hours in {7.5, 9.0})
            )
        here = self._place("lamp")
        dark = [line for line in self._lines if line.category == "lamp_dark" and line.season == "a"]
        found += [
            self._send(line, here, at=now - timedelta(minutes=minutes), photo=minutes == 71)
            for line, minutes in zip(dark, (71, 24), strict=False)
        ]
        found.append(self._unplaced(at=now - timedelta(minutes=52)))
        return found

    def _line(self, category: str, place: str) -> Line:
        return next(line for line in self._lines if line.category == category and line.place == place)

    def _place(self, kind: str) -> tuple[float, float, str, Lamp | None]:
        """lat, lon, address and the lamp, if it is about one."""
        random = self._world.random
        if kind == "lamp":
            lamp = random.choice(self._lamps)
            return lamp.lat, lamp.lon, f"{lamp.street.name} {lamp.house}", lamp
        if kind == "street":
            street = random.choice([street for street in STREETS if street.name != "Tromsøbrua"])
            share = random.random()
            lat, lon = point_on(street.line, share)
            return round(lat, 6), round(lon, 6), f"{street.name} {int(share * 2 * street.lamps) + 1}", None
        lat, lon, name = PLACES[kind]
        lat, lon = lat + random.uniform(-1, 1) * 0.00008, lon + random.uniform(-1, 1) * 0.0002
        return round(lat, 6), round(lon, 6), name, None

    def _send(
        self, line: Line, place: tuple[float, float, str, Lamp | None], *, at: datetime, photo: bool = False
    ) -> Report:
        lat, lon, address, lamp = place
        gate, _, nr = address.rpartition(" ")
        draft = ReportDraft(
            category=line.category,
            lat=lat,
            lon=lon,
            address=address,
            description=line.words.format(gate=gate, nr=nr, mast=lamp.number if lamp else ""),
            answers=self._answers(line, lamp, address),
            photo_ids=self._photos(line, at=at, certainly=photo),
            reporter=self._reporter(),
        )
        return self._submit(draft, at=at)

    def _submit(self, draft: ReportDraft, *, at: datetime) -> Report:
        world = self._world
        facts = Facts(category=draft.category, lat=draft.lat, lon=draft.lon, answers=dict(draft.answers), at=at)
        # Where a number is shown instead of the form, people ring it, and the desk writes their report.
        urgent = stopper_at(world.rules, world.rules.categories[draft.category], facts)
        writer = world.staff["kari"] if urgent else None
        draft = replace(draft, channel="phone") if urgent else draft
        report = submit_report(world.session, draft, rules=world.rules, at=at, entered_by=writer)
        if report.reporter and report.reporter.email and world.random.random() < 0.75:
            report.reporter.confirm(at=at + timedelta(minutes=world.random.uniform(2, 50)))
        world.photos[report.id] = draft.photo_ids
        world.reports.append(report)
        return report

    def _unplaced(self, *, at: datetime) -> Report:
        """Somebody without a map on the phone."""
        words = "Stort hull i vegen, rett ved den gule kiosken. Kartet ville ikke komme opp på telefonen."
        draft = ReportDraft(
            category="pothole",
            address="Skippergata, ved kiosken",
            description=words,
            answers={"size": "large"},
            reporter=ReporterDraft(name="Odd Skyvindu", phone="77 00 12 34"),
        )
        return self._submit(draft, at=at)

    def _answers(self, line: Line, lamp: Lamp | None, address: str) -> dict[str, object]:
        answers: dict[str, object] = {}
        category = self._world.rules.categories[line.category]
        for code, value in line.answers:
            question = category.question(code)
            if question is not None and question.kind == "several":
                answers[code] = [*list(answers.get(code, [])), value]  # type: ignore[call-overload]
            elif code == "mast":
                answers[code] = lamp.number if lamp else ""
            else:
                answers[code] = value or TYPED.get(code, f"Fra {address} og bortover")
        return answers

    def _photos(self, line: Line, *, at: datetime, certainly: bool) -> tuple[uuid.UUID, ...]:
        random = self._world.random
        group = self._world.rules.categories[line.category].group
        wanted = certainly or (group in WITH_PHOTO and random.random() < 0.11)
        if not wanted or self._photos_left == 0:
            return ()
        self._photos_left -= 1
        picture = demo_photos.draw(group, seed=self._photos_left)
        return (take_photo(self._world.session, self._store, picture, at=at).id,)

    def _reporter(self) -> ReporterDraft:
        """Nearly half say nothing of themselves."""
        random = self._world.random
        name = random.choice(demo_texts.NAMES)
        kind = random.random()
        if kind < 0.45:
            return ReporterDraft()
        if kind < 0.6:
            return ReporterDraft(name=name, phone=f"77 00 {random.randint(10, 99)} {random.randint(10, 99)}")
        return ReporterDraft(name=name, email=f"{_plain(name)}@epost.example", language="nb")


def arrivals(now: datetime, *, days: int, count: int, random: Random) -> list[datetime]:
    """When reports come: all through the ninety days, more of late, few at night, in order."""
    found: list[datetime] = []
    while len(found) < count:
        at = now - timedelta(days=1) * (0.02 + (days - 0.02) * random.random() ** 1.15)
        if 5 <= at.hour <= 22 or random.random() < 0.15:
            found.append(at)
    return sorted(found)


def season_of(at: datetime) -> str:
    """Winter is when there can be snow on the road in Tromsø."""
    return "w" if at.month in {11, 12, 1, 2, 3, 4} or (at.month == 10 and at.day > 9) else "s"


def _plain(name: str) -> str:
    letters = name.lower().replace("ø", "o").replace("æ", "ae").replace(" ", ".")
    return unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode()
