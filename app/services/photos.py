"""Taking photos in, before there is a report for them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.errors import N_, Invalid
from app.models import Photo, Report
from app.storage import PhotoStore, Processed, process

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

NOT_THERE = N_("A photo is no longer there. Remove it and add it again.")
# Browsers that send the same form twice send the same photos twice; the name makes them one.
_NAMESPACE = uuid.UUID("6d3b3f5e-6a52-4f0e-9d0a-3f1f0a6d7c11")


def take_photo(
    session: Session,
    store: PhotoStore,
    data: bytes,
    *,
    at: datetime,
    most_bytes: int = 15_000_000,
    once: str | None = None,
) -> Photo:
    """The photo, made safe and on disk, waiting for a report for 24 hours. Raises PhotoRefused.

    With `once` (a form's own key) the same picture sent again is the same photo.
    """
    processed = process(data, most_bytes=most_bytes)
    photo_id = uuid.uuid5(_NAMESPACE, f"{once}\x00{processed.sha256}") if once else uuid.uuid4()
    return keep_photo(session, store, processed, photo_id=photo_id, at=at)


def keep_photo(
    session: Session, store: PhotoStore, processed: Processed, *, photo_id: uuid.UUID, at: datetime
) -> Photo:
    """The row of a photo that was made safe; the one that is there where the number is known already."""
    # The bytes go first: a row without its file is a broken picture, a file without its row is swept away.
    store.save(photo_id, processed)
    session.execute(
        insert(Photo)
        .values(
            id=photo_id,
            created_at=at,
            sort_order=0,
            width=processed.width,
            height=processed.height,
            sha256=processed.sha256,
            by_crew=False,
            public=False,
        )
        .on_conflict_do_nothing()
    )
    return session.get_one(Photo, photo_id)


def count_photos(session: Session, report: Report) -> int:
    """How many photos a report has; nobody else who counts first can add one until this transaction ends."""
    session.execute(select(Report.id).where(Report.id == report.id).with_for_update())
    return session.scalar(select(func.count(Photo.id)).where(Photo.report_id == report.id)) or 0


def unpublish(session: Session, report_ids: Collection[int]) -> None:
    """The photos of these reports are for staff and their sender only, until the desk lets them through."""
    shown = update(Photo).where(Photo.report_id.in_(report_ids), Photo.public).values(public=False)
    session.execute(shown.execution_options(synchronize_session=False))


def attach_photos(session: Session, report: Report, photo_ids: Iterable[uuid.UUID], *, after: int = 0) -> None:
    """Tie waiting photos to a report, in this order, behind the `after` that it has.

    A photo belongs to one report; an id that is unknown, expired or used raises Invalid.
    """
    for order, photo_id in enumerate(dict.fromkeys(photo_ids), start=after):
        attached = session.scalar(
            update(Photo)
            .where(Photo.id == photo_id, Photo.report_id.is_(None), Photo.stop_id.is_(None))
            .values(report_id=report.id, sort_order=order)
            .returning(Photo.id)
        )
        if attached is None:
            raise Invalid(NOT_THERE, fields={"photos": NOT_THERE})
