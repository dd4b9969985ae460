"""What OpenStreetMap's tags say about driving on a way: whether, which way, how fast, and at which time of the year."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.planning.road_building import Directions
from app.planning.road_seasons import ICE, SUMMER, WINTER, Season, season_of

Tags = Mapping[str, str]

# What is driven on a road of each class that has no speed of its own, in km/h.
CLASSES: dict[str, float] = {
    "motorway": 90, "motorway_link": 50, "trunk": 70, "trunk_link": 45, "primary": 60, "primary_link": 40,
    "secondary": 50, "secondary_link": 35, "tertiary": 45, "tertiary_link": 30, "unclassified": 40, "residential": 28,
    "living_street": 10, "road": 25, "service": 18, "track": 15,
}  # fmt: skip
# Driven on only when the tags say so.
BY_LEAVE: dict[str, float] = {"pedestrian": 10, "footway": 10, "cycleway": 10, "path": 10, "bridleway": 10}
SLOW_SERVICE = frozenset({"driveway", "parking_aisle", "alley", "drive-through", "drive_through"})
NEVER_SERVICE = frozenset({"emergency_access"})
# With lights, crossings and bends, nobody drives as fast as the sign allows.
OF_THE_LIMIT = 0.8
SLOW_KMH, FERRY_KMH = 12.0, 10.0
# Minutes until it leaves.
FERRY_WAIT = 10.0
_SHUT = frozenset(
    {"no", "private", "agricultural", "forestry", "emergency", "military", "psv", "bus", "foot", "bicycle", "moped"}
    | {"agricultural;forestry", "forestry;agricultural", "residents", "permit", "use_sidepath"}
)
_LEAVE = frozenset({"yes", "designated", "permissive", "destination", "delivery", "customers", "official"})
_TO_THE_END = frozenset({"destination", "delivery", "customers"})
# What a lorry with a lift needs, and a van.
LORRY_METRES, LORRY_TONNES, CAR_METRES, CAR_TONNES = 3.8, 12.0, 2.2, 3.0
_SOLID = frozenset(
    {"bollard", "block", "cycle_barrier", "motorcycle_barrier", "jersey_barrier", "fence", "wall", "hedge", "stile"}
    | {"kissing_gate", "turnstile", "full-height_turnstile", "debris", "log", "bus_trap", "door", "planter", "rope"}
)
_NUMBER = re.compile(r"^\s*(\d+(?:[.,]\d+)?)\s*(km/h|kmh|kph|mph|m|t)?\s*$")
_DURATION = re.compile(r"^(?:PT)?(?:(\d+)[:H])?(\d+)M?(?::\d+)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Driving:
    """How a way may be driven on; `minutes`: what a ferry takes, where it says so."""

    kmh: float
    car: Directions
    lorry: Directions
    season: Season | None = None
    no_stop: bool = False
    minutes: float | None = None


def driving(tags: Tags) -> Driving | None:
    """What the tags of a way say; None: neither a car nor a lorry may drive there."""
    kmh = _base_kmh(tags)
    if kmh is None:
        return None
    ferry = tags.get("route") == "ferry" and "highway" not in tags
    by_leave = ferry or tags.get("highway") in BY_LEAVE
    car, lorry = (_allowed(tags, kind, by_leave=by_leave) for kind in ("motorcar", "hgv"))
    season = _season(tags, shut=not car)
    car = car or (season is not None and season.opens)
    lorry = (lorry or (season is not None and season.opens)) and _fits(tags, LORRY_METRES, LORRY_TONNES)
    car = car and _fits(tags, CAR_METRES, CAR_TONNES)
    along = _directions(tags)
    both = tuple(car and way for way in along), tuple(lorry and way for way in along)
    if not any(both[0] + both[1]):
        return None
    return Driving(
        kmh=_kmh(tags, kmh),
        car=both[0],  # type: ignore[arg-type]
        lorry=both[1],  # type: ignore[arg-type]
        season=season,
        no_stop=ferry or tags.get("tunnel", "no") not in {"no", "building_passage"},
        minutes=_minutes(tags.get("duration", "")) if ferry else None,
    )


def stops_cars(tags: Tags) -> bool:
    """Whether nobody drives past a point with these tags."""
    kind = tags.get("barrier")
    if kind is None:
        return False
    value = _most_special(tags, "motorcar")
    if value is not None:
        return value in _SHUT
    return kind in _SOLID or (tags.get("locked") == "yes" and kind in {"gate", "lift_gate", "swing_gate", "chain"})


def _base_kmh(tags: Tags) -> float | None:
    highway = tags.get("highway")
    if highway is None:
        return FERRY_KMH if tags.get("route") == "ferry" else None
    if tags.get("area") == "yes" or tags.get("service") in NEVER_SERVICE:
        return None
    kmh = CLASSES.get(highway, BY_LEAVE.get(highway))
    slow = highway == "service" and tags.get("service") in SLOW_SERVICE
    return 12.0 if slow else kmh


def _most_special(tags: Tags, kind: str) -> str | None:
    """The last word on a kind of vehicle: what is said of it, of motor vehicles, of vehicles, of everybody."""
    for key in (kind, "motor_vehicle", "vehicle", "access"):
        if key in tags:
            return tags[key].strip().lower()
    return None


def _allowed(tags: Tags, kind: str, *, by_leave: bool) -> bool:
    if by_leave:  # Leave for all who walk is none for cars.
        given = next((tags[key] for key in (kind, "motor_vehicle", "vehicle") if key in tags), None)
        return given in _LEAVE
    value = _most_special(tags, kind)
    return value is None or value not in _SHUT


def _directions(tags: Tags) -> Directions:
    word = tags.get("oneway", "").lower()
    if word in {"reversible", "alternating"}:
        return False, False
    if word in {"-1", "reverse"}:
        forward, back = False, True
    else:
        ring = tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") == "motorway"
        forward, back = True, not (word in {"yes", "true", "1"} or (ring and word != "no"))
    for key in ("vehicle", "motor_vehicle", "motorcar"):
        forward = forward and tags.get(f"{key}:forward") != "no"
        back = back and tags.get(f"{key}:backward") != "no"
    return forward, back


def _kmh(tags: Tags, base: float) -> float:
    limit = _number(tags.get("maxspeed", ""))
    kmh = base
    if limit and tags.get("route") != "ferry":
        kmh = limit * OF_THE_LIMIT if tags.get("highway") not in {"service", "track", *BY_LEAVE} else min(base, limit)
    if _most_special(tags, "motorcar") in _TO_THE_END:
        kmh = min(kmh, SLOW_KMH)  # It may be driven to its end, and is no short cut.
    return max(kmh, 3.0)


def _number(words: str) -> float | None:
    """Km/h, metres or tonnes; None: no number."""
    match = _NUMBER.match(words)
    if match is None:
        return None
    number = float(match[1].replace(",", "."))
    return number * 1.609344 if match[2] == "mph" else number


def _fits(tags: Tags, metres: float, tonnes: float) -> bool:
    height = _number(tags.get("maxheight", ""))
    weight = _number(tags.get("maxweight", ""))
    return (height is None or height >= metres) and (weight is None or weight >= tonnes)


def _season(tags: Tags, *, shut: bool) -> Season | None:
    for key in ("motorcar", "motor_vehicle", "vehicle", "access"):
        found = season_of(tags[f"{key}:conditional"], shut=shut) if f"{key}:conditional" in tags else None
        if found is not None:
            return found
    if shut:
        return None
    if tags.get("ice_road") == "yes" or tags.get("winter_road") == "yes":
        return Season((ICE,), opens=True)
    if tags.get("seasonal") in {"winter", "summer"}:
        return Season((WINTER if tags["seasonal"] == "winter" else SUMMER,), opens=True)
    if "no" in {tags.get("winter_service"), tags.get("snowplowing")}:
        return Season((WINTER,))
    return None


def _minutes(words: str) -> float | None:
    match = _DURATION.match(words.strip())
    if match is None:
        return None
    return int(match[1] or 0) * 60.0 + int(match[2])
