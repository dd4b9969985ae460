"""What is worth driving to: from open reports, the register's lamps and dangerous places to faults in order of rank.

Every free report is in exactly one fault, and the order in which reports, lamps and places come makes no difference
(but for which of several reports on the very same spot and of the same age names the fault).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from app.planning.danger_places import Dangers
from app.planning.dark_areas import dark_areas
from app.planning.distance import Point, earth_centred
from app.planning.fault import Danger, Fault, FaultReport, Lamp, Limits, Weights, Why
from app.planning.fault_ranks import RANKS, Found, rank_lamps, rank_other
from app.planning.nearby import Nearby, Unions
from app.planning.rows import Row, keys_of, rows
from app.planning.stops import gather

LAMP_WORK = "lamp"


def find_faults(
    reports: Sequence[FaultReport],
    lamps: Sequence[Lamp] = (),
    dangers: Sequence[Danger] = (),
    *,
    weights: Weights | None = None,
    limits: Limits | None = None,
) -> list[Fault]:
    """Faults, the first to drive to first. Lamps further than `dark_area_metres` from reports need not be given."""
    weights, limits = weights or Weights(), limits or Limits()
    about_lamps = [n for n, report in enumerate(reports) if report.work == LAMP_WORK]
    found = _LampFaults(reports, about_lamps, lamps, dangers, weights, limits).all()
    by_work: dict[str, list[int]] = defaultdict(list)
    for number, report in enumerate(reports):
        if report.work != LAMP_WORK and report.free:
            by_work[report.work].append(number)
    for work in sorted(by_work):
        numbers = by_work[work]
        for group in gather([_point(reports[n]) for n in numbers], radius=limits.stop_metres):
            found.append(_other([numbers[place] for place in group], reports, weights))
    return sorted(_trips(found, weights, limits), key=_order)


def _order(fault: Fault) -> tuple[float, ...]:
    return fault.rank, -fault.weight, fault.lat, fault.lon, fault.reports[0]


def _point(report: FaultReport) -> Point:
    return report.lat, report.lon


def _named_first(numbers: Sequence[int], reports: Sequence[FaultReport]) -> tuple[int, ...]:
    """The oldest report names a fault."""
    return tuple(sorted(numbers, key=lambda n: (-reports[n].days, reports[n].lat, reports[n].lon, n)))


def _other(numbers: list[int], reports: Sequence[FaultReport], weights: Weights) -> Fault:
    """The place is the anchor's, from which nobody of the fault is further than a short walk."""
    ranked = rank_other([reports[n] for n in numbers], weights=weights)
    lat, lon = _point(reports[numbers[0]])
    return Fault(reports=_named_first(numbers, reports), lat=lat, lon=lon, kind=ranked.kind, rank=ranked.rank,
                 weight=ranked.weight, why=ranked.why)  # fmt: skip


