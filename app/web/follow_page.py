"""The reporter's own page: what it shows, also after something that was sent from it was refused."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from typing import Any

from fastapi import Response

from app.errors import DomainError, Invalid
from app.models import Photo, ReportStatus
from app.models.links import photo_key, public_path
from app.queries import following as queries
from app.queries.photos import crew_photos, unsent
from app.queries.public import history
from app.routing import Unit
from app.services import correcting, following
from app.services.drafts import MAX_PHOTOS
from app.text import say
from app.web import rating_question
from app.web.errors import STATUS_OF
from app.web.form_photos import thumbnail_of
from app.web.history import for_holder, last_question, of_first
from app.web.next_steps import next_steps
from app.web.notices_here import Promise, promise_of
from app.web.passing import passing_report
from app.web.templating import render
from app.web.visit import Visit


def show_page(
    visit: Visit,
    *,
    new: bool = False,
    refused: DomainError | None = None,
    noun: str = "",
    words: str = "",
    photo_ids: Sequence[uuid.UUID] = (),
) -> Response:
    """The page; with what was `refused`, in which form (`noun`), and what was typed there."""
    status = STATUS_OF.get(type(refused), 422) if refused is not None else 200
    report, state = visit.report, visit.state
    base_url = state.settings.public_url or str(visit.request.base_url)
    kept = queries.kept_report(visit.session, report)
    first = queries.as_first(kept)
    shown = {
        "report": report,
        "path": visit.path,
        "address": f"{base_url.rstrip('/')}{visit.path}",
        "category": visit.rules.categories.get(report.category_code),
        "next": next_steps(report, visit.rules, visit.reader, history=history(report), first=first),
        "comes": passing_report(visit.session, report, at=visit.at, rules=visit.rules, lang=visit.lang),
        "lines": for_holder(report, visit.rules, lang=visit.lang),
        "first": first,
        "lines_of_first": of_first(kept, visit.rules, lang=visit.lang) if kept is not None else [],
        "question": last_question(report),
        "public_path": _public_path(visit),
        "crew_photos": crew_photos(visit.session, report),
        "photo_src": lambda photo, size="": _photo_src(visit, photo, size),
        "refused": sentence(refused, visit.lang),
        "noun": noun,
        "words": words,
        "key": secrets.token_urlsafe(12),
        "kept_photos": unsent(visit.session, photo_ids),
        "thumbnail": lambda photo: thumbnail_of(photo, secret=state.secret),
        "max_photos": MAX_PHOTOS,
        "photo_max_bytes": state.settings.photo_max_bytes,
    }
    receipt = _receipt(visit) if new else {"new": False}
    return render(
        visit.request,
        "follow/page.html",
        status_code=status,
        **shown,
        **_can(visit, first),
        **_question(visit),
        **receipt,
    )


def sentence(refused: DomainError | None, lang: str) -> str:
    """What was wrong, in words."""
    if isinstance(refused, Invalid) and refused.fields:
        return say(Invalid(next(iter(refused.fields.values()))), lang)
    return say(refused, lang) if refused is not None else ""


def _can(visit: Visit, first: queries.First | None) -> dict[str, Any]:
    report, days = visit.report, visit.state.settings.reopen_days
    closed = first if first is not None and first.closed_at is not None else report
    can_reopen = following.can_say_still_broken(closed, at=visit.at, days=days)
    return {
        "can_withdraw": following.can_withdraw(report),
        "can_reopen": can_reopen,
        "stage": closed.status,
        "can_tell": following.can_tell_more(visit.session, report),
        "can_correct": correcting.can_correct(report),
        # Closed for too long: only a new report brings anybody there.
        "too_late": not report.is_open and not can_reopen,
        "has_words": bool(report.description or any(not photo.by_crew for photo in report.photos)),
    }


def _question(visit: Visit) -> dict[str, Any]:
    return rating_question.question(visit.report, secret=visit.state.secret)


def _receipt(visit: Visit) -> dict[str, Any]:
    report, rules = visit.report, visit.rules
    unit = rules.units.get(report.unit_code or report.proposed_unit_code or "")
    return {
        "new": True,
        "likely": unit,
        "promise": _promise(visit, unit),
    }


def _promise(visit: Visit, unit: Unit | None) -> Promise | None:
    category = visit.rules.categories.get(visit.report.category_code)
    return promise_of(visit.session, category, unit) if category is not None else None


def _public_path(visit: Visit) -> str:
    report = visit.report
    shown = not report.private and report.hidden_at is None and report.status != ReportStatus.WITHDRAWN
    return public_path(report) if shown and report.is_placed else ""


def _photo_src(visit: Visit, photo: Photo, size: str) -> str:
    if photo.report_id != visit.report.id:
        return f"/photos/{photo.id}{size}.jpg"  # Of another report at the crew's stop, for everybody to see.
    key = photo_key(photo.id, nonce=visit.report.nonce, secret=visit.state.secret)
    return f"/photos/{photo.id}{size}.jpg?key={key}"
