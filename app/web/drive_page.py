"""A round in the cab, the same page for crews and for who holds a link: with script, and by plain forms."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.errors import N_
from app.models import EntryKind, EntryResult, RouteList, StopOutcome
from app.planning.navigation import navigate_to
from app.queries import field as queries
from app.services import field, field_photos
from app.services.driving import Driver
from app.services.fault_words import reason_in_words
from app.services.field_entries import MAX_KEY, MAX_PHOTOS, MAX_WORDS, SENTENCES, Entry, EntryAnswer
from app.services.round_reading import RoundReader
from app.web.state import AppState, state_of
from app.web.templating import redirect, render
from app.web.uploads import files_of, read_file

SAID = {
    StopOutcome.DONE: N_("Stop %(number)s is done."),
    StopOutcome.NOT_FOUND: N_("Stop %(number)s goes back to the unit."),
    StopOutcome.NEEDS_LIFT: N_("Stop %(number)s goes back to the unit: it needs a lift."),
    StopOutcome.NEEDS_CABLE: N_("Stop %(number)s goes back to the unit: it needs the cable crew."),
}
UNDONE = N_("Stop %(number)s is open again.")
OVER = N_("The round is over. Thank you!")
_MOST_MINUTES = 24 * 60
_MOST_PIECES = 999.0


def drive_view(request: Request, session: Session, driver: Driver, route_list: RouteList, base: str) -> Response:
    """The page at `base`/drive; with ?kept=1 as a phone keeps it: the same for each round, without token or place."""
    kept = request.query_params.get("kept") == "1"
    request.state.shell = kept
    state = state_of(request)
    given: dict[str, Any] = {} if kept else _plain_part(session, route_list, state)
    return render(
        request,
        "crew/drive.html",
        base=base,
        kept=kept,
        route_list=route_list,
        driver_key=driver_key(driver),
        photo_base="/photos" if driver.staff else f"{base}/photos",
        by_link=driver.link is not None,
        link_id=driver.link_id,
        reader=RoundReader(outside=driver.link is not None),
        tile_cache=state.settings.tile_cache,
        why=reason_in_words,
        **given,
    )


def driver_key(driver: Driver) -> str:
    """What a tablet knows the driver by, so that it keeps one's round from the next."""
    return f"staff-{driver.staff_id}" if driver.staff else f"link-{driver.link_id}"


def _plain_part(session: Session, route_list: RouteList, state: AppState) -> dict[str, Any]:
    whole = queries.whole_list(session, route_list.id)
    left = [stop for stop in whole.stops if stop.completed_at is None]
    return {
        "left": left,
        "next_stop": left[0] if left else None,
        "keys": {stop.id: secrets.token_urlsafe(12) for stop in whole.stops},
        "end_key": secrets.token_urlsafe(12),
        "links": {stop.id: navigate_to(lat=stop.lat, lon=stop.lon, label=f"{stop.sort_order}") for stop in whole.stops},
        "usual": {stop.id: _usual(stop.entries, state) for stop in left},
    }


def _usual(entries: Any, state: AppState) -> dict[str, float]:
    needs = state.rules_file.current.rounds.needs
    usual: dict[str, float] = {}
    for code in {entry.report.category_code for entry in entries}:
        for material, pieces in needs(code).items():
            usual[material] = max(usual.get(material, 0), float(pieces))
    return usual


def tick_plainly(
    request: Request, form: FormData, session: Session, driver: Driver, route_list: RouteList, *, stop_id: int,
    base: str, at: datetime,
) -> Response:  # fmt: skip
    """One stop ticked off by its form: outcome, words, show, minutes, material_CODE, photo, photo_before."""
    key, outcome = _key(form), _outcome(form)
    if outcome is None:
        return redirect(request, f"{base}/drive#next", flash=("warning", SENTENCES["unreadable"]))
    photos = _Photos(request, form, session, driver, route_list, at)
    entry = Entry(
        key=key,
        kind=EntryKind.OUTCOME,
        happened_at=at,
        stop_id=stop_id,
        outcome=outcome,
        words=str(form.get("words") or "").replace("\x00", "")[:MAX_WORDS],
        show=form.get("show") == "yes",
        minutes=_minutes(form),
        materials=_materials(request, form) if outcome is StopOutcome.DONE else {},
        photo_keys=photos.take("photo", key),
        photos_before=photos.take("photo_before", f"{key}-before"),
    )
    return _told(request, session, driver, route_list, entry, base=base, said=SAID[outcome])


