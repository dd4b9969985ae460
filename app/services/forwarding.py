"""Sending a report to a unit, taking it back, and trying again; services/outgoing.py does the sending."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app import jobs
from app.errors import N_, Conflict, Invalid, NotFound
from app.jobs import JobName
from app.models import (
    Actor,
    Delivery,
    Forwarding,
    Notification,
    NotificationKind,
    Report,
    ReportStatus,
    SendingState,
    Staff,
    Update,
    UpdateKind,
)
from app.routing import Channel, Rules, Unit
from app.services import notifying
from app.services.decisions import changed, made_together

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_DECISIONS = (UpdateKind.FORWARDED.value, UpdateKind.REFERRED.value)
_CAN_BE_CALLED_BACK = {ReportStatus.FORWARDED, ReportStatus.IN_PROGRESS, ReportStatus.REFERRED}
MAY_HAVE_ARRIVED = {SendingState.SENDING, SendingState.SENT, SendingState.UNKNOWN}

_TOO_LATE = N_("This can no longer be undone: it has gone out, or somebody has gone on with it. Call it back instead.")
_DESK_ITSELF = N_("This belongs to the service desk itself, and nobody else opens it there. Answer it and close it.")
_NOT_THERE = N_("The unit does not have this report any more, or a crew has it on its list. Phone the unit.")


def forward(
    session: Session,
    report: Report,
    unit_code: str,
    *,
    rules: Rules,
    by: Staff,
    at: datetime,
    undo_seconds: int = 10,
    words: str | None = None,
) -> Forwarding:
    """Give the report to a unit: it becomes forwarded (our own unit) or referred (one outside).

    One Delivery per channel of the unit is queued in the same transaction, and the reporter's mail with it;
    neither goes out before `undo_seconds` are over. An inbox has a Delivery as well, so that every forwarding
    has one and undo needs no special case. To tell a unit for information: services/informing.py.
    Raises Invalid (no such unit) and Conflict (not placed yet, already there, closed).
    """
    return decide(
        session,
        report,
        unit_code,
        rules=rules,
        by=by,
        at=at,
        undo_seconds=undo_seconds,
        words=words,
        before={},
    )[1]


def decide(
    session: Session,
    report: Report,
    unit_code: str,
    *,
    rules: Rules,
    by: Staff,
    at: datetime,
    undo_seconds: int,
    words: str | None,
    before: dict[str, Any],
) -> tuple[Update, Forwarding]:
    """As `forward`, with what the desk's undo brings back in the line of history, which is returned as well."""
    unit = unit_of(report, unit_code, rules)
    go = at + timedelta(seconds=undo_seconds)
    update = _decide(session, report, unit, actor=Actor.of(by), at=at, words=words, before=before)
    notifying.notify(session, report, update, kind=NotificationKind.STATUS, at=at, not_before=go)
    forwarding = Forwarding(
        report_id=report.id,
        unit_code=unit.code,
        by_id=by.id,
        at=at,
        rule=report.proposed_rule,
        proposed_unit_code=report.proposed_unit_code,
        corrected=report.proposed_unit_code not in {None, unit.code},
        for_information=False,
    )
    forwarding.deliveries = [new_delivery(channel, at=at, go=go) for channel in unit.channels]
    session.add(forwarding)
    enqueue(session, forwarding.deliveries)
    return update, forwarding


def unit_of(report: Report, unit_code: str, rules: Rules) -> Unit:
    """The unit that a report can be sent to. Raises Invalid (no such unit) and Conflict (the desk, not placed yet)."""
    unit = rules.units.get(unit_code)
    if unit is None:
        raise Invalid(N_("This unit is not in use. Choose another one."), fields={"unit": N_("Choose a unit.")})
    if unit.desk:
        raise Conflict(_DESK_ITSELF)
    if not report.is_placed:
        raise Conflict(N_("Place the report on the map before you forward it."))
    return unit


def cancel(session: Session, forwarding: Forwarding, *, by: Staff, at: datetime) -> Report:
    """Undo: the report is what and where it was before, and nothing goes out, to the unit or to the reporter.

    Returns the report. Raises Conflict when something has gone out already, or somebody has gone on with it.
    """
    if forwarding.undone_at is not None:
        raise Conflict(N_("This was already taken back."))
    deliveries = locked_deliveries(session, forwarding)
    report = session.get_one(Report, forwarding.report_id)
    try:
        for delivery in deliveries:
            delivery.cancel()
        if not forwarding.for_information:
            _take_back_decision(session, report, forwarding, actor=Actor.of(by), at=at)
    except Conflict as error:
        raise Conflict(_TOO_LATE) from error
    forwarding.undone_at = at
    _revive_earlier(session, report, at=at)
    return report


def call_back(
    session: Session,
    forwarding: Forwarding,
    *,
    rules: Rules,
    by: Staff,
    at: datetime,
    words: str | None = None,
) -> Report:
    """After the seconds for undo: the desk has the report again, and a unit that may know of it gets a mail.

    Returns the report. Raises Conflict when the unit no longer has it, or a crew has it on its list.
    """
    if forwarding.undone_at is not None:
        raise Conflict(N_("This was already taken back."))
    deliveries = locked_deliveries(session, forwarding)
    report = session.get_one(Report, forwarding.report_id)
    if forwarding.for_information:
        line = report.record(UpdateKind.CALLED_BACK, actor=Actor.of(by), at=at, for_information=True)
        line.unit_code = forwarding.unit_code
    else:
        _back_to_the_desk(report, forwarding, actor=Actor.of(by), at=at, words=words)
    forwarding.undone_at = at
    if any(delivery.state in MAY_HAVE_ARRIVED for delivery in deliveries):
        unit = rules.units.get(forwarding.unit_code)
        _call_back_mails(session, forwarding, unit, deliveries, at=at)
    for delivery in deliveries:
        if delivery.state in {SendingState.PENDING, SendingState.FAILED}:
            delivery.cancel()
    return report


