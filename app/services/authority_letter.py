"""The letter to an authority outside, as it would go: to be read before it is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.errors import N_, Invalid
from app.models import Forwarding, Report
from app.services import forwarding, parcels
from app.services.outside import without_reporter
from app.text import render

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.routing import Channel, Rules, Unit
    from app.services.parcels import Packing


@dataclass(frozen=True)
class LetterPreview:
    """The mail in plain text. `held_back`: photos that the desk has not let through, and that stay here."""

    to: str
    subject: str
    body: str
    photos: int
    held_back: int


def with_letters(rules: Rules) -> list[Unit]:
    """The authorities that a letter can go to."""
    return [unit for unit in rules.units.values() if unit.outside and _channel(unit) is not None]


def preview(
    session: Session, report: Report, unit_code: str, *, words: str, office: Packing, at: datetime
) -> LetterPreview:
    """The letter about a report with its photos and reporter loaded. Raises Invalid for a unit without an address."""
    unit = office.rules.units.get(unit_code)
    channel = _channel(unit) if unit is not None and unit.outside else None
    if unit is None or channel is None:
        sentence = N_("Choose an authority outside the municipality.")
        raise Invalid(sentence, fields={"unit": sentence})
    sent = Forwarding(report_id=report.id, unit_code=unit.code, at=at, for_information=False)
    delivery = forwarding.new_delivery(channel, at=at, go=at)
    parcel = parcels.packed(session, report, sent, delivery, office=office, at=at)
    parcel = replace(parcel, words=without_reporter(words, report.reporter) or None)
    given = {
        "parcel": parcel,
        "municipality_name": parcel.municipality,
        "desk_email": office.settings.desk_email,
        "picture_ids": [],
    }
    subject = render("emails/forward/subject.txt", parcel.language, **given)
    return LetterPreview(
        to=parcel.to or "",
        subject=" ".join(subject.split()),
        body=render("emails/forward/body.txt", parcel.language, **given).strip(),
        photos=len(parcel.pictures),
        held_back=sum(not photo.public for photo in report.photos),
    )


def _channel(unit: Unit) -> Channel | None:
    return next((channel for channel in unit.channels if channel.kind == "email"), None)