def undo_plainly(
    request: Request, form: FormData, session: Session, driver: Driver, route_list: RouteList, *, stop_id: int,
    base: str, at: datetime,
) -> Response:  # fmt: skip
    """A tick taken back."""
    entry = Entry(key=_key(form), kind=EntryKind.UNDO, happened_at=at, stop_id=stop_id)
    return _told(request, session, driver, route_list, entry, base=base, said=UNDONE)


def end_plainly(
    request: Request,
    form: FormData,
    session: Session,
    driver: Driver,
    route_list: RouteList,
    *,
    base: str,
    at: datetime,
) -> Response:
    """The end of the round, with the kilometres driven where they are known."""
    kilometres = _number(form.get("km"), most=2000.0)
    metres = round(kilometres * 1000, 1) if kilometres else None
    entry = Entry(key=_key(form), kind=EntryKind.END, happened_at=at, metres=metres)
    return _told(request, session, driver, route_list, entry, base=base, said=OVER)


def _told(
    request: Request, session: Session, driver: Driver, route_list: RouteList, entry: Entry, *, base: str, said: str
) -> Response:
    state = state_of(request)
    (answer,) = field.apply(
        session, driver, route_list, [entry], rules=state.rules_file.current, at=entry.happened_at,
        undo_seconds=state.settings.undo_seconds,
    )  # fmt: skip
    return redirect(
        request, f"{base}/drive#next", flash=_flash(answer, said), number=_number_of(session, entry.stop_id)
    )


def _flash(answer: EntryAnswer, said: str) -> tuple[str, str]:
    if answer.sentence:
        return ("success" if answer.result is EntryResult.APPLIED else "warning"), answer.sentence
    return "success", said


def _number_of(session: Session, stop_id: int | None) -> int | str:
    return queries.number_of(session, stop_id) or ""


@dataclass(frozen=True)
class _Photos:
    """The photos of a plain form."""

    request: Request
    form: FormData
    session: Session
    driver: Driver
    route_list: RouteList
    at: datetime

    def take(self, name: str, key: str) -> tuple[str, ...]:
        """Keep those of one field; gives their keys."""
        state = state_of(self.request)
        most = state.settings.photo_max_bytes
        keys = []
        for place, file in enumerate(files_of(self.form, name)[:MAX_PHOTOS]):
            keys.append(f"{key}-{place}")
            field_photos.take_photo(
                self.session, state.photos, self.route_list, read_file(file, most=most), key=keys[-1], at=self.at,
                link_id=self.driver.link_id, most_bytes=most,
            )  # fmt: skip
        return tuple(keys)


def _key(form: FormData) -> str:
    """The form's key, a new one where there is none; one that cannot be kept becomes one that can, always the same."""
    key = str(form.get("key") or secrets.token_urlsafe(12))
    fits = key.isprintable() and len(key) <= MAX_KEY - len("-before-99")
    return key if fits else hashlib.sha256(key.encode(errors="replace")).hexdigest()


def _outcome(form: FormData) -> StopOutcome | None:
    """What was tapped; None for what no button of the page says."""
    given = form.get("outcome")
    return next((outcome for outcome in StopOutcome if outcome.value == given), None)


def _minutes(form: FormData) -> int | None:
    minutes = _number(form.get("minutes"), most=float(_MOST_MINUTES))
    return round(minutes) if minutes is not None else None


def _materials(request: Request, form: FormData) -> dict[str, float]:
    known = state_of(request).rules_file.current.materials
    given = {code: _number(form.get(f"material_{code}"), most=_MOST_PIECES) for code in known}
    return {code: pieces for code, pieces in given.items() if pieces}


def _number(given: object, *, most: float) -> float | None:
    """What was typed, a comma taken for a point; nothing where it is no number that can be."""
    try:
        number = float(str(given or "").replace(",", ".").strip())
    except ValueError:
        return None
    return number if 0 <= number <= most else None