class _LampFaults:
    """The reports on lamps, put to the register's lamps, and what the dark ones among those make together."""

    def __init__(
        self,
        reports: Sequence[FaultReport],
        numbers: list[int],
        lamps: Sequence[Lamp],
        dangers: Sequence[Danger],
        weights: Weights,
        limits: Limits,
    ) -> None:
        self._reports, self._numbers = reports, numbers
        self._dangers = Dangers(dangers, within=limits.danger_metres)
        self._weights, self._limits = weights, limits
        self._lamps = {lamp.id: lamp for lamp in lamps}
        self._places = {lamp.id: earth_centred((lamp.lat, lamp.lon)) for lamp in lamps}
        self._lamp_of = self._put_to_lamps()
        self._dark = {lamp for n, lamp in self._lamp_of.items() if reports[n].dark}
        self._reasons: dict[int, list[Why]] = defaultdict(list)
        self._stretches: set[int] = set()
        self._rows: set[int] = set()

    def all(self) -> list[Fault]:
        """Faults of lamps without those of one trip."""
        groups = self._grown()
        group_of = {lamp: name for name, members in groups.items() for lamp in members}
        near = Nearby({lamp: self._places[lamp] for lamp in group_of}, radius=self._limits.stop_metres)
        together: dict[int, list[int]] = defaultdict(list)
        alone = []
        for number in self._numbers:
            if not self._reports[number].free:
                continue
            lamp = self._lamp_of.get(number)
            beside = near.nearest(earth_centred(self._spot(number))) if lamp not in group_of else (0.0, lamp or 0)
            if beside is None:
                alone.append(number)
            else:
                together[group_of[beside[1]]].append(number)
        found = [self._fault(numbers, groups[name], name) for name, numbers in sorted(together.items())]
        for group in gather([self._spot(n) for n in alone], radius=self._limits.stop_metres) if alone else ():
            numbers = [alone[place] for place in group]
            found.append(self._fault(numbers, sorted(self._dark_of(numbers)), None))
        return found

    def _put_to_lamps(self) -> dict[int, int]:
        """A report without a mast's number is about the nearest lamp, where one is near."""
        near = Nearby(self._places, radius=self._limits.lamp_metres)
        found = {}
        for number in self._numbers:
            report = self._reports[number]
            if report.lamp in self._places and report.lamp is not None:
                found[number] = report.lamp
            elif (nearest := near.nearest(earth_centred(_point(report)))) is not None:
                found[number] = nearest[1]
        return found

    def _spot(self, number: int) -> Point:
        lamp = self._lamps.get(self._lamp_of.get(number, -1))
        return (lamp.lat, lamp.lon) if lamp else _point(self._reports[number])

    def _dark_of(self, numbers: Sequence[int]) -> set[int]:
        return {self._lamp_of[n] for n in numbers if n in self._lamp_of} & self._dark

    def _grown(self) -> dict[int, list[int]]:
        """name -> lamps that are one fault together: rows, areas, and what a report of a stretch means."""
        unions = Unions()
        lamps, limits = list(self._lamps.values()), self._limits
        found: list[tuple[tuple[int, ...], list[Why], bool]] = []
        for row in rows(lamps, self._dark, gap=limits.gap_metres, at_least=limits.row_lamps):
            whole = row.alone and len(row.lamps) >= limits.whole_road_lamps and row.key[0] == "road"
            found.append((row.lamps, _why_row(row, whole=whole), whole or len(row.lamps) >= limits.stretch_lamps))
        for area in dark_areas(lamps, self._dark, limits=limits):
            cable = {"cable": area.cable} if area.cable else {"metres": round(limits.dark_area_metres)}
            code = "dark_cable" if area.cable else "dark_area"
            found.append((area.lamps, [{"code": code, "lamps": area.dark, "of": area.of, **cable}], True))
        found += [(members, [], False) for members in self._meant()]
        for members, _, _ in found:
            for lamp in members:
                unions.join(members[0], lamp)
        for members, why, stretch in found:
            name = unions.find(members[0])
            self._reasons[name] += [one for one in why if one not in self._reasons[name]]
            if why:
                (self._stretches if stretch else self._rows).add(name)
        return unions.sets({lamp for members, _, _ in found for lamp in members})

    def _meant(self) -> list[tuple[int, ...]]:
        """Who reports a dark stretch puts one pin: dark lamps of the road within a gap of it belong to it."""
        near = Nearby({lamp: self._places[lamp] for lamp in self._dark}, radius=self._limits.gap_metres)
        found = []
        for number in self._numbers:
            lamp = self._lamp_of.get(number)
            report = self._reports[number]
            if lamp is not None and report.stretch and report.free and lamp in self._dark:
                keys = set(keys_of(self._lamps[lamp]))
                beside = [other for _, other in near.near(self._places[lamp])]
                same = tuple(other for other in beside if keys.intersection(keys_of(self._lamps[other])))
                if len(same) > 1:
                    found.append(same)
        return found

    def _fault(self, numbers: list[int], lamps: list[int], name: int | None) -> Fault:
        reports = [self._reports[n] for n in numbers]
        own = self._dark_of(numbers)
        found = Found(
            reports=reports, lamps=len(lamps), others=len(set(lamps) - own),
            reasons=list(self._reasons[name]) if name is not None else _pair(len(lamps)),
            is_stretch=name in self._stretches, is_row=name in self._rows,
        )  # fmt: skip
        lamp = self._middle(sorted(own) or lamps)
        spot = self._spot(numbers[0]) if lamp is None else (self._lamps[lamp].lat, self._lamps[lamp].lon)
        if lamps or any(report.dark for report in reports):
            found.dangers = self._dangers_at([(self._lamps[one].lat, self._lamps[one].lon) for one in lamps] or [spot])
        ranked = rank_lamps(found, weights=self._weights, limits=self._limits)
        about = lamp if lamp is not None else self._lamp_of.get(numbers[0])
        return Fault(reports=_named_first(numbers, self._reports), lat=spot[0], lon=spot[1], kind=ranked.kind,
                     rank=ranked.rank, weight=ranked.weight, why=ranked.why, lamp=about,
                     lamps=tuple(lamps))  # fmt: skip

    def _middle(self, lamps: Sequence[int]) -> int | None:
        """The lamp that is nearest to all of them together: a place that stands on the road."""
        if not lamps:
            return None
        centre = [sum(self._places[lamp][axis] for lamp in lamps) / len(lamps) for axis in range(3)]

        def away(lamp: int) -> tuple[float, int]:
            return sum((self._places[lamp][axis] - centre[axis]) ** 2 for axis in range(3)), lamp

        return min(lamps, key=away)

    def _dangers_at(self, points: Sequence[Point]) -> list[Why]:
        """The nearest place of each kind."""
        nearest: dict[str, tuple[float, str]] = {}
        for point in points:
            for metres, danger in self._dangers.near(point):
                found = metres, danger.name
                nearest[danger.kind] = min(nearest.get(danger.kind, found), found)
        return [{"code": kind, "name": name, "metres": round(away)} for kind, (away, name) in sorted(nearest.items())]


def _why_row(row: Row, *, whole: bool) -> list[Why]:
    code = "whole_road" if whole else "one_side" if row.one_side else "row"
    return [{"code": code, "lamps": len(row.lamps), row.key[0] or "road": row.key[1]}]


def _pair(lamps: int) -> list[Why]:
    return [{"code": "beside", "lamps": lamps}] if lamps > 1 else []


def _trips(faults: list[Fault], weights: Weights, limits: Limits) -> list[Fault]:
    """Single dark lamps of which enough have gathered near each other become kind area: worth one trip."""
    singles = [n for n, fault in enumerate(faults) if fault.kind == "single"]
    if not singles:
        return faults
    groups = gather([(faults[n].lat, faults[n].lon) for n in singles], radius=limits.gather_metres)
    trips = [[singles[place] for place in group] for group in groups if len(group) >= limits.gather_faults]
    trips.sort(key=lambda trip: min((faults[n].lat, faults[n].lon) for n in trip))
    for number, trip in enumerate(trips, start=1):
        why: Why = {"code": "gathered", "faults": len(trip), "metres": round(limits.gather_metres)}
        for n in trip:
            weight = round(faults[n].weight - weights.single + weights.area, 2)
            kept = tuple(one for one in faults[n].why if one["code"] != "single")
            faults[n] = replace(faults[n], kind="area", rank=RANKS["area"], weight=weight, why=(why, *kept),
                                trip=number)  # fmt: skip
    return faults
