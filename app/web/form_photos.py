"""The photos of a form: those that came with it, those that came before it, and those that are gone."""

from __future__ import annotations

import uuid
from contextlib import suppress

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.errors import N_
from app.models import Photo
from app.models.links import photo_key
from app.queries.photos import unsent
from app.services.drafts import MAX_PHOTOS
from app.services.photos import take_photo
from app.storage import PhotoRefused
from app.text import say, translate
from app.web.report_form import TOO_MANY_PHOTOS, ReportForm
from app.web.state import AppState
from app.web.uploads import files_of, read_file

GONE = N_("A photo is not here any more. Photos wait for 24 hours, and each belongs to one report. Add it again.")


def thumbnail_of(photo: Photo, *, secret: bytes) -> str:
    """The address under which its sender sees a photo that is not sent yet."""
    return f"/photos/{photo.id}-thumbnail.jpg?key={photo_key(photo.id, secret=secret)}"


def photo_ids_of(posted: FormData) -> list[uuid.UUID]:
    """Of the photos that were sent before the form, those that were not taken off again; what is no id is left out."""
    removed = set(posted.getlist("remove_photo"))
    found = []
    for text in posted.getlist("photos"):
        with suppress(ValueError):
            found += [uuid.UUID(str(text))] if text not in removed else []
    return list(dict.fromkeys(found))


def take_sent(session: Session, state: AppState, form: ReportForm, posted: FormData, *, lang: str) -> None:
    """Photos that came with the form itself; one that is refused says why and takes nothing else with it."""
    if "photo_files" in form.errors:
        return
    files = files_of(posted, "photo_files")
    many = len(form.photo_ids) + len(files) > MAX_PHOTOS
    form.photo_ids = form.photo_ids[:MAX_PHOTOS]
    room = MAX_PHOTOS - len(form.photo_ids)
    refused: dict[str, list[str]] = {}
    most = state.settings.photo_max_bytes
    for file in files[:room]:
        try:
            data = read_file(file, most=most)
            photo = take_photo(session, state.photos, data, at=state.clock(), once=form.key, most_bytes=most)
        except PhotoRefused as error:
            refused.setdefault(say(error, lang), []).append(str(file.filename))
        else:
            form.photo_ids.append(photo.id)
    said = [translate(TOO_MANY_PHOTOS, lang)] if many else []
    said += [f"{', '.join(names)}: {why}" for why, names in refused.items()]
    if said:
        form.errors["photo_files"] = " ".join(said)


def show_kept(session: Session, form: ReportForm, *, lang: str) -> None:
    """The photos that the form can still send; that one is gone, used or too old, is said and not passed over."""
    wanted = set(form.photo_ids)
    form.photos = unsent(session, form.photo_ids)
    form.photo_ids = [photo.id for photo in form.photos]
    if len(form.photos) < len(wanted):
        form.errors["photos"] = translate(GONE, lang)
