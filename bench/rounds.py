"""Rounds in kilometres: beside what a crew drives without a plan, and our own search beside PyVRP's."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from app.planning.fleet import Round, Shift, Visit, plan_fleet
from app.planning.fleet_day import Day
from app.planning.fleet_detours import take_on_the_way
from app.planning.fleet_effort import Effort
from app.planning.fleet_search import Rounds, empty_rounds, own_rounds
from app.planning.fleet_solver import solve
from app.planning.travel import StraightWays, Travel
from bench import one_round
from bench.harness import Environment, Row
from bench.planning import clustered_points, order_row

STOPS = (50, 200, 300)
ONE_WAY = (20, 50, 100, 200, 300)
# Visits, and the crews that share them.
FLEETS = ((60, 2), (200, 5), (300, 8))
SECONDS, FLEET_SECONDS = 1.0, 3.0
SEVEN, DETOUR = 7 * 3600, 300
# An order found in the same time may be so much longer by chance.
CHANCE, FLEET_CHANCE = 1.02, 1.05


def rows(_environment: Environment) -> list[Row]:
    """One crew, one crew among one-way streets, and several crews."""
    return [row for count in STOPS for row in _against_no_plan(count)] + _one_way_rows() + _fleet_rows()


def _against_no_plan(count: int) -> list[Row]:
    row = order_row(count)
    beside = (("nearest next", row.nearest_neighbour, 0.95), ("as they came", row.as_reported, 0.5))
    return [
        Row(f"round of {count} stops, length", f"{row.length / 1000:.1f} km", f"{other / 1000:.1f} km {name}",
            row.length / other, f"<= {goal}", row.length / other <= goal)
        for name, other, goal in beside
    ]  # fmt: skip


def _one_way_rows() -> list[Row]:
    found = []
    for count in ONE_WAY:
        town = one_round.one_way_town(count)
        ours = one_round.or_3opt(town, SECONDS)
        for name, way in (("blind to direction", one_round.blind), ("PyVRP cold", one_round.cold),
                          ("PyVRP warm", one_round.warm)):  # fmt: skip
            other = way(town, SECONDS)
            found.append(
                Row(f"{count} stops in one-way streets, {SECONDS:.0f} s", f"{ours / 1000:.2f} km",
                    f"{other / 1000:.2f} km {name}", ours / other, f"<= {CHANCE}", ours <= CHANCE * other)
            )  # fmt: skip
    return found


def _fleet_rows() -> list[Row]:
    found = []
    for visits, crews in FLEETS:
        travel, wanted, shifts = made_up_day(visits, crews)
        plan = plan_fleet(travel, wanted, shifts, detour=DETOUR, budget=FLEET_SECONDS)
        ours = _told(plan.rounds, wanted)
        for name, way in (("own search alone", own_alone), ("PyVRP cold", pyvrp_cold)):
            other = way(travel, wanted, shifts)
            found.append(
                Row(f"{visits} stops, {crews} crews, {FLEET_SECONDS:.0f} s", str(ours), f"{other} {name}",
                    ours.each / other.each, f"<= {FLEET_CHANCE} km for one done",
                    ours.musts_left <= other.musts_left and ours.each <= FLEET_CHANCE * other.each)
            )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """What a plan comes to."""

    metres: float
    served: int
    musts_left: int

    def __str__(self) -> str:
        return f"{self.metres / 1000:.0f} km, {self.served} done, {self.musts_left} musts left out"

    @property
    def each(self) -> float:
        """Metres for one that is done."""
        return self.metres / max(1, self.served)


def _told(rounds: Sequence[Round], visits: Sequence[Visit]) -> Told:
    served = [stop for one in rounds for stop in one.visits]
    musts = sum(visit.must for visit in visits) - sum(visits[stop].must for stop in served)
    return Told(sum(one.drive_metres for one in rounds), len(served), musts)


def made_up_day(
    visits: int, crews: int, *, hours: float = 7.5, seed: int = 1
) -> tuple[Travel, list[Visit], list[Shift]]:
    """Ten minutes' work at each of clustered places, four of five must be done; all crews start at one place."""
    travel = StraightWays().between(clustered_points(visits + 1, seed=seed), day=date(2026, 11, 26))
    random = Random(seed)
    wanted = [
        Visit(place=place, service=600, must=random.random() >= 0.2, weight=random.choice([1, 2, 3]))
        for place in range(1, visits + 1)
    ]
    ends = SEVEN + int(hours * 3600)
    return travel, wanted, [Shift(start=0, end=0, begins=SEVEN, ends=ends) for _ in range(crews)]


def own_alone(travel: Travel, visits: Sequence[Visit], shifts: Sequence[Shift]) -> Told:
    """Insertion, orders and single moves, without PyVRP."""

    def search(day: Day, effort: Effort) -> Rounds:
        return own_rounds(day, expired=effort.expired(1), steps=None, budget=FLEET_SECONDS, seed=1)

    return _searched(travel, visits, shifts, search)


def pyvrp_cold(travel: Travel, visits: Sequence[Visit], shifts: Sequence[Shift]) -> Told:
    """PyVRP from empty rounds."""

    def search(day: Day, effort: Effort) -> Rounds:
        return solve(empty_rounds(day), effort.enough(1, 10**9), detour=DETOUR, seed=1) or empty_rounds(day)

    return _searched(travel, visits, shifts, search)


def _searched(
    travel: Travel, visits: Sequence[Visit], shifts: Sequence[Shift], search: Callable[[Day, Effort], Rounds]
) -> Told:
    day, never = Day(travel, visits, shifts), Effort(60, None, None).expired(1)
    rounds = search(day, Effort(FLEET_SECONDS, None, None))
    take_on_the_way(rounds, detour=DETOUR, expired=never)
    return _told([draft.as_round() for draft in rounds], visits)


def main() -> None:
    """Only this table."""
    began = time.perf_counter()
    for row in [*_one_way_rows(), *_fleet_rows()]:
        print(f"{row.name:<38} {row.value:<55} {row.baseline:<75} {row.ratio or 0:.3f} {'' if row.ok else 'MISSED'}")
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
