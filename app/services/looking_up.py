"""Asking other people's registers about a place, never while somebody's report waits for it or a transaction is open.

The browser asks while the form is being filled in (`find_out`), and what is answered is kept for the report that
follows. A report that comes without it is stored at once with what our own database knows; a job asks afterwards
(`look_up`) and proposes again, as long as nobody has worked on the report.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert

from app import jobs
from app.db import transaction
from app.jobs import JobName
from app.lookup.addresses import begin_address
from app.lookup.asking import RegisterDown
from app.lookup.roads import begin_road
from app.models import SYSTEM, ActorKind, Asset, RegisterAnswer, Report, ReportStatus, Update, UpdateKind
from app.queries.surroundings import KEY_DECIMALS, Surroundings, place_key, surroundings
from app.services import proposing

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.db import SessionFactory
    from app.lookup.registers import Registers
    from app.routing import Rules
    from app.services.office import Office

# How long a register's answer is good for: roads change hands on New Year's Day, not overnight.
KEPT_FOR = timedelta(days=30)
# When a register gave nothing, it is asked again after these; then the report keeps what it has.
AGAIN_AFTER = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))


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
        # A question that it refuses is refused the next time too.
        return None, down.why != "refused"
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
    if not any(_unasked(registers, around)) or not may_ask():
        return around, False
    answers = _ask_for_the_rest(registers, around, lat=lat, lon=lon)
    if not answers.learned:
        return around, False
    with transaction(factory) as session:
        keep(session, answers, lat=lat, lon=lon, at=at)
    return _with(around, answers), True


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


def ask_later(session: Session, report: Report, since: Update, around: Surroundings, *, registers: Registers) -> None:
    """A job that asks after the commit, where a register that is switched on has not been asked about the spot.

    `since` is the line of history by which the report came to its place; what staff does after it counts more.
    """
    if report.is_placed and any(_unasked(registers, around)):
        jobs.enqueue(session, JobName.LOOK_UP, report_id=report.id, since=since.id)


def look_up(office: Office, *, report_id: int, since: int, attempt: int = 1) -> None:
    """The job: ask about a new report's place, then propose again. Safe to run twice, and when the report is gone."""
    with transaction(office.session_factory) as session:
        report = session.get(Report, report_id)
        if report is None or report.lat is None or report.lon is None or not _is_untouched(session, report, since):
            return
        lat, lon = report.lat, report.lon
        around = surroundings(session, lat=lat, lon=lon)
    answers = _ask_for_the_rest(office.registers, around, lat=lat, lon=lon)
    at = office.clock()
    with transaction(office.session_factory) as session:
        keep(session, answers, lat=lat, lon=lon, at=at)
        locked = session.get(Report, report_id, with_for_update=True, populate_existing=True)
        if locked is None or not _is_untouched(session, locked, since):
            return
        _tell(session, locked, _with(around, answers), rules=office.rules, at=at)
        if answers.silent and attempt <= len(AGAIN_AFTER):
            later = at + AGAIN_AFTER[attempt - 1]
            jobs.enqueue(session, JobName.LOOK_UP, at=later, report_id=report_id, since=since, attempt=attempt + 1)


def _unasked(registers: Registers, around: Surroundings) -> tuple[bool, bool]:
    """Whether the registers of roads and of addresses are switched on and have said nothing about the spot yet.

    Where our own table has an address nearby, nobody else is asked for one.
    """
    return (
        bool(registers.roads.base_url) and around.kept_road is None,
        bool(registers.addresses.base_url) and around.address is None and around.kept_address is None,
    )


def _ask_for_the_rest(registers: Registers, around: Surroundings, *, lat: float, lon: float) -> Answers:
    road, address = _unasked(registers, around)
    return ask_about(registers, lat=lat, lon=lon, road=road, address=address)


def _with(around: Surroundings, answers: Answers) -> Surroundings:
    return replace(
        around,
        kept_road=around.kept_road if answers.road is None else answers.road,
        kept_address=around.kept_address if answers.address is None else answers.address,
    )


def _is_untouched(session: Session, report: Report, since: int) -> bool:
    """Nobody decides on a report behind the back of staff who have begun to work on it."""
    worked_on = exists().where(
        Update.report_id == report.id, Update.id > since, Update.actor_kind == ActorKind.STAFF.value
    )
    return report.status == ReportStatus.NEW and not session.scalar(select(worked_on))


def _tell(session: Session, report: Report, around: Surroundings, *, rules: Rules, at: datetime) -> None:
    """Write the facts, and when a fact for the rules changed, the proposal and a line of history for staff."""
    before = (report.road_owner, report.proposed_unit_code)
    asset = session.get(Asset, report.asset_id) if report.asset_id else None
    proposing.write_place(report, around, asset)
    if report.road_owner == before[0]:
        return
    category = rules.categories.get(report.category_code)
    if category is not None:
        proposing.propose(report, category, rules, at=report.created_at)
    report.record(
        UpdateKind.LOOKED_UP,
        actor=SYSTEM,
        at=at,
        road_owner_before=before[0],
        road_owner=report.road_owner,
        unit_before=before[1],
        unit=report.proposed_unit_code,
    )
