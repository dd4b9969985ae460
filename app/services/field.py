"""What a crew did on its round, as it comes in: each tap once, in the order and with the times of the field.

Everything that came is kept. What was in the way is said to the crew and shown to the unit, and what can still be done
is done. Nothing of it is there before the commit, and all of it afterwards: statuses, words, and mails to come.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models import EntryKind, EntryResult, FieldEntry, Report, RouteList, Staff, Stop, StopOutcome
from app.queries import field as queries
from app.routing import Rules
from app.services import crews, field_faults, field_photos, field_undoing
from app.services.driving import Driver
from app.services.field_entries import Entry, EntryAnswer, believed
from app.services.field_ticks import Field, tick


def apply(
    session: Session,
    driver: Driver,
    route_list: RouteList,
    entries: Sequence[Entry],
    *,
    rules: Rules,
    at: datetime,
    undo_seconds: int = 0,
) -> list[EntryAnswer]:
    """The answers in the order in which the taps were given; they are done in the order of their times.

    The list is one that the driver may drive. A key that is known gets the answer that it got then, also with another
    body: what was kept first counts, and a phone that did not hear the answer must never be told that it failed.
    """
    queries.hold_list(session, route_list)
    field = Field(session=session, driver=driver, route_list=route_list, rules=rules, at=at, undo_seconds=undo_seconds)
    moments = [believed(entry.happened_at, route_list, at=at) for entry in entries]
    answers: dict[int, EntryAnswer] = {}
    for place in sorted(range(len(entries)), key=lambda place: (moments[place], place)):
        answers[place] = _once(field, entries[place], happened_at=moments[place])
    return [answers[place] for place in range(len(entries))]


def complete(
    session: Session,
    driver: Driver,
    route_list: RouteList,
    *,
    stop_id: int,
    outcome: StopOutcome,
    key: str,
    rules: Rules,
    at: datetime,
    undo_seconds: int = 0,
    **given: Any,
) -> EntryAnswer:
    """One stop ticked off by a plain form, just now. `given` as Entry has it: words, show, minutes, materials,
    photo_keys, photos_before.
    """
    entry = Entry(key=key, kind=EntryKind.OUTCOME, happened_at=at, stop_id=stop_id, outcome=outcome, **given)
    return apply(session, driver, route_list, [entry], rules=rules, at=at, undo_seconds=undo_seconds)[0]


def see(session: Session, staff: Staff, route_list_id: int, *, at: datetime) -> int:
    """The unit has seen what could not be applied on this list; returns how many there were."""
    queries.list_for(session, staff, route_list_id)
    found = queries.conflicts_of(session, route_list_id)
    for entry in found:
        entry.seen_at = at
    return len(found)


def _once(field: Field, entry: Entry, *, happened_at: datetime) -> EntryAnswer:
    row = _claim(field, entry, happened_at=happened_at)
    if row is None:
        return _answer_of_then(field, entry.key)
    result, conflict = _do(field, entry, row, happened_at=happened_at)
    row.result, row.conflict = result.value, conflict
    field.session.flush()
    return _answer(field.session, row)


def _claim(field: Field, entry: Entry, *, happened_at: datetime) -> FieldEntry | None:
    """The tap's row; None when there is one with its key, for which a sender at the same moment was waited for."""
    session = field.session
    data = {
        "outcome": entry.outcome.value if entry.outcome else None,
        "show": entry.show,
        "minutes": entry.minutes,
        "materials": dict(entry.materials),
        "photos": list(entry.photo_keys),
        "before": list(entry.photos_before),
        "category": entry.category or None,
        "lat": entry.lat,
        "lon": entry.lon,
        "metres": entry.metres,
    }
    kept = {name: value for name, value in data.items() if value not in (None, [], {}, False)}
    new = insert(FieldEntry).values(
        key=entry.key,
        route_list_id=field.route_list.id,
        kind=entry.kind.value,
        happened_at=happened_at,
        received_at=field.at,
        staff_id=field.driver.staff_id,
        link_id=field.driver.link_id,
        data=kept,
        words=entry.words.strip() or None,
        result=EntryResult.APPLIED.value,
    )
    made = session.scalar(new.on_conflict_do_nothing(index_elements=["key"]).returning(FieldEntry.id))
    return session.get_one(FieldEntry, made) if made is not None else None


