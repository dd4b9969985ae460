"""The report form as a page: empty, filled in by a link, or once more with everything that was typed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.models.links import photo_key
from app.queries.common import common_categories
from app.routing import in_service_area
from app.services.coordinates import is_no_place
from app.services.drafts import MAX_PHOTOS
from app.services.proposing import address_at
from app.web import form_guard, form_photos, report_answer, swap_step
from app.web.deps import get_language
from app.web.form_errors import in_page_order
from app.web.here import look_around
from app.web.kind_step import kinds_for
from app.web.report_form import ReportForm
from app.web.state import AppState
from app.web.templating import render


def show_page(
    request: Request,
    session: Session,
    form: ReportForm,
    *,
    notice: str = "",
    status_code: int = 200,
    headers: Mapping[str, str] = MappingProxyType({}),
    **found: Any,
) -> Response:
    """The form with what a step `found`; photos that somebody else used, or that are too old, are no longer in it.

    To a script that asked for JSON: what is wrong, instead of a page.
    """
    form.errors = in_page_order(form.errors)
    if report_answer.wants_json(request):
        return report_answer.refused(request, form, notice=notice, status_code=status_code, headers=headers)
    state: AppState = request.app.state.gatami
    form_photos.show_kept(session, form, lang=get_language(request))
    form.made = form_guard.keep_stamp(form.made, at=state.clock(), secret=state.secret)
    shown = {"template": "front/form.html", "places": None, "similar_first": False} | found
    page = render(
        request,
        shown.pop("template"),
        status_code=status_code,
        request_path="/",
        form=form,
        notice=notice,
        **(_around(request, session, form, state) | shown),
    )
    page.headers.update({"Cache-Control": "no-store", **headers})
    return page


def _around(request: Request, session: Session, form: ReportForm, state: AppState) -> dict[str, Any]:
    """What the form is filled with beside what was typed."""
    rules, point = state.rules_file.current, form.point()
    common = common_categories(session, rules)
    here = look_around(session, rules, form, at=state.clock())
    return {
        "common": common,
        "common_codes": {category.code for category in common},
        "category": form.category_in(rules),
        "kinds_found": kinds_for(rules, form, lang=get_language(request)),
        "outside": point is not None and not is_no_place(*point) and not in_service_area(rules, *point),
        "swapped": swap_step.meant(rules, form),
        "degrees": swap_step.shown,
        "here": here,
        "nearest": address_at(here.around) if point is not None else None,
        "questions_are_new": form.has_unseen_questions(rules),
        "max_photos": MAX_PHOTOS,
        "photo_max_bytes": state.settings.photo_max_bytes,
        "thumbnail": lambda photo: f"/photos/{photo.id}-thumbnail.jpg?key={photo_key(photo.id, secret=state.secret)}",
    }
