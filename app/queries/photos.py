"""Who sees which photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import aliased

from app.errors import N_, NotFound
from app.models import Photo, Report, ReportStatus, RouteList, Staff, Stop, StopOutcome, StopReport
from app.models.links import photo_key, same
from app.queries.visible import is_public, seen_by

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

NOT_HERE = N_("This photo is not here.")


@dataclass(frozen=True, slots=True)
class SeenPhoto:
    """A photo that the asker may see; `public` ones everybody may, so they can be kept by caches."""

    photo: Photo
    public: bool


def visible_photo(session: Session, photo_id: uuid.UUID, *, staff: Staff | None, key: str, secret: bytes) -> SeenPhoto:
    """The photo, if it is public, or if `staff` sees its report, or if `key` opens it; raises NotFound."""
    public = and_(Photo.public, _on_report(is_public()))
    by_staff = _by_staff(staff)
    row = session.execute(
        select(Photo, Report.nonce, public.label("public"), by_staff.label("by_staff"))
        .outerjoin(Report, Report.id == Photo.report_id)
        .where(Photo.id == photo_id)
    ).one_or_none()
    if row is None:
        raise NotFound(NOT_HERE)
    photo, nonce, seen_by_all, seen_by_staff = row
    if not (seen_by_all or seen_by_staff or _opens(photo, key, nonce=nonce, secret=secret)):
        raise NotFound(NOT_HERE)
    return SeenPhoto(photo, public=bool(seen_by_all))


def unsent(session: Session, photo_ids: Iterable[uuid.UUID]) -> list[Photo]:
    """Those of the photos that still wait for a report, in the order given."""
    wanted = list(dict.fromkeys(photo_ids))
    found = session.scalars(
        select(Photo).where(Photo.id.in_(wanted), Photo.report_id.is_(None), Photo.stop_id.is_(None))
    )
    by_id = {photo.id: photo for photo in found}
    return [by_id[photo_id] for photo_id in wanted if photo_id in by_id]


def crew_photos(session: Session, report: Report) -> list[Photo]:
    """What the crew that mended it shows to everybody: of one stop with several reports, to each of them.

    Expects `report.photos`.
    """
    own = [photo for photo in report.photos if photo.by_crew and photo.public]
    if report.status != ReportStatus.FIXED:
        return own
    mended = (
        select(StopReport.stop_id)
        .join(Stop, Stop.id == StopReport.stop_id)
        .where(StopReport.report_id == report.id, Stop.outcome == StopOutcome.DONE.value)
    )
    shared = (Photo.by_crew, Photo.public, Photo.stop_id.in_(mended), Photo.report_id.is_distinct_from(report.id))
    return [*own, *session.scalars(select(Photo).where(*shared).order_by(Photo.sort_order, Photo.id))]


def _on_report(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A photo belongs to its report; a crew's photo of a stop to each report on it."""
    of_stop = and_(StopReport.stop_id == Photo.stop_id, StopReport.report_id == Report.id)
    return or_(
        exists(select(Report.id).where(Report.id == Photo.report_id, condition).correlate(Photo)),
        exists(select(Report.id).join(StopReport, of_stop).where(condition).correlate(Photo)),
    )


def _by_staff(staff: Staff | None) -> ColumnElement[bool]:
    if staff is None:
        return false()
    if staff.sees_all:
        return or_(Photo.report_id.is_not(None), Photo.stop_id.is_not(None))
    of_own_round = exists(
        select(Stop.id)
        .join(RouteList, RouteList.id == Stop.route_list_id)
        .where(Stop.id == Photo.stop_id, RouteList.unit_code.in_(staff.unit_codes))
        .correlate(Photo)
    )
    return or_(_on_report(seen_by(staff)), _on_part_of(seen_by(staff)), of_own_round)


def _on_part_of(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A photo of a report that was merged is shown with the one that stays, to whoever sees that one."""
    part = aliased(Report)
    kept = select(part.id).join(Report, Report.id == part.duplicate_of_id).where(condition)
    merged = kept.where(part.id == Photo.report_id, part.status == ReportStatus.DUPLICATE.value)
    return exists(merged.correlate(Photo))


def _opens(photo: Photo, key: str, *, nonce: str | None, secret: bytes) -> bool:
    if photo.report_id is None:
        return photo.stop_id is None and same(key, photo_key(photo.id, secret=secret))
    return nonce is not None and same(key, photo_key(photo.id, nonce=nonce, secret=secret))
