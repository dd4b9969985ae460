"""What driving times rest on: whether a network is imported, of here and readable, and whether the router answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.lookup.routers import RouterDown, router_of
from app.services.checkup import Finding
from app.services.ways import imported_network, own_network

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from app.routing import Rules
    from app.settings import Settings

# Roads change slowly, but new ones are driven on.
OLD = timedelta(days=400)
IMPORT = "Import an extract of OpenStreetMap of your area: `gatami import roads FILE.osm.pbf`."


def check_network(connection: Connection, rules: Rules | None, *, at: datetime) -> Finding:
    """The imported network. None is no fault: rounds are planned with straight lines then."""
    part = "road network"
    with Session(connection) as session:
        found = imported_network(session)
        readable = own_network(session) is not None
    if found is None:
        return Finding(part, "ok", f"None is imported, so driving times rest on straight lines. {IMPORT}")
    if not readable:
        return Finding(part, "warning", "The imported one cannot be read by this version.", IMPORT)
    words = f"{found.metres / 1000:,.0f} km of road from {found.source_name}, imported {found.imported_at:%Y-%m-%d}."
    if rules is not None:
        middle = rules.municipality.map
        if not (found.south <= middle.lat <= found.north and found.west <= middle.lon <= found.east):
            words += f" The middle of the map ({middle.lat}, {middle.lon}) is not in it."
            return Finding(part, "warning", words, IMPORT)
    if at - found.imported_at > OLD:
        return Finding(part, "warning", f"{words} It is more than a year old.", IMPORT)
    return Finding(part, "ok", words)


def check_router(settings: Settings, rules: Rules) -> Finding:
    """One question about the middle of the map."""
    router = router_of(settings)
    if router is None:
        if settings.router == "none":
            return Finding("router", "ok", "No service is asked for driving times (GATAMI_ROUTER is none).")
        return Finding("router", "warning", f"{settings.router} has no address.", "Set GATAMI_ROUTER_URL.")
    middle = (rules.municipality.map.lat, rules.municipality.map.lon)
    try:
        router.table([middle], [middle], "car")
    except RouterDown as down:
        advice = "Rounds are planned on our own roads meanwhile. Let this machine reach it, or mend GATAMI_ROUTER_URL."
        return Finding("router", "warning", f"{settings.router_url} gives no driving times ({down}).", advice)
    return Finding("router", "ok", f"{settings.router_url} answers.")
