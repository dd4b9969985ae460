"""Who should have it: telling a unit, referring outside, another category, another place.

Each decision checks the version it was made on. Raises Conflict (somebody was first) and Invalid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.errors import N_, Invalid
from app.models import Actor, NotificationKind, Report, ReportStatus, Update, UpdateKind
from app.services import drafts, forwarding, photos, proposing
from app.services.decisions import as_it_was, check_version, settle, tell_reporter

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.models import Staff
    from app.routing import Rules

STATUS = NotificationKind.STATUS


def inform(
    session: Session,
    report: Report,
    unit_code: str,
    *,
    rules: Rules,
    by: Staff,
    at: datetime,
    undo_seconds: int,
    version: int | None = None,
) -> None:
    """Tell a unit, for information only: neither the status nor the responsible unit changes."""
    check_version(report, version)
    forwarding.forward(
        session, report, unit_code, rules=rules, by=by, at=at, undo_seconds=undo_seconds, for_information=True
    )


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
) -> Update:
    """An authority outside has it, and knows already: only the reporter is told whom to ask."""
    check_version(report, version)
    unit = rules.units.get(unit_code)
    if unit is None or not unit.outside:
        sentence = N_("Choose an authority outside the municipality.")
        raise Invalid(sentence, fields={"unit": sentence})
    before = as_it_was(report)
    update = report.refer(unit_code, actor=Actor.of(by), at=at, words=words)
    settle(session, report, update, before=before)
    tell_reporter(session, report, update, kind=STATUS, at=at, undo_seconds=undo_seconds)
    return update


def change_category(
    session: Session,
    report: Report,
    *,
    code: str,
    rules: Rules,
    by: Staff,
    at: datetime,
    version: int | None = None,
) -> Update:
    """Another category: proposal and due date are worked out anew, from the day the report was received."""
    check_version(report, version)
    category = rules.categories.get(code)
    if category is None:
        sentence = N_("Choose what it is about. This category is not in use.")
        raise Invalid(sentence, fields={"category": sentence})
    before = report.category_code
    report.put_into(category.code, private=category.private)
    if category.private:
        photos.unpublish(session, [report.id])
    proposing.find_asset_again(session, report, category)
    proposing.propose(report, category, rules, at=report.created_at)
    update = report.record(
        UpdateKind.CATEGORY_CHANGED, actor=Actor.of(by), at=at, category_before=before, category=code
    )
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
    """Put it on the map or move its pin (degrees WGS84); the proposal is worked out anew."""
    check_version(report, version)
    if lat is None or lon is None:
        sentence = N_("Show on the map where it is.")
        raise Invalid(sentence, fields={"position": sentence})
    problems = drafts.check_place(lat, lon, "", rules)
    if problems:
        raise Invalid(problems["position"], fields=problems)
    update = report.place(
        lat=round(lat, 6), lon=round(lon, 6), address=address.strip()[:200] or None, actor=Actor.of(by), at=at
    )
    category = rules.categories.get(report.category_code)
    proposing.find_asset_again(session, report, category)
    if category is not None and report.status == ReportStatus.NEW:
        proposing.propose(report, category, rules, at=report.created_at)
    session.flush()  # The second of two people learns it here.
    return update
