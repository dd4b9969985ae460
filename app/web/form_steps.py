"""Buttons of the report form that do something else than send it: they work without script and keep what was typed.

A button says `name="do" value="place"`. A step changes the form and gives what the page shows besides, or a response.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from fastapi import Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.web.enter_step import look_again
from app.web.kind_step import find_kinds
from app.web.lamp_step import refuse_lamp, take_lamp
from app.web.languages import keep_typed
from app.web.photo_step import use_photo_place
from app.web.place_step import find_place, is_unfinished, look_for_place
from app.web.report_form import ReportForm
from app.web.state import AppState
from app.web.support_step import go_on, say_mine_too
from app.web.swap_step import put_right


class Step(Protocol):
    """Changes `form`; gives keyword arguments for the page, or a response instead of it."""

    def __call__(
        self, session: Session, state: AppState, form: ReportForm, posted: FormData, *, lang: str, at: datetime
    ) -> dict[str, Any] | Response: ...


STEPS: dict[str, Step] = {
    "enter": look_again,
    "kind": find_kinds,
    "photo": use_photo_place,
    "place": find_place,
    "around": find_place,
    "lamp": take_lamp,
    "not-lamp": refuse_lamp,
    "support": say_mine_too,
    "own": go_on,
    "language": keep_typed,
    "swap": put_right,
}


def asked_for(posted: FormData) -> Callable[..., dict[str, Any] | Response] | None:
    """The step whose button was pressed; None for sending."""
    if posted.get("do", "enter") == "enter" and is_unfinished(posted):
        return find_place
    return STEPS.get(str(posted.get("do", "")).partition(":")[0])


def ready(
    step: Callable[..., dict[str, Any] | Response],
    session: Session,
    state: AppState,
    form: ReportForm,
    posted: FormData,
    *,
    lang: str,
) -> Callable[..., dict[str, Any] | Response]:
    """The step with what other people's registers told for it: they are asked before the session writes anything."""
    if step is not find_place:
        return step
    return partial(find_place, places=look_for_place(session, state, form, posted, lang=lang))
