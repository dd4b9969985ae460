"""Packing a report for a unit: what it may know, and nothing about the reporter for a unit outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.delivery import Contact, Parcel, Picture, Told
from app.errors import NotFound
from app.models import (
    AT_UNIT,
    ActorKind,
    Asset,
    Delivery,
    Forwarding,
    Note,
    Photo,
    Report,
    Reporter,
    ReportStatus,
    Update,
    UpdateKind,
)
from app.models.links import public_path
from app.services.news import category_name
from app.services.outside import address_outside, answers_outside, without_people, without_reporter, words_outside

if TYPE_CHECKING:
    from datetime import datetime

    from app.delivery.parcel import ParcelKind
    from app.routing import Rules, Unit
    from app.services.office import Office
    from app.settings import Settings
    from app.storage import PhotoStore


class Packing(Protocol):
    """Where photos, rules and settings come from: the worker's office, or a handler's."""

    @property
    def settings(self) -> Settings:
        """The address of our own pages."""

    @property
    def photos(self) -> PhotoStore:
        """The bytes."""

    @property
    def rules(self) -> Rules:
        """The rules in force."""


# Mail servers commonly stop at 25 MB, and a mail grows by a third on its way.
MOST_PHOTO_BYTES = 12_000_000
_WITH_THE_UNIT = AT_UNIT | {ReportStatus.REFERRED}
# After these the unit no longer has the report, and must hear of it all the same.
_ENDINGS = {"reopened", "gone"}
_REPORTERS_WORDS = (UpdateKind.REPLIED.value, UpdateKind.REOPENED.value)


def pack(session: Session, delivery: Delivery, *, office: Office, at: datetime) -> Parcel | None:
    """What goes to the unit; None when it need not be told any more (undone, gone to another unit)."""
    forwarding = session.get_one(Forwarding, delivery.forwarding_id)
    query = select(Report).where(Report.id == forwarding.report_id)
    report = session.scalars(query.options(selectinload(Report.photos), selectinload(Report.reporter))).one()
    if _is_moot(report, forwarding, delivery.kind):
        return None
    return packed(session, report, forwarding, delivery, office=office, at=at)


def packed(
    session: Session, report: Report, forwarding: Forwarding, delivery: Delivery, *, office: Packing, at: datetime
) -> Parcel:
    """The same of rows that need not be stored, to be looked at; `report` with its photos and reporter."""
    rules = office.rules
    unit = rules.units.get(forwarding.unit_code)
    outside = unit is None or unit.outside
    language = rules.default_language
    lamp = session.get(Asset, report.asset_id) if report.asset_id else None
    since = session.get(Update, delivery.update_id) if delivery.update_id else None
    merged = _merged(session, report) if delivery.kind == "forward" else []
    photos = [*_photos(report.photos, delivery.kind, since), *(photo for part in merged for photo in part.photos)]
    if outside:
        photos = [photo for photo in photos if photo.public]
    pictures = _pictures(photos, office=office)
    address = address_outside(report) if outside else report.address
    answers = answers_outside(report) if outside else report.answers
    words = _words(session, forwarding)
    return Parcel(
        kind=cast("ParcelKind", delivery.kind),
        message_id=delivery.message_id,
        to=delivery.address,
        language=language,
        at=at,
        municipality=rules.municipality.name(language),
        unit=_name(unit, forwarding.unit_code, rules),
        outside=outside,
        for_information=forwarding.for_information,
        reference=report.shown_reference,
        category_code=report.category_code,
        category=category_name(report, rules, language=language),
        reported_at=report.created_at,
        # Nobody outside can be told by when.
        due_at=None if outside else report.due_at,
        lat=report.lat,
        lon=report.lon,
        address=address,
        nearest_address=report.nearest_address if report.nearest_address != address else None,
        lamp=lamp.number if lamp else None,
        others=report.support_count,
        lamp_ref=lamp.source_ref if lamp else None,
        lamp_owner=report.asset_owner,
        road_ref=report.road_ref,
        road_owner=report.road_owner,
        description=words_outside(report) if outside else report.description,
        answers=rules.answers_in_words(report.category_code, answers, language),
        words=without_reporter(words, report.reporter) if outside and words else words,
        # Whoever is only told has nobody to ask.
        contact=None if outside or forwarding.for_information else _contact(report.reporter),
        pictures=pictures,
        pictures_left_out=len(photos) - len(pictures),
        map_url=_map_url(report),
        page_url=_page_url(report, outside=outside, base_url=office.settings.base_url),
        told=_told(session, report, since, kind=delivery.kind, outside=outside) + _told_in(merged, outside=outside),
        by_mistake=since is not None and since.kind == UpdateKind.WITHDRAWN,
    )


def _is_moot(report: Report, forwarding: Forwarding, kind: str) -> bool:
    """Taken back, or another unit has it by now, which is told all of it. What the reporter ended is still news."""
    if kind == "call_back":
        return False
    if forwarding.undone_at is not None:
        return True
    has_it = report.unit_code == forwarding.unit_code and report.status in _WITH_THE_UNIT
    return not forwarding.for_information and not has_it and kind not in _ENDINGS


def _told(session: Session, report: Report, since: Update | None, *, kind: str, outside: bool) -> tuple[Told, ...]:
    """What the reporter wrote later: all of it with the report, else what came just now. Corrections are facts."""
    if kind in {"call_back", "corrected"} or (outside and report.words_withheld_at is not None):
        return ()
    query = select(Update.at, Note.body).join(Note.update).where(Update.report_id == report.id)
    if since is not None:
        query = query.where(Update.id == since.id)
    else:
        query = query.where(Update.kind.in_(_REPORTERS_WORDS), Update.actor_kind == ActorKind.REPORTER.value)
    rows = session.execute(query.order_by(Update.id)).all()
    if not outside:
        return tuple(Told(at=at, words=body) for at, body in rows)
    # What was told to the municipality is not for others: the desk may have asked for just this number.
    return tuple(Told(at=at, words=without_people(body, report.reporter)) for at, body in rows)


def _merged(session: Session, report: Report) -> list[Report]:
    """The reports that went into this one: whoever mends it sees what they say and show."""
    if not report.support_count:
        return []
    query = select(Report).where(Report.duplicate_of_id == report.id, Report.status == ReportStatus.DUPLICATE.value)
    loaded = query.options(selectinload(Report.photos), selectinload(Report.reporter))
    return list(session.scalars(loaded.order_by(Report.id)))


def _told_in(merged: list[Report], *, outside: bool) -> tuple[Told, ...]:
    said = [(part.created_at, words_outside(part) if outside else part.description) for part in merged]
    return tuple(Told(at=at, words=words) for at, words in said if words)


def _photos(photos: list[Photo], kind: str, since: Update | None) -> list[Photo]:
    """All of them with the report; later only those that came just now."""
    if kind == "forward":
        return photos
    new = set(since.data.get("photo_ids", [])) if since is not None else set()
    return [photo for photo in photos if str(photo.id) in new]


def _name(unit: Unit | None, code: str, rules: Rules) -> str:
    return unit.name(rules.default_language) if unit else code


def _words(session: Session, forwarding: Forwarding) -> str | None:
    """What the desk wrote when it sent the report on."""
    kinds = [UpdateKind.FORWARDED.value, UpdateKind.REFERRED.value]
    query = (
        select(Note.body)
        .join(Note.update)
        .where(Update.report_id == forwarding.report_id, Update.at == forwarding.at, Update.kind.in_(kinds))
    )
    return None if forwarding.for_information else session.scalar(query.limit(1))


def _contact(reporter: Reporter | None) -> Contact | None:
    if reporter is None or not (reporter.name or reporter.email or reporter.phone):
        return None
    return Contact(name=reporter.name, email=reporter.email, phone=reporter.phone)


def _pictures(photos: list[Photo], *, office: Packing) -> tuple[Picture, ...]:
    """As many as fit; a photo that is gone from the disk must not hold up the report."""
    pictures: list[Picture] = []
    room = MOST_PHOTO_BYTES
    for photo in photos:
        try:
            jpeg = office.photos.open(photo.id).read_bytes()
        except (NotFound, OSError):
            continue
        if len(jpeg) <= room:
            room -= len(jpeg)
            pictures.append(Picture(name=f"photo-{len(pictures) + 1}.jpg", jpeg=jpeg))
    return tuple(pictures)


def _map_url(report: Report) -> str | None:
    """A map for whoever has no access to ours; nothing but the place goes there."""
    if report.lat is None:
        return None
    lat, lon = f"{report.lat:.5f}", f"{cast('float', report.lon):.5f}"
    return f"https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=18/{lat}/{lon}"


def _page_url(report: Report, *, outside: bool, base_url: str) -> str | None:
    if not outside:
        return f"{base_url}/staff/inbox/{report.shown_reference}"
    return None if report.private or report.hidden_at else f"{base_url}{public_path(report)}"
