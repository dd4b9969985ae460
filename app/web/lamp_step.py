"""Buttons about lamps in the report form: this one, or not this one. They work without script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.queries.assets import asset_by_id
from app.services.reporting import ASSET_NUMBER

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.datastructures import FormData

    from app.queries.surroundings import NearAsset
    from app.web.report_form import ReportForm
    from app.web.state import AppState


def take_lamp(
    session: Session, state: AppState, form: ReportForm, posted: FormData, **_known: object
) -> dict[str, Any]:
    """`lamp:ID`: the place is that lamp's, and its number the answer to the question about it."""
    asset = _named(session, posted)
    if asset is None:
        return {}
    form.pin, form.not_lamp = "", ""
    form.lat, form.lon = str(asset.lat), str(asset.lon)
    category = form.category_in(state.rules_file.current)
    if category is not None and category.question(ASSET_NUMBER) is not None:
        form.answers[ASSET_NUMBER] = [asset.number] if asset.number else []
    return {}


def refuse_lamp(
    session: Session,  # noqa: ARG001  (all steps are called alike)
    state: AppState,  # noqa: ARG001  (all steps are called alike)
    form: ReportForm,
    posted: FormData,
    **_known: object,
) -> dict[str, Any]:
    """`not-lamp:ID`: the report is not about it, and the pin goes back to where it was."""
    form.not_lamp = str(posted.get("do", "")).partition(":")[2][:20]
    before = form.place_before()
    if before is not None:
        form.lat, form.lon = str(before[0]), str(before[1])
    form.pin = ""
    return {}


def _named(session: Session, posted: FormData) -> NearAsset | None:
    number = str(posted.get("do", "")).partition(":")[2]
    return asset_by_id(session, int(number)) if number.isascii() and number.isdigit() and len(number) < 18 else None
