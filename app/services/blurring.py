"""Parts of a photo that others must not see: made unreadable, made whole again, and who looked at the original.

Every change gives the photo a new id, and with it a new address: no cache anywhere shows the old one as the new.
The original lies under an id that is no photo's: no address of ours leads to it but the one that logs who looked.
"""

from __future__ import annotations

import uuid
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.errors import N_, Conflict, Invalid, NotFound
from app.models import Actor, Photo, Report, Update, UpdateKind
from app.services import sight
from app.services.decisions import check_version
from app.services.forgetting import Forgotten, after_commit
from app.storage import Region, blur
from app.storage.blurring import MOST_REGIONS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from app.models import Staff
    from app.storage import PhotoStore

NOT_HERE = N_("This photo is not here any more.")
NO_REGION = N_("Mark a part of the photo first.")
NO_ORIGINAL = N_("The photo as it was is not kept any more.")


def photo_of(session: Session, report: Report, photo_id: uuid.UUID) -> Photo:
    """A photo of this report; raises NotFound."""
    photo = session.scalar(select(Photo).where(Photo.id == photo_id, Photo.report_id == report.id))
    if photo is None:
        raise NotFound(NOT_HERE)
    return photo


def blur_photo(
    session: Session,
    report: Report,
    *,
    photo_id: uuid.UUID,
    regions: Sequence[Region],
    store: PhotoStore,
    by: Staff,
    at: datetime,
    version: int | None = None,
) -> Update:
    """Make these parts unreadable in what everybody else sees, and no others: marks made before are made anew.

    Raises Invalid without a part, NotFound and Conflict.
    """
    check_version(report, version)
    photo = photo_of(session, report, photo_id)
    if not regions or len(regions) > MOST_REGIONS:
        raise Invalid(NO_REGION, fields={"regions": NO_REGION})
    if photo.blurred_at is not None and photo.original_id is None:
        # Only what is left can be worked on: the marks of before are in the pixels.
        regions = [*(Region(*region) for region in photo.regions or ()), *regions]
    first = photo.original_id or photo.id
    made = blur(store.open(first).read_bytes(), regions)
    _replace(session, photo, store, first=first, new=uuid.uuid4())
    store.save(photo.id, made)
    photo.sha256 = made.sha256
    photo.blurred_at = at
    photo.regions = [[one.left, one.top, one.width, one.height] for one in regions]
    return _tell(session, report, UpdateKind.BLURRED, photo, by=by, at=at, regions=len(regions))


def unblur_photo(
    session: Session,
    report: Report,
    *,
    photo_id: uuid.UUID,
    store: PhotoStore,
    by: Staff,
    at: datetime,
    version: int | None = None,
) -> Update:
    """The photo whole again, and for staff only until somebody lets it through anew. Raises NotFound and Conflict."""
    check_version(report, version)
    photo = photo_of(session, report, photo_id)
    if photo.original_id is None:
        raise Conflict(NO_ORIGINAL)
    blurred, photo.id = photo.id, photo.original_id
    after_commit(session, photos=store, gone=Forgotten(photo_ids=[blurred]))
    photo.original_id = photo.blurred_at = photo.regions = None
    photo.public = False
    photo.sha256 = sha256(store.open(photo.id).read_bytes()).hexdigest()
    return _tell(session, report, UpdateKind.UNBLURRED, photo, by=by, at=at)


def original_of(
    session: Session, report: Report, *, photo_id: uuid.UUID, store: PhotoStore, by: Staff, at: datetime
) -> Path:
    """The file as it was before, for somebody who says that they want to see it; that they saw it is kept."""
    photo = photo_of(session, report, photo_id)
    if photo.original_id is None:
        raise NotFound(NO_ORIGINAL)
    path = store.open(photo.original_id)
    sight.seen(session, report, by, at=at, what="photo_original")
    return path


def _replace(session: Session, photo: Photo, store: PhotoStore, *, first: uuid.UUID, new: uuid.UUID) -> None:
    """Another id for the photo; the file it had goes with the commit, the first one stays apart.

    The original gets an id that was never in an address, so that a form which sends its photos twice finds nothing.
    """
    had, whole = photo.id, photo.blurred_at is None
    photo.id = new
    if whole:
        photo.original_id = uuid.uuid4()
        store.copy(first, photo.original_id)
    after_commit(session, photos=store, gone=Forgotten(photo_ids=[had]))


def _tell(
    session: Session, report: Report, kind: UpdateKind, photo: Photo, *, by: Staff, at: datetime, regions: int = 0
) -> Update:
    update = report.record(kind, actor=Actor.of(by), at=at, photo_id=str(photo.id), regions=regions)
    session.flush()  # The second of two people learns it here.
    return update
