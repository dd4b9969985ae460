"""Latitude and longitude in each other's fields: the page asks whether that was meant, and one button puts it right."""

from __future__ import annotations

from typing import Any

from app.routing import Rules, in_service_area
from app.web.report_form import ReportForm


def meant(rules: Rules, form: ReportForm) -> tuple[float, float] | None:
    """(lat, lon) in degrees as they were probably meant; None where they are right, or wrong in another way."""
    point = form.point()
    if point is None or in_service_area(rules, *point) or not in_service_area(rules, point[1], point[0]):
        return None
    return point[1], point[0]


def shown(degrees: float, lang: str) -> str:
    """As people of this language write it."""
    text = f"{degrees:.5f}".rstrip("0").rstrip(".")
    return text if lang == "en" else text.replace(".", ",")


def put_right(session: object, state: object, form: ReportForm, posted: object, **_known: object) -> dict[str, Any]:  # noqa: ARG001  (all steps are called alike)
    """The step of the button."""
    point = form.point()
    if point is not None:
        form.lat, form.lon = f"{point[1]:.6f}", f"{point[0]:.6f}"
    return {}
