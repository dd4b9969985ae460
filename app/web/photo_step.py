"""The form's buttons about a photo's place, for whoever has no script: look for it, say yes, say no."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.errors import N_
from app.storage import where_taken
from app.text import translate
from app.web.photo_place import PhotoPlace, photo_place
from app.web.report_form import ReportForm
from app.web.state import AppState
from app.web.uploads import files_of, read_file

NO_PLACE = N_("The photo does not say where it was taken. It is kept. Show the place, or write the address.")
CHOOSE_FIRST = N_("Choose a photo first. Those that are here already no longer hold their place: we removed it.")
IS_SET = N_("The place of the photo is now the place of your report.")


def use_photo_place(
    session: Session, state: AppState, form: ReportForm, posted: FormData, *, lang: str, at: datetime
) -> dict[str, Any]:
    """Propose the place of the first photo that tells one; on yes fill it in, on no forget it."""
    answer = str(posted.get("do", "")).partition(":")[2]
    if answer:
        return {"photo_says": _answered(form, yes=answer == "yes", lang=lang)}
    files = files_of(posted, "photo_files")
    if not files:
        return {"photo_says": translate(CHOOSE_FIRST, lang)}
    found = _first_place(session, state, posted, lang=lang, at=at)
    if found is None:
        return {"photo_says": translate(NO_PLACE, lang)}
    form.proposed = f"{found.lat}, {found.lon}" if found.inside else ""
    return {"photo_place": found}


def _answered(form: ReportForm, *, yes: bool, lang: str) -> str:
    proposed, form.proposed = form.proposed, ""
    lat, _, lon = proposed.partition(",")
    if not yes or not lon:
        return ""
    form.lat, form.lon = lat.strip(), lon.strip()
    return translate(IS_SET, lang)


def _first_place(session: Session, state: AppState, posted: FormData, *, lang: str, at: datetime) -> PhotoPlace | None:
    """Of the originals as they were sent: what is kept of them holds no place."""
    most = state.settings.photo_max_bytes
    for file in files_of(posted, "photo_files"):
        if (file.size or 0) > most:
            continue
        file.file.seek(0)
        taken = where_taken(read_file(file, most=most))
        if taken is not None:
            return photo_place(session, state.rules_file.current, taken, at=at, lang=lang)
    return None
