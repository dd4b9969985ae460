"""A stop ticked off in the field: what it means for each of its reports, wherever they are by now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.models import (
    AT_UNIT,
    CLOSED,
    EntryResult,
    FieldEntry,
    NotificationKind,
    Report,
    ReportStatus,
    RouteList,
    Stop,
    StopMaterial,
    StopOutcome,
    Update,
    UpdateKind,
)
from app.models.masking import likely_personal, mask
from app.queries import field as queries
from app.routing import Rules
from app.services import field_photos, notifying
from app.services.crews import leave_stop
from app.services.decisions import as_it_was
from app.services.driving import Driver
from app.services.field_entries import MAX_QUANTITY, Entry

S = ReportStatus


@dataclass(frozen=True, kw_only=True)
class Field:
    """Whose taps these are, on which list, when they came, and how long a tick can be taken back unheard."""

    session: Session
    driver: Driver
    route_list: RouteList
    rules: Rules
    at: datetime
    undo_seconds: int

    @property
    def not_before(self) -> datetime:
        """When news of a tick may go out."""
        return self.at + timedelta(seconds=self.undo_seconds)


@dataclass
class Tick:
    """One outcome, with the stops and reports that it is about, all of them held."""

    here: Field
    entry: Entry
    row: FieldEntry
    happened_at: datetime
    stop: Stop | None
    stops: dict[int, Stop]
    reports: list[Report]
    reasons: list[str] = field(default_factory=list)
    made: list[dict[str, Any]] = field(default_factory=list)

    def apply(self) -> str | None:
        """Do what can be done; returns the code of what was in the way, of SENTENCES."""
        already = self.stop is not None and self.stop.outcome is not None and self.stop.completed_at is not None
        if already:
            self.reasons.append("already_done")
        for report in [] if already else self.reports:
            self._one(report)
        self._mark_stop(already=already)
        self._keep_words()
        self.row.data = {**self.row.data, "made": self.made}
        return self._said()

    def _one(self, report: Report) -> None:
        why_not = self._why_not(report)
        if why_not is not None:
            self.reasons.append(why_not)
            return
        before = as_it_was(report)
        needs_before, active = report.needs, self._active_on(report)
        updates = self._finish(report, active)
        report.changed_at = self.here.at  # Whoever asks for what is new since then must hear of it.
        self.here.session.flush()
        stops = [stop.id for stop in self.stops.values() if any(one.report_id == report.id for one in stop.entries)]
        self.made.append({
            "report": report.id, "before": before, "after": report.status, "on": active.id if active else None,
            "needs_before": needs_before, "stops": stops, "updates": [update.id for update in updates],
        })  # fmt: skip
        if active is not None:
            leave_stop(active, report_id=report.id, at=self.happened_at)

    def _why_not(self, report: Report) -> str | None:
        if report.status in CLOSED:
            return "already_done" if report.status == S.FIXED else "closed_by_desk"
        if report.status not in AT_UNIT:
            return "at_desk"
        return "other_unit" if report.unit_code != self.here.route_list.unit_code else None

    def _active_on(self, report: Report) -> Stop | None:
        for stop in self.stops.values():
            if any(one.report_id == report.id and one.active for one in stop.entries):
                return stop
        return None

    def _finish(self, report: Report, active: Stop | None) -> list[Update]:
        actor, at = self.here.driver.actor, self.happened_at
        words = self.entry.words.strip()
        if self.entry.outcome == StopOutcome.DONE:
            # A firm's words are the unit's to let through; of our own crew's, nobody outside reads who somebody is.
            shown = self.entry.show and self.here.driver.link is None
            told = (mask(words, likely_personal(words)) or words) if shown else words
            fixed = report.fix(actor=actor, at=at, words=told or None, words_public=shown)
            self._tell(report, fixed)
            return [fixed]
        made = []
        if report.status == S.SCHEDULED:
            on = active.route_list_id if active is not None else self.here.route_list.id
            made.append(report.unschedule(actor=actor, at=at, route_list_id=on))
        if self.entry.outcome == StopOutcome.NOT_FOUND:
            made.append(report.record(UpdateKind.NOT_FOUND, actor=actor, at=at))
        elif self.entry.outcome is not None:
            made.append(report.need(self.entry.outcome.value, actor=actor, at=at))
        if words:
            made.append(report.note(actor=actor, at=at, words=words, public=False))
        return made

    def _tell(self, report: Report, update: Update) -> None:
        here = self.here
        notifying.notify(
            here.session, report, update, kind=NotificationKind.STATUS, at=here.at, not_before=here.not_before
        )

    def _mark_stop(self, *, already: bool) -> None:
        """What the crew found stands on its stop, also where the report had been closed for another reason."""
        stop, entry, driver = self.stop, self.entry, self.here.driver
        if stop is None or entry.outcome is None:
            return
        if already:
            self._add_to(stop)
            return
        stop.outcome, stop.minutes = entry.outcome.value, entry.minutes
        stop.completed_at, stop.received_at = self.happened_at, self.here.at
        stop.completed_by_id, stop.completed_link_id = driver.staff_id, driver.link_id
        stop.completion_key, stop.note = self.entry.key, entry.words.strip() or None
        stop.materials = self._materials()
        for one in stop.entries:
            one.active = False

    def _add_to(self, stop: Stop) -> None:
        """Two have ticked it off: what was used counts once, and nobody is shown photos of what is disputed."""
        stop.minutes = self.entry.minutes if stop.minutes is None else stop.minutes
        stop.materials = stop.materials or self._materials()
        if not stop.outcome == self.entry.outcome == StopOutcome.DONE:
            self.row.data = {**self.row.data, "shown": False}

    def _materials(self) -> list[StopMaterial]:
        """Of the materials in use, as many as are counted: what rounds to nothing, or to more than can be, is none."""
        known = self.here.rules.materials
        used = {code: round(pieces, 2) for code, pieces in self.entry.materials.items() if code in known}
        return [
            StopMaterial(material_code=code, quantity=pieces, cost_ore=known[code].cost_ore)
            for code, pieces in used.items()
            if 0 < pieces <= MAX_QUANTITY
        ]

    def _keep_words(self) -> None:
        """Where the tick changed nothing, the crew's words stand in the report's history all the same, for staff."""
        done = {one["report"] for one in self.made}
        words = self.entry.words.strip()
        for report in self.reports:
            if words and report.id not in done and report.unit_code == self.here.route_list.unit_code:
                report.note(actor=self.here.driver.actor, at=self.happened_at, words=words, public=False)
                report.changed_at = self.here.at

    def _said(self) -> str | None:
        if self.reasons and not self.made:
            return self.reasons[0]
        if self.reasons:
            return "part_closed"
        if not self.made and self.stop is None:
            return "not_on_list"
        return (self._where(self.stop) if self.made else None) or self._not_counted()

    def _not_counted(self) -> str | None:
        return "no_material" if self.entry.materials.keys() - self.here.rules.materials.keys() else None

    def _where(self, stop: Stop | None) -> str | None:
        """Where the stop was by now, when that is not the list in the cab."""
        if stop is None:
            return "taken_off"
        if not self.here.route_list.is_open:
            return "list_closed"
        elsewhere = {one["on"] for one in self.made} - {stop.id}
        if stop.route_list_id != self.here.route_list.id or elsewhere - {None}:
            return "moved"
        return "taken_off" if elsewhere else None


def tick(field: Field, entry: Entry, row: FieldEntry, *, happened_at: datetime) -> tuple[EntryResult, str | None]:
    """Tick a stop off, with the field's time. What is in the way is kept and said; the rest is done."""
    session, route_list = field.session, field.route_list
    stop = queries.stop_here(session, entry.stop_id, route_list.unit_code)
    ids = queries.reports_at(session, stop.id) if stop is not None else _of_gone_stop(field, entry)
    if stop is None or stop.route_list_id != route_list.id:
        known = queries.was_on(session, route_list.id, ids)
        ids = [one for one in ids if one in known]
        stop = stop if ids else None
    stops, reports = queries.hold(session, [stop.id] if stop is not None else [], ids)
    stop = stops.get(stop.id) if stop is not None else None
    row.stop_id = stop.id if stop is not None else None
    row.report_id = reports[0].id if reports else None
    made = Tick(field, entry, row, happened_at, stop, stops, reports)
    said = made.apply()
    session.flush()
    field_photos.tie(session, row, at=field.at)
    applied = made.made or said in {None, "no_material"}
    return (EntryResult.APPLIED if applied else EntryResult.CONFLICT), said


def _of_gone_stop(field: Field, entry: Entry) -> list[int]:
    """The planners' own record says what was there; else what the crew saw there, asked for its right to it next."""
    session, route_list = field.session, field.route_list
    gone = queries.reports_of_gone(session, route_list.id, entry.stop_id)
    return gone or queries.reports_called(session, entry.references)
