"""Registers' answers for reports that came without them: through the API, without script, placed by the desk.

A job looks every few seconds for new reports, and for others whose pin was moved, about whose place a register has not
been asked, asks, and proposes again what is new. What is still to be done can be seen from the reports and the kept
answers alone, so taking a report in costs nothing for it, nothing is lost in a crash, and a register that is down is
asked again until the report is old.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import shuffle
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Exists, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.db import transaction
from app.models import AT_UNIT, SYSTEM, ActorKind, Asset, RegisterAnswer, Report, ReportStatus, Update, UpdateKind
from app.queries.surroundings import Surroundings, place_key, surroundings
from app.services import proposing
from app.services.looking_up import ask_for_the_rest, keep, with_answers
from app.services.whose_road import UNKNOWN

if TYPE_CHECKING:
    from app.lookup.registers import Registers
    from app.routing import Rules
    from app.services.office import Office

# Whoever reads a report a working day later has looked for its owner already.
FOR = timedelta(hours=6)
MOST = 500
# The next run takes over where this one stops.
RUN_SECONDS = 10.0
# A register that gives nothing three times in a row rests anyway.
MOST_SILENT = 3
# Staff who do only this have not begun to decide anything.
_ENTERED = (UpdateKind.SUBMITTED.value, UpdateKind.PLACED.value)

_ASKED_FOR = {ReportStatus.NEW.value, *(status.value for status in AT_UNIT)}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A report whose place may have more to tell; degrees WGS84."""

    report_id: int
    lat: float
    lon: float
    road_owner: str
    lamps_road_owner: str | None
    nearest_address: str | None

    @property
    def key(self) -> str:
        """Of the answers for its place."""
        return place_key(self.lat, self.lon)


def look_up(office: Office) -> int:
    """Ask about the places of new reports, and propose again; gives how many reports had something to learn.

    Safe to run at any time, twice, and by several workers: whoever comes second finds the answers kept.
    """
    registers, learned, silent = office.registers, 0, 0
    if not registers.tell_of_places:
        return 0
    with transaction(office.session_factory) as session:
        waiting = list(_waiting(session, registers, at=office.clock()))
    # In no order, so that places about which a register stumbles do not stand in the way of the others for ever.
    shuffle(waiting)
    until = time.monotonic() + RUN_SECONDS
    for one in waiting:
        if silent == MOST_SILENT or time.monotonic() > until:
            break
        told = _look_up(office, one)
        learned, silent = learned + told, silent + (not told)
    return learned


def _waiting(session: Session, registers: Registers, *, at: datetime) -> Iterator[Waiting]:
    """New reports that nobody works on, and others whose pin was moved, where a register has something to tell."""
    columns = (Report.id, Report.lat, Report.lon, Report.road_owner, Asset.road_owner, Report.nearest_address)
    query = (
        select(*columns)
        .outerjoin(Asset, Asset.id == Report.asset_id)
        .where(Report.status.in_(_ASKED_FOR), Report.lat.is_not(None), Report.changed_at > at - FOR)
        .where(or_(Report.status == ReportStatus.NEW.value, _moved(Report.id)), ~_worked_on(Report.id))
        .order_by(Report.id.desc())
        .limit(MOST)
    )
    found = [Waiting(*cast("tuple[Any, ...]", row)) for row in session.execute(query)]
    keys = select(RegisterAnswer).where(RegisterAnswer.key.in_({one.key for one in found}))
    answers = {(answer.kind, answer.key): answer.answer for answer in session.scalars(keys)}
    for one in found:
        road, address = answers.get(("road", one.key)), answers.get(("address", one.key))
        no_road = registers.roads.base_url and road is None
        no_address = registers.addresses.base_url and address is None and one.nearest_address is None
        if no_road or no_address or _differs(one, road):
            yield one


def _differs(one: Waiting, road: dict[str, object] | None) -> bool:
    """An answer that came when the report was on its way already."""
    told = (road or {}).get("owner", UNKNOWN)
    return one.lamps_road_owner in {None, UNKNOWN} and told not in {UNKNOWN, one.road_owner}


def _look_up(office: Office, one: Waiting) -> bool:
    """Ask outside of any transaction, then tell the report; False when the registers said nothing."""
    with transaction(office.session_factory) as session:
        around = surroundings(session, lat=one.lat, lon=one.lon)
    answers = ask_for_the_rest(office.registers, around, lat=one.lat, lon=one.lon)
    around, at = with_answers(around, answers), office.clock()
    with transaction(office.session_factory) as session:
        keep(session, answers, lat=one.lat, lon=one.lon, at=at)
        report = session.get(Report, one.report_id, with_for_update=True)
        if report is not None and _is_as_it_was(session, report, one):
            _tell(session, report, around, rules=office.rules, at=at)
    return not answers.silent


def _is_as_it_was(session: Session, report: Report, one: Waiting) -> bool:
    """Nobody decides on a report behind the back of staff who have begun to work on it, or about another place."""
    there = (report.lat, report.lon) == (one.lat, one.lon)
    return there and report.status in _ASKED_FOR and not session.scalar(select(_worked_on(report.id)))


def _worked_on(report_id: InstrumentedAttribute[int] | int) -> Exists:
    """Since the pin was last moved: whoever moves it waits for what the place has to tell."""
    moved = aliased(Update)
    moved_since = exists().where(
        moved.report_id == report_id, moved.kind == UpdateKind.PLACED.value, moved.id > Update.id
    )
    return exists().where(
        Update.report_id == report_id,
        Update.actor_kind == ActorKind.STAFF.value,
        Update.kind.not_in(_ENTERED),
        ~moved_since,
    )


def _moved(report_id: InstrumentedAttribute[int]) -> Exists:
    """The pin of what a unit has already was moved: its place has to be asked about anew."""
    return exists().where(Update.report_id == report_id, Update.kind == UpdateKind.PLACED.value)


def _tell(session: Session, report: Report, around: Surroundings, *, rules: Rules, at: datetime) -> None:
    """Write the facts, and when a fact for the rules changed, the proposal and a line of history for staff."""
    owner, unit = report.road_owner, report.proposed_unit_code
    asset = session.get(Asset, report.asset_id) if report.asset_id else None
    proposing.write_place(report, around, asset)
    if report.road_owner == owner:
        return
    category = rules.categories.get(report.category_code)
    # What a unit has stays there, with its date, until the desk decides otherwise; the desk's page says what differs.
    if category is not None and report.status == ReportStatus.NEW:
        proposing.propose(report, category, rules, at=report.created_at)
    report.record(
        UpdateKind.LOOKED_UP,
        actor=SYSTEM,
        at=at,
        road_owner_before=owner,
        road_owner=report.road_owner,
        unit_before=unit,
        unit=report.proposed_unit_code,
    )
