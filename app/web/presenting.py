"""Reports as the API shows them. Plain dictionaries for orjson: schemas.py describes the same shapes to programs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from app.models import Report, Update
from app.queries.figures import Figure
from app.queries.public import ListedReport, history
from app.routing import Category, Question, Rules, pick
from app.routing.limited import Limited


def listed(report: ListedReport, *, base_url: str) -> dict[str, Any]:
    """schemas.PublicReport of a row of the list."""
    return {
        "reference": report.shown_reference,
        "category": report.category_code,
        "status": report.status,
        "lat": report.lat,
        "lon": report.lon,
        "created_at": report.created_at,
        "changed_at": report.changed_at,
        "due_at": report.due_at,
        "closed_at": report.closed_at,
        "planned_for": report.planned_for,
        "support_count": report.support_count,
        "address": report.address,
        "description": report.description,
        "photos": [photo(photo_id, base_url=base_url) for photo_id in report.photo_ids],
        "url": f"{base_url}/reports/{report.shown_reference}",
    }


def with_history(report: Report, *, duplicate_of: str | None, base_url: str) -> dict[str, Any]:
    """schemas.PublicReportWithHistory; expects photos and updates with their notes to be loaded."""
    row = ListedReport(
        id=report.id, reference=report.reference, category_code=report.category_code, status=report.status,
        lat=report.lat, lon=report.lon, created_at=report.created_at, changed_at=report.changed_at,
        due_at=report.due_at, closed_at=report.closed_at, planned_for=report.planned_for,
        support_count=report.support_count,
        address=report.public_address if report.text_public else None,
        description=report.public_words,
        photo_ids=tuple(photo.id for photo in report.photos if photo.public),
    )  # fmt: skip
    updates = [_update(update) for update in history(report)]
    return listed(row, base_url=base_url) | {"duplicate_of": duplicate_of, "updates": updates}


def photo(photo_id: uuid.UUID, *, base_url: str) -> dict[str, str]:
    """schemas.PublicPhoto."""
    return {
        "url": f"{base_url}/photos/{photo_id}.jpg",
        "thumbnail_url": f"{base_url}/photos/{photo_id}-thumbnail.jpg",
    }


def categories(rules: Rules, lang: str, figures: Mapping[str, Figure]) -> dict[str, Any]:
    """category_schemas.Categories in a language."""
    return {
        "language": lang,
        "groups": [{"code": group.code, "name": group.name(lang)} for group in rules.groups.values()],
        "categories": [_category(category, lang, figures.get(category.code)) for category in rules.categories.values()],
        "notices": [_limited(notice, lang) | {"level": notice.level, "url": notice.url} for notice in rules.notices],
    }


def _update(update: Update) -> dict[str, Any]:
    words = update.note.body if update.note is not None and update.note.public else None
    return {
        "at": update.at,
        "kind": update.kind,
        "status": update.to_status,
        "unit": update.unit_code,
        "words": words,
    }


def _category(category: Category, lang: str, figure: Figure | None) -> dict[str, Any]:
    stopper = category.phone_instead
    return {
        "code": category.code,
        "name": category.name(lang),
        "group": category.group,
        "help": category.help_text(lang),
        "notice": category.notice_text(lang),
        "notices": [
            _limited(notice, lang) | {"level": notice.level, "answers": notice.answers} for notice in category.notices
        ],
        "stoppers": [
            _limited(stopper, lang) | {"number": stopper.number, "answers": stopper.answers}
            for stopper in category.stoppers
        ],
        "synonyms": list(category.synonyms.get(lang, ())),
        "days_to_due": category.days_to_due,
        "lately": {"closed": figure.closed, "days": figure.days, "in_time": figure.in_time} if figure else None,
        "private": category.private,
        "phone_instead": {"number": stopper.number, "text": stopper.text(lang)} if stopper else None,
        "questions": [_question(question, lang) for question in category.questions],
    }


def _limited(limited: Limited, lang: str) -> dict[str, Any]:
    """category_schemas.LimitedOut."""
    dates, hours = limited.dates, limited.hours
    return {
        "text": limited.text(lang),
        "area": limited.area,
        "dates": {"from": dates.first, "to": dates.last} if dates else None,
        "hours": {"from": hours.start, "to": hours.end} if hours else None,
    }


def _question(question: Question, lang: str) -> dict[str, Any]:
    return {
        "code": question.code,
        "name": question.name(lang),
        "help": pick(question.help, lang) if question.help else None,
        "kind": question.kind,
        "required": question.required,
        "options": [{"code": option.code, "name": option.name(lang)} for option in question.options],
    }
