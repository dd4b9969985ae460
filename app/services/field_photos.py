"""Photos from the field: each once by its own key, tied to the stop and to its reports by the tap that names them."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.errors import N_, Invalid, TooMany
from app.models import FieldEntry, Photo, RouteList, StopReport
from app.queries import field as queries
from app.services.field_entries import MAX_KEY
from app.services.limits import take_now
from app.services.photos import keep_photo
from app.storage import PhotoStore, process

NO_KEY = N_("The photo has no key, or one that is too long.")
TOO_MANY = N_("Too many photos have come through this link today. Send the rest tomorrow, or phone us.")
# In a day through one link: a long round has 60 stops with some photos each.
MOST_BY_LINK = 300
# Where they stand among a report's photos: behind the reporter's own, those from before the work first.
BEFORE, AFTER = 100, 200
_NAMESPACE = uuid.UUID("0e0f2f0c-8c3b-4ee5-9d0c-6b9d8f4f2b11")


def photo_id_of(route_list_id: int, key: str) -> uuid.UUID:
    """The photo that was sent for this list under this key."""
    return uuid.uuid5(_NAMESPACE, f"{route_list_id}\x00{key}")


def take_photo(
    session: Session,
    store: PhotoStore,
    route_list: RouteList,
    data: bytes,
    *,
    key: str,
    at: datetime,
    link_id: int | None = None,
    most_bytes: int = 15_000_000,
) -> Photo:
    """The photo, made safe and on disk; sent again it is the same one. It waits for the tap that names it, or is tied
    to it when that one came first. Raises PhotoRefused, Invalid without a key, TooMany of those with a `link_id`.
    """
    if not key or len(key) > MAX_KEY or not key.isprintable():
        raise Invalid(NO_KEY, fields={"key": NO_KEY})
    photo_id = photo_id_of(route_list.id, key)
    known = session.get(Photo, photo_id)
    if known is not None:
        return known
    if link_id is not None:
        _count(session, link_id, at=at)
    photo = keep_photo(session, store, process(data, most_bytes=most_bytes), photo_id=photo_id, at=at)
    entry = queries.entry_with_photo(session, route_list.id, key)
    if entry is not None:
        tie(session, entry, at=at)
    return photo


def _count(session: Session, link_id: int, *, at: datetime) -> None:
    per_hour = MOST_BY_LINK / 24
    if not take_now(session, f"link_photo:{link_id}", burst=MOST_BY_LINK, per_hour=per_hour, at=at):
        raise TooMany(TOO_MANY, retry_after=math.ceil(3600 / per_hour))


def tie(session: Session, entry: FieldEntry, *, at: datetime) -> None:  # noqa: ARG001  (as all that changes something)
    """The photos that the tap names, of those that have come, belong to its stop and report from now on.

    Those from after the work are for everybody where our own crew said so, a firm's are the unit's to let through;
    `data.shown` is false once it was taken back.
    """
    shown = entry.link_id is None and bool(entry.data.get("show")) and entry.data.get("shown", True)
    report_id = entry.report_id or _first_report(session, entry.stop_id)
    for first, keys, public in ((BEFORE, "before", False), (AFTER, "photos", shown)):
        for place, key in enumerate(entry.data.get(keys, ())):
            session.execute(
                update(Photo)
                .where(
                    Photo.id == photo_id_of(entry.route_list_id, key),
                    Photo.report_id.is_(None),
                    Photo.stop_id.is_(None),
                )
                .values(
                    stop_id=entry.stop_id,
                    report_id=report_id,
                    by_crew=True,
                    public=public and report_id is not None,
                    sort_order=first + place,
                )
            )


def waiting(session: Session, route_list_id: int, keys: Iterable[str]) -> tuple[uuid.UUID, ...]:
    """The ids of those photos that have come and belong to nothing yet, in the order of the keys."""
    wanted = [photo_id_of(route_list_id, key) for key in keys]
    free = (Photo.report_id.is_(None), Photo.stop_id.is_(None))
    there = set(session.scalars(select(Photo.id).where(Photo.id.in_(wanted), *free)))
    return tuple(one for one in dict.fromkeys(wanted) if one in there)


def withdraw(session: Session, entries: Sequence[FieldEntry]) -> None:
    """What a tap showed to everybody that was taken back is for staff again."""
    keys = [(entry.route_list_id, key) for entry in entries for key in entry.data.get("photos", ())]
    ids = [photo_id_of(*one) for one in keys]
    if ids:
        session.execute(update(Photo).where(Photo.id.in_(ids)).values(public=False))
    for entry in entries:
        entry.data = {**entry.data, "shown": False}


def _first_report(session: Session, stop_id: int | None) -> int | None:
    query = select(StopReport.report_id).where(StopReport.stop_id == stop_id).order_by(StopReport.report_id).limit(1)
    return session.scalar(query) if stop_id is not None else None
