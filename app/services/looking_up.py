"""Asking other people's registers about a place, never while somebody's report waits for it or a transaction is open.

The browser asks while the form is being filled in (`find_out`), and what is answered is kept for the report that
follows. A report that comes without it is stored at once with what our own database knows; services/late_answers.py
asks afterwards.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects.postgresql import insert

from app.db import transaction
from app.lookup.addresses import begin_address
from app.lookup.asking import RegisterDown
from app.lookup.roads import begin_road
from app.models import RegisterAnswer
from app.queries.surroundings import KEY_DECIMALS, Surroundings, place_key, surroundings

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.db import SessionFactory
    from app.lookup.registers import Registers

# How long a register's answer is good for: roads change hands on New Year's Day, not overnight.
KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Answers:
    """What registers said about a place, as it is kept; None: not asked, or no answer. {} says that there is nothing.

    `silent`: one that should have answered did not, so that asking again later is worth it.
    """

    road: dict[str, Any] | None = None
    address: dict[str, Any] | None = None
    silent: bool = False

    @property
    def learned(self) -> bool:
        """Whether there is anything new."""
        return self.road is not None or self.address is not None


def ask_about(registers: Registers, *, lat: float, lon: float, road: bool = True, address: bool = True) -> Answers:
    """Ask for the nearest road and address at once, 2 seconds at most in all; call it outside of any transaction.

    The question is about the spot that the answer is kept for: degrees WGS84 with five decimals, about a metre.
    """
    lat, lon = round(lat, KEY_DECIMALS), round(lon, KEY_DECIMALS)
    road, address = road and bool(registers.roads.base_url), address and bool(registers.addresses.base_url)
    roads = begin_road(registers.roads, lat=lat, lon=lon) if road else None
    addresses = begin_address(registers.addresses, lat=lat, lon=lon) if address else None
    found_road, road_silent = _heard(roads.wait) if roads else (None, False)
    found_address, address_silent = _heard(addresses.wait) if addresses else (None, False)
    return Answers(found_road, found_address, silent=road_silent or address_silent)


def _heard(wait: Callable[[], Any]) -> tuple[dict[str, Any] | None, bool]:
    """(answer to keep, whether the register was silent)."""
    try:
        found = wait()
    except RegisterDown as down:
        # What it refuses to answer now it refuses the next time too, so that is kept: it has nothing there.
        return ({}, False) if down.why == "refused" else (None, True)
    return ({} if found is None else asdict(found)), False


def find_out(
    factory: SessionFactory,
    registers: Registers,
    *,
    lat: float,
    lon: float,
    at: datetime,
    may_ask: Callable[[], bool] = lambda: True,
) -> tuple[Surroundings, bool]:
    """What is known of a place, from registers too, and whether anything of it is new; degrees WGS84.

    Takes up to 2 seconds, without a database connection while it waits. What it learns is kept. `may_ask` is asked
    only when a register would be.
    """
    with transaction(factory) as session:
        around = surroundings(session, lat=lat, lon=lon)
    if not any(unasked(registers, around)) or not may_ask():
        return around, False
    answers = ask_for_the_rest(registers, around, lat=lat, lon=lon)
    if not answers.learned:
        return around, False
    with transaction(factory) as session:
        keep(session, answers, lat=lat, lon=lon, at=at)
    return with_answers(around, answers), True


def keep(session: Session, answers: Answers, *, lat: float, lon: float, at: datetime) -> None:
    """Remember what was said about a spot; the newest answer counts."""
    told = {"road": answers.road, "address": answers.address}
    key = place_key(lat, lon)
    rows = [
        {"kind": kind, "key": key, "answer": answer, "asked_at": at}
        for kind, answer in told.items()
        if answer is not None
    ]
    if not rows:
        return
    statement = insert(RegisterAnswer).values(rows)
    newer = {"answer": statement.excluded.answer, "asked_at": statement.excluded.asked_at}
    session.execute(statement.on_conflict_do_update(index_elements=["kind", "key"], set_=newer))


def unasked(registers: Registers, around: Surroundings) -> tuple[bool, bool]:
    """Whether the registers of roads and of addresses are switched on and have said nothing about the spot yet.

    Where our own table has an address nearby, nobody else is asked for one.
    """
    return (
        bool(registers.roads.base_url) and around.kept_road is None,
        bool(registers.addresses.base_url) and around.address is None and around.kept_address is None,
    )


def ask_for_the_rest(registers: Registers, around: Surroundings, *, lat: float, lon: float) -> Answers:
    road, address = unasked(registers, around)
    return ask_about(registers, lat=lat, lon=lon, road=road, address=address)


def with_answers(around: Surroundings, answers: Answers) -> Surroundings:
    return replace(
        around,
        kept_road=around.kept_road if answers.road is None else answers.road,
        kept_address=around.kept_address if answers.address is None else answers.address,
    )
