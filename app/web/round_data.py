"""Everything that a cab needs of a round for a whole shift without a network, as one JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.languages import on_weekday
from app.models import FieldEntry, Photo, Report, RouteList, Stop
from app.planning.navigation import navigate_to
from app.queries.field import Vectors
from app.routing import Category, Rules
from app.services.fault_words import reason_in_words
from app.services.field_entries import SENTENCES
from app.services.round_reading import RoundReader
from app.text import translate


@dataclass(frozen=True, kw_only=True)
class RoundData:
    """The round as one reader's JSON. `photo_base` is the path under which this reader sees its photos.

    `link_id` is the link of a firm, which reads the reporters' words without those that the desk has masked, and of
    what met something in the way only its own; None is the unit itself.
    """

    rules: Rules
    lang: str
    photo_base: str
    link_id: int | None = None

    @property
    def outside(self) -> bool:
        """Whether the reader is a firm."""
        return self.link_id is not None

    @property
    def reader(self) -> RoundReader:
        """What of the reports this reader sees."""
        return RoundReader(outside=self.outside)

    def of(self, route_list: RouteList, vectors: Vectors, conflicts: Sequence[FieldEntry]) -> dict[str, Any]:
        """Times are UTC, places degrees WGS84, lines [[lon, lat], ...], lengths metres."""
        unit = self.rules.units.get(route_list.unit_code)
        vehicle = route_list.vehicle
        return {
            "id": route_list.id,
            "name": route_list.name,
            "unit": unit.name(self.lang) if unit else route_list.unit_code,
            "version": route_list.version,
            "released": not route_list.is_draft,
            "open": route_list.is_open,
            "day": route_list.day.isoformat(),
            "day_in_words": on_weekday(route_list.day, self.lang),
            "starts_at": _moment(route_list.starts_at),
            "ends_by": _moment(route_list.ends_by),
            "crew": route_list.crew.name if route_list.crew else None,
            "vehicle": {"name": vehicle.name, "lift": vehicle.lift, "stock": vehicle.stock} if vehicle else None,
            "start": {"lat": route_list.start_lat, "lon": route_list.start_lon, "name": route_list.start_name},
            "end": self._end(route_list),
            "returns": route_list.returns,
            "back_metres": round(route_list.back_metres),
            "back_line": route_list.back_line,
            "total_metres": round(route_list.total_metres),
            "driven_metres": route_list.driven_metres,
            "way_by": route_list.way_by,
            "stops": [self._stop(stop) for stop in route_list.stops],
            "materials": [
                {"code": code, "name": material.name(self.lang), "unit": material.unit}
                for code, material in self.rules.materials.items()
            ],
            "categories": [self._category(one) for one in self.rules.categories.values() if one.phone_instead is None],
            "vectors": {"roads": vectors.roads, "lamps": vectors.lamps},
            # What our own crews, or another firm on the same round, wrote to the unit is not for a firm.
            "conflicts": [self._conflict(one) for one in conflicts if self.link_id in (None, one.link_id)],
        }

    def _end(self, route_list: RouteList) -> dict[str, Any] | None:
        if route_list.returns or route_list.end_lat is None:
            return None
        return {"lat": route_list.end_lat, "lon": route_list.end_lon, "name": route_list.end_name}

    def _stop(self, stop: Stop) -> dict[str, Any]:
        reports = [entry.report for entry in stop.entries]
        links = navigate_to(lat=stop.lat, lon=stop.lon, label=str(stop.sort_order))
        return {
            "id": stop.id,
            "number": stop.sort_order,
            "lat": stop.lat,
            "lon": stop.lon,
            "place": next((found for report in reports if (found := self._place(report))), None),
            "mast": stop.asset.number if stop.asset else None,
            "street": stop.asset.street if stop.asset else None,
            "arrives_at": _moment(stop.arrives_at),
            "window_from": _moment(stop.window_from),
            "window_until": _moment(stop.window_until),
            "service_minutes": round(stop.service_seconds / 60),
            "leg_metres": round(stop.leg_metres),
            "leg_seconds": round(stop.leg_seconds),
            "leg_line": stop.leg_line,
            "must": stop.must,
            "locked": stop.locked,
            "needs_lift": stop.needs_lift or any("needs_lift" in report.needs for report in reports),
            "fault_kind": stop.fault_kind,
            "rank": stop.rank,
            "why": [reason_in_words(one, self.lang) for one in stop.why],
            "warning": stop.warning,
            "outcome": stop.outcome,
            "completed_at": _moment(stop.completed_at),
            "minutes": stop.minutes,
            "note": stop.note if self._reads_note(stop, reports) else None,
            "materials": {one.material_code: one.quantity for one in stop.materials},
            "usual_materials": self._usual(reports),
            "links": {"geo": links.geo, "google": links.google, "apple": links.apple},
            "reports": [self._report(report) for report in reports if not self._is_hidden(report)],
        }

    def _usual(self, reports: Sequence[Report]) -> dict[str, float]:
        """What faults of these kinds usually take."""
        usual: dict[str, float] = {}
        for code in {report.category_code for report in reports}:
            for material, pieces in self.rules.rounds.needs(code).items():
                usual[material] = max(usual.get(material, 0), float(pieces))
        return usual

    def _reads_note(self, stop: Stop, reports: Sequence[Report]) -> bool:
        """What our own crew wrote, or another firm, is not for a firm."""
        mine = not self.outside or stop.completed_link_id == self.link_id
        return mine and not any(self._is_hidden(report) for report in reports)

    def _is_hidden(self, report: Report) -> bool:
        return not self.reader.sees(report)

    def _place(self, report: Report) -> str | None:
        return self.reader.place(report) or None

    def _report(self, report: Report) -> dict[str, Any]:
        category = self.rules.categories.get(report.category_code)
        return {
            "reference": report.shown_reference,
            "category": report.category_code,
            "category_name": category.name(self.lang) if category else report.category_code,
            "icon": self._icon(category),
            "status": report.status,
            "words": self.reader.words(report) or None,
            "answers": self.rules.answers_in_words(report.category_code, self.reader.answers(report), self.lang),
            "support": report.support_count,
            "needs": report.needs,
            "reported_at": _moment(report.created_at),
            "photos": [self._photo(photo) for photo in self.reader.photos(report)],
        }

    def _icon(self, category: Category | None) -> str | None:
        group = self.rules.groups.get(category.group) if category else None
        return group.icon if group is not None else None

    def _photo(self, photo: Photo) -> dict[str, Any]:
        base = f"{self.photo_base}/{photo.id}"
        return {"full": f"{base}.jpg", "thumbnail": f"{base}-thumbnail.jpg", "by_crew": photo.by_crew}

    def _category(self, category: Category) -> dict[str, str | None]:
        group = self.rules.groups.get(category.group)
        return {
            "code": category.code,
            "name": category.name(self.lang),
            "icon": category.icon,
            "group": group.name(self.lang) if group else category.group,
        }

    def _conflict(self, entry: FieldEntry) -> dict[str, Any]:
        sentence = SENTENCES.get(entry.conflict or "")
        return {
            "key": entry.key,
            "kind": entry.kind,
            "stop_id": entry.stop_id,
            "happened_at": _moment(entry.happened_at),
            "words": entry.words,
            "conflict": entry.conflict,
            "sentence": translate(sentence, self.lang) if sentence else None,
        }


def _moment(moment: datetime | date | None) -> str | None:
    return moment.isoformat() if moment is not None else None
