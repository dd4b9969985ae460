"""The report form of somebody at the desk, who fills it in for another: the steps that its buttons ask for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.errors import N_
from app.languages import LANGUAGES
from app.queries.callers import caller
from app.routing import find_categories
from app.web.here import look_around
from app.web.kind_step import MOST_FOUND, KindsFound
from app.web.place_step import find_place, look_for_place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.models import Staff
    from app.routing import Rules
    from app.web.report_form import ReportForm
    from app.web.state import AppState

CHANNELS = {"phone": N_("Phone"), "counter": N_("At the counter"), "email": N_("E-mail")}
STEPS = ("place", "around", "kind", "caller")


@dataclass
class Taking:
    """What the desk's form says beside the report itself, and what its page shows besides.

    `mail` is the number of the mail that the report is made of, where it is one.
    """

    channel: str = "phone"
    language: str = "nb"
    mail: str = ""
    notice: str = ""
    shown: dict[str, Any] = field(default_factory=dict)


def taking(posted: Mapping[str, object], rules: Rules) -> Taking:
    """What was chosen; anything unknown is the usual."""
    number = posted.get("mail")
    return Taking(
        channel=_one_of(CHANNELS, posted.get("channel"), "phone"),
        language=_one_of(LANGUAGES, posted.get("language"), rules.default_language),
        mail=number if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) < 18 else "",
    )


def step_of(posted: Mapping[str, object]) -> tuple[str, str]:
    """The button that was pressed and what it says: "kind:pothole" is ("kind", "pothole")."""
    name, _, said = str(posted.get("do", "")).partition(":")
    return name, said


def do_step(
    session: Session,
    state: AppState,
    form: ReportForm,
    posted: Mapping[str, object],
    *,
    staff: Staff,
    lang: str,
    at: datetime,
) -> dict[str, Any]:
    """Look for the place, the kind or the caller; gives what the page shows of it."""
    name, said = step_of(posted)
    rules = state.rules_file.current
    if name == "kind":
        return choose_kind(rules, form, said, lang=lang)
    if name == "caller":
        return {"earlier": caller(session, staff, phone=form.phone, email=form.email), "asked_earlier": True}
    places = look_for_place(session, state, form, posted, lang=lang)  # type: ignore[arg-type]
    return find_place(session, state, form, posted, lang=lang, at=at, places=places)  # type: ignore[arg-type]


def choose_kind(rules: Rules, form: ReportForm, code: str, *, lang: str) -> dict[str, Any]:
    """The kind of a button, else the best that the words mean; the others are there to choose."""
    found = KindsFound(form.kind.strip(), find_categories(rules, form.kind, lang)[:MOST_FOUND])
    if code in rules.categories:
        form.category = form.asked = code
    elif found.kinds:
        form.category = form.asked = found.kinds[0].code
    return {"kinds_found": found}


def around(session: Session, state: AppState, form: ReportForm, *, at: datetime) -> dict[str, Any]:
    """What the page says about the place: notices, who has it, and what is reported there already."""
    return {"here": look_around(session, state.rules_file.current, form, at=at)}


def _one_of(known: Iterable[str], given: object, otherwise: str) -> str:
    return given if isinstance(given, str) and given in set(known) else otherwise
