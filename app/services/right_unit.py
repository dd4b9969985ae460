"""Who should have it: telling units, referring outside, another category, another place.

Each decision checks the version it was made on. Raises Conflict (somebody was first) and Invalid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.errors import N_, Invalid
from app.models import Actor, Note, NotificationKind, Report, ReportStatus, Update, UpdateKind
from app.planning.distance import metres
from app.services import drafts, informing, photos, proposing, refiling, triage
from app.services.decisions import as_it_was, check_version, settle, tell_reporter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.models import Staff
    from app.routing import Rules

STATUS = NotificationKind.STATUS


def inform(
    session: Session,
    report: Report,
    units: Sequence[str] | str,
    *,
    rules: Rules,
    by: Staff,
    at: datetime,
    undo_seconds: int,
    version: int | None = None,
) -> Update:
    """Tell units, for information only: neither the status nor the responsible unit changes."""
    check_version(report, version)
    before = as_it_was(report)
    codes = [units] if isinstance(units, str) else units
    lines = informing.inform(session, report, codes, rules=rules, by=by, at=at, undo_seconds=undo_seconds)
    return settle(session, report, lines[-1], before=before)


def refer(
    session: Session,
    report: Report,
    unit_code: str,
    *,
    rules: Rules,
    by: Staff,
    at: datetime,
    undo_seconds: int,
    version: int | None = None,
    words: str | None = None,
    letter: bool = False,
) -> Update:
    """An authority outside has it; the reporter is told whom to ask. With `letter` the authority gets it as well."""
    unit = rules.units.get(unit_code)
    if unit is None or not unit.outside:
        sentence = N_("Choose an authority outside the municipality.")
        raise Invalid(sentence, fields={"unit": sentence})
    if letter:
        if not any(channel.kind == "email" for channel in unit.channels):
            raise Invalid(NO_ADDRESS, fields={"unit": NO_ADDRESS})
        return triage.forward(
            session,
            report,
            unit_code,
            rules=rules,
            by=by,
            at=at,
            undo_seconds=undo_seconds,
            version=version,
            words=words,
        )
    check_version(report, version)
    before = as_it_was(report)
    update = report.refer(unit_code, actor=Actor.of(by), at=at, words=words)
    settle(session, report, update, before=before)
    tell_reporter(session, report, update, kind=STATUS, at=at, undo_seconds=undo_seconds)
    return update


NO_ADDRESS = N_("The rules file has no e-mail address for this authority. Phone them, or choose that they have it.")


def change_category(
    session: Session,
    report: Report,
    *,
    code: str,
    rules: Rules,
    by: Staff,
    at: datetime,
    version: int | None = None,
    answers: Mapping[str, object] | None = None,
    words: str = "",
) -> Update:
    """Another category: proposal and due date are worked out anew, from the day the report was received.

    Answers that fit its questions are kept, `answers` to the others come on top, and what does not fit stays readable
    for staff in the history, beside the `words` that say why. A required question may stay open: the desk can not
    always know.
    """
    check_version(report, version)
    category = rules.categories.get(code)
    if category is None:
        sentence = N_("Choose what it is about. This category is not in use.")
        raise Invalid(sentence, fields={"category": sentence})
    before, was = report.category_code, _proposed(report)
    left = refiling.answer_again(report, category, answers or {}, lang=rules.default_language)
    report.put_into(category.code, private=category.private)
    if category.private:
        photos.unpublish(session, [report.id])
    proposing.find_asset_again(session, report, category)
    proposing.propose(report, category, rules, at=report.created_at)
    changed = refiling.changes(was, _proposed(report))
    update = report.record(
        UpdateKind.CATEGORY_CHANGED, actor=Actor.of(by), at=at, category_before=before, category=code, **changed
    )
    said = "\n".join([*([words.strip()] if words.strip() else []), *left])
    update.note = Note(body=said, public=False) if said else None
    session.flush()  # The second of two people learns it here.
    return update


def place(
    session: Session,
    report: Report,
    *,
    lat: float | None,
    lon: float | None,
    address: str = "",
    rules: Rules,
    by: Staff,
    at: datetime,
    version: int | None = None,
) -> Update:
    """Put it on the map or move its pin (degrees WGS84); lamp, road, address and the proposal are asked for anew.

    What the registers of others know of the place is asked by services/late_answers.py within seconds.
    """
    check_version(report, version)
    if lat is None or lon is None:
        sentence = N_("Show on the map where it is.")
        raise Invalid(sentence, fields={"position": sentence})
    problems = drafts.check_place(lat, lon, "", rules)
    if problems:
        raise Invalid(problems["position"], fields=problems)
    there, was = (round(lat, 6), round(lon, 6)), _proposed(report)
    moved = metres((report.lat, report.lon), there) if report.lat is not None and report.lon is not None else None
    update = report.place(lat=there[0], lon=there[1], address=address.strip()[:200] or None, actor=Actor.of(by), at=at)
    category = rules.categories.get(report.category_code)
    proposing.find_asset_again(session, report, category)
    if category is not None and report.status == ReportStatus.NEW:
        proposing.propose(report, category, rules, at=report.created_at)
    metres_moved: dict[str, Any] = {} if moved is None else {"metres": round(moved)}
    update.data = {**metres_moved, **refiling.changes(was, _proposed(report))}
    session.flush()  # The second of two people learns it here.
    return update


def _proposed(report: Report) -> refiling.Proposed:
    return refiling.Proposed(report.proposed_unit_code, report.due_at, report.road_owner, report.asset_id)