def _do(field: Field, entry: Entry, row: FieldEntry, *, happened_at: datetime) -> tuple[EntryResult, str | None]:
    if entry.kind != EntryKind.END and _is_over(field, happened_at):
        return EntryResult.CONFLICT, "ended"
    if entry.kind == EntryKind.OUTCOME:
        return tick(field, entry, row, happened_at=happened_at)
    if entry.kind == EntryKind.UNDO:
        return field_undoing.take_back(field, entry.stop_id, row)
    if entry.kind == EntryKind.OTHER_FAULT:
        return field_faults.report_it(field, entry, row, happened_at=happened_at)
    if entry.kind == EntryKind.NOTE:
        return _note(field, entry, row, happened_at=happened_at)
    return _end(field, entry)


def _is_over(field: Field, happened_at: datetime) -> bool:
    """Whoever has a link and ended the round there is through with it; what was done before may come later."""
    if field.driver.link_id is None or field.route_list.is_open:
        return False
    ended = queries.ended_at(field.session, field.route_list.id, field.driver.link_id)
    return ended is not None and happened_at > ended


def _note(field: Field, entry: Entry, row: FieldEntry, *, happened_at: datetime) -> tuple[EntryResult, str | None]:
    """Words and photos of a stop, for staff; of none, they stand on the list alone."""
    session, route_list = field.session, field.route_list
    stop = queries.stop_here(session, entry.stop_id, route_list.unit_code)
    if entry.stop_id is not None and (stop is None or stop.route_list_id != route_list.id):
        return EntryResult.CONFLICT, "not_on_list"
    stops, reports = queries.hold(session, [stop.id], queries.reports_at(session, stop.id)) if stop else ({}, [])
    row.stop_id, row.report_id = (stop.id if stop else None), (reports[0].id if reports else None)
    for report in reports:
        if entry.words.strip() and report.unit_code == route_list.unit_code:
            report.note(actor=field.driver.actor, at=happened_at, words=entry.words, public=False)
            report.changed_at = field.at
    # What stands on a firm's stop, the firm reads.
    if stop is not None and entry.words.strip() and stop.completed_link_id in {None, field.driver.link_id}:
        _write_on(stops[stop.id], entry.words.strip())
    session.flush()
    field_photos.tie(session, row, at=field.at)
    return EntryResult.APPLIED, None


def _write_on(stop: Stop, words: str) -> None:
    stop.note = f"{stop.note}\n{words}" if stop.note else words


def _end(field: Field, entry: Entry) -> tuple[EntryResult, str | None]:
    """The day is over: what was driven by the car's own counting; what was not done goes back to the unit."""
    route_list = field.route_list
    if entry.metres is not None:
        route_list.driven_metres = entry.metres
    if not route_list.is_open:
        return EntryResult.APPLIED, None if entry.metres is not None else "list_closed"
    crews.close(crews.held_to_close(field.session, route_list), by=field.driver.actor, at=field.at)
    return EntryResult.APPLIED, None


def _answer_of_then(field: Field, key: str) -> EntryAnswer:
    known = queries.known_entry(field.session, key)
    if known is None or known.route_list_id != field.route_list.id:
        return EntryAnswer(key=key, result=EntryResult.REFUSED, conflict="key_taken")
    return _answer(field.session, known)


def _answer(session: Session, row: FieldEntry) -> EntryAnswer:
    made = row.data.get("new_report")
    report = session.get(Report, made) if made is not None else None
    return EntryAnswer(
        key=row.key,
        result=EntryResult(row.result),
        conflict=row.conflict,
        reference=report.shown_reference if report is not None else None,
    )