def retry(session: Session, delivery_id: int, *, rules: Rules, by: Staff, at: datetime) -> Delivery:
    """Send once more what could not be delivered, to the address that the rules file has now.

    The Message-ID stays, so that a mail server which did get the first one can see that it is the same.
    Raises NotFound (also for people who are not at the desk) and Conflict (nothing to try again).
    """
    delivery = session.get(Delivery, delivery_id, with_for_update=True)
    if delivery is None or not by.sees_all:
        raise NotFound(N_("There is no such delivery."))
    forwarding = session.get_one(Forwarding, delivery.forwarding_id)
    if forwarding.undone_at is not None and delivery.kind == "forward":
        raise Conflict(N_("This was already taken back."))
    unit = rules.units.get(forwarding.unit_code)
    addresses = _addresses(unit, delivery.channel)
    if addresses and delivery.address not in addresses:
        delivery.address = addresses[0]
    delivery.retry(at=at)
    jobs.enqueue(session, JobName.DELIVER, delivery_id=delivery.id)
    return delivery


def _decide(
    session: Session,
    report: Report,
    unit: Unit,
    *,
    actor: Actor,
    at: datetime,
    words: str | None,
    before: dict[str, Any],
) -> Update:
    """The verb on the report. What undo must bring back is kept with the line of history."""
    has_it = report.unit_code == unit.code and report.status != ReportStatus.NEW
    if has_it and report.is_open:
        raise Conflict(N_("This unit already has the report."))
    unit_before = report.unit_code
    verb = report.refer if unit.outside else report.forward
    update = verb(unit.code, actor=actor, at=at, words=words)
    kept = {"before": changed(report, before), **made_together(session)} if before else {}
    update.data = {**update.data, "unit_before": unit_before, **kept}
    report.claimed_by_id = report.claimed_at = None
    session.add(update)
    session.flush()  # The reporter's mail is tied to this line of history by its id.
    return update


def new_delivery(channel: Channel, *, at: datetime, go: datetime, kind: str = "forward") -> Delivery:
    """What goes over one channel, not before `go`; the caller ties it to its forwarding."""
    return Delivery(
        kind=kind,
        channel=channel.kind,
        address=channel.address,
        state=SendingState.PENDING.value,
        attempts=0,
        message_id=f"{secrets.token_hex(16)}@gatami",
        created_at=at,
        next_attempt_at=go,
    )


def enqueue(session: Session, deliveries: list[Delivery]) -> None:
    """A job for each, in the caller's transaction."""
    session.flush()  # The jobs look the deliveries up by their ids.
    for delivery in deliveries:
        jobs.enqueue(session, JobName.DELIVER, at=delivery.next_attempt_at, delivery_id=delivery.id)


def locked_deliveries(session: Session, forwarding: Forwarding) -> list[Delivery]:
    """Locked, so that a worker either sees our decision or has made its own before we look."""
    query = select(Delivery).where(Delivery.forwarding_id == forwarding.id, Delivery.kind == "forward")
    locked = query.order_by(Delivery.id).with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(locked))


def _take_back_decision(
    session: Session, report: Report, forwarding: Forwarding, *, actor: Actor, at: datetime
) -> None:
    changes = select(Update).where(Update.report_id == report.id, Update.to_status.is_not(None))
    last = session.scalar(changes.order_by(Update.id.desc()).limit(1))
    ours = last is not None and last.kind in _DECISIONS and last.at == forwarding.at
    if last is None or not ours or last.from_status is None:
        raise Conflict(N_("Somebody has already gone on with this report."))
    about_it = select(Notification).where(Notification.update_id == last.id).with_for_update()
    for notification in session.scalars(about_it.execution_options(populate_existing=True)):
        notification.cancel()
    report.undo(ReportStatus(last.from_status), unit_code=last.data.get("unit_before"), actor=actor, at=at)


def _revive_earlier(session: Session, report: Report, *, at: datetime) -> None:
    """The unit that has it again must still hear of it, if its mail was dropped while it did not have it."""
    theirs = (
        select(Delivery)
        .join(Delivery.forwarding)
        .where(
            Forwarding.report_id == report.id,
            Forwarding.unit_code == report.unit_code,
            ~Forwarding.for_information,
        )
    )
    lost = theirs.where(Forwarding.undone_at.is_(None), Delivery.state == SendingState.CANCELLED.value)
    dropped = list(session.scalars(lost))
    for delivery in dropped:
        delivery.revive(at=at)
    enqueue(session, dropped)


def _back_to_the_desk(report: Report, forwarding: Forwarding, *, actor: Actor, at: datetime, words: str | None) -> None:
    if report.unit_code != forwarding.unit_code or report.status not in _CAN_BE_CALLED_BACK:
        raise Conflict(_NOT_THERE)
    report.call_back(actor=actor, at=at, words=words)


def _call_back_mails(
    session: Session, forwarding: Forwarding, unit: Unit | None, told: list[Delivery], *, at: datetime
) -> None:
    """By mail to whom it was mailed; a unit that only has an inbox sees there that the report is gone."""
    addresses = [d.address for d in told if d.channel == "email" and d.address] or _addresses(unit, "email")
    channels = [Channel(kind="email", address=address) for address in addresses]
    mails = [new_delivery(channel, at=at, go=at, kind="call_back") for channel in channels]
    for mail in mails:
        mail.forwarding_id = forwarding.id
    session.add_all(mails)
    enqueue(session, mails)


def _addresses(unit: Unit | None, kind: str) -> list[str]:
    return [channel.address for channel in unit.channels if channel.kind == kind and channel.address] if unit else []
