"""The form's buttons of the place search, for whoever has no script: look for it, take one of what was found."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.queries.surroundings import surroundings
from app.routing.geometry import on_the_globe
from app.services.finding_places import find_places
from app.services.proposing import address_at
from app.web.place_search import in_words, taken

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.datastructures import FormData

    from app.web.place_search import Answer
    from app.web.report_form import ReportForm
    from app.web.state import AppState

_CHOSEN = re.compile(r"(place|around):(-?[0-9.]{1,20}),(-?[0-9.]{1,20}):(.*)", re.DOTALL)
LONGEST_LABEL = 200


def is_unfinished(posted: FormData) -> bool:
    """Something was typed into the search, and nothing says where it is: Enter sends the form where no script is.

    A report that was written without a network comes later, when nobody is there to choose.
    """
    typed = {name: str(posted.get(name, "")).strip() for name in ("where", "lat", "lon", "address", "written_at")}
    return bool(typed.pop("where")) and not any(typed.values())


def look_for_place(
    session: Session, state: AppState, form: ReportForm, posted: FormData, *, lang: str
) -> Answer | None:
    """What was typed, looked for in other people's registers too; None where one of what was found was chosen.

    They may take two seconds, in which the session holds no connection: ask before it has written anything.
    """
    if _chosen(posted) is not None:
        return None
    session.rollback()  # Who is signed in may have been looked up.
    rules = state.rules_file.current
    found = find_places(state.session_factory, state.registers, rules, form.where)
    still = (form.address.strip() or f"{form.lat}, {form.lon}") if form.lat.strip() and form.lon.strip() else ""
    return in_words(found, rules, lang, plain=True, still=still)


def find_place(
    session: Session,
    state: AppState,  # noqa: ARG001  (all steps are called alike)
    form: ReportForm,
    posted: FormData,
    *,
    lang: str,
    at: datetime,  # noqa: ARG001
    places: Answer | None = None,
) -> dict[str, Any]:
    """`place` takes the place when `look_for_place` found only one; `place:LAT,LON:LABEL` takes that one,
    and `around:LAT,LON:LABEL` a street or a part of town, whose nearest address says nothing about the fault.

    Gives the page `places` (what was found, in words) and `nearest` (the address nearest to the place).
    """
    chosen = _chosen(posted)
    if chosen is not None:
        return _take(session, form, (chosen[2], chosen[3]), chosen[4], lang=lang, vague=chosen[1] == "around")
    only = places.only if places is not None else None
    if only is None:
        return {"places": places}
    return _take(
        session, form, (repr(only.lat), repr(only.lon)), only.label, lang=lang, address=only.address, vague=only.vague
    )


def _chosen(posted: FormData) -> re.Match[str] | None:
    return _CHOSEN.fullmatch(str(posted.get("do", "")))


def _take(
    session: Session,
    form: ReportForm,
    position: tuple[str, str],
    label: str,
    *,
    lang: str,
    vague: bool,
    address: str = "",
) -> dict[str, Any]:
    try:
        place = (float(position[0]), float(position[1]))
    except ValueError:
        return {}
    if not on_the_globe(*place):
        return {}
    form.lat, form.lon = position
    form.where = label[:LONGEST_LABEL]
    form.pin, form.not_lamp = "", ""
    if vague:
        return {"places": taken(form.where, lang, vague=True), "nearest": None}
    nearest = address_at(surroundings(session, lat=place[0], lon=place[1]))
    if not form.address.strip():
        form.address = address or nearest or ""
    return {"places": taken(form.where, lang), "nearest": nearest}
