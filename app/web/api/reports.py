"""Sending and reading reports."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import selectinload

from app.db import transaction
from app.errors import TooMany
from app.models import Report, ReportStatus, Update
from app.models.links import follow_path, public_path
from app.models.reference import show_reference
from app.queries.public import Position, first_of, list_public
from app.queries.visible import public_report
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.reporting import submit_report, was_sent
from app.web import examples, presenting
from app.web.bodies import require_json
from app.web.cursors import make_cursor, read_cursor
from app.web.deps import RulesDep, SessionDep, StateDep
from app.web.filters import FilterReader, fingerprint, read_filter
from app.web.limiting import check_sender
from app.web.openapi import answers
from app.web.schemas import PublicReportWithHistory, ReportIn, ReportPage, ReportReceipt
from app.web.state import AppState

router = APIRouter(prefix="/api/reports", tags=["Reports"])

IdempotencyKey = Annotated[
    str | None,
    Header(
        description="Up to 255 characters. Sent again within 24 hours with the same body, it gets the first answer "
        "again and makes no second report.",
        examples=["0f1d5c1e-6c1b-4b7e-9a55-8a1f3c2f0c11"],
    ),
]


class ReportQuery(BaseModel):
    """The filters of the list; all of them must hold."""

    model_config = ConfigDict(extra="forbid")

    category: str = Field("", max_length=2000, description="Category codes, separated by commas.")
    status: str = Field("", max_length=200, description="Statuses, separated by commas; also `open` and `closed`.")
    bbox: str = Field("", max_length=200, description="west,south,east,north in degrees WGS84.")
    since: str = Field("", max_length=40, description="Created then or later: a date, or a time with its offset.")
    until: str = Field("", max_length=40, description="Created before: a date, or a time with its offset.")
    group: str = Field("", max_length=40, description="Code of a group of categories.")
    area: str = Field("", max_length=40, description="Code of a part of the municipality.")
    near: str = Field("", max_length=80, description="latitude,longitude in degrees WGS84: the middle of a circle.")
    radius: str = Field("", max_length=10, description="Metres around `near`, 10 to 20000; 500 if left out.")
    photo: str = Field("", max_length=1, description="1: only reports with a photo that everybody may see.")
    text: str = Field(
        "",
        max_length=100,
        description="Words that must all stand in what was let through, in the register's nearest address or in the "
        "category's name. A page may then hold fewer than `limit`; follow `next_cursor` all the same.",
    )
    sort: str = Field("", max_length=10, description="`newest` or `changed`: the latest changed first.")
    limit: int = Field(50, ge=1, le=200, description="How many reports at most.")
    cursor: str = Field("", max_length=100, description="`next_cursor` of the page before, with the same filters.")


@router.post(
    "", status_code=201, summary="Send a report", response_model=ReportReceipt,
    dependencies=[Depends(require_json)],
    responses=answers(201, examples.RECEIPT, "Received and stored", 400, 409, 413, 415, 422, 429),
    openapi_extra={"requestBody": {"content": {"application/json": {"examples": examples.NEW_REPORTS}}}},
)  # fmt: skip
def send_report(
    request: Request,
    report: ReportIn,
    state: StateDep,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """201 means that the report is on disk. A report outside the service area is refused with the words for it."""
    # The state's own rules, clock and transaction: each dependency more would cost the busiest endpoint a tenth of a
    # millisecond, and the session's, which ends in a thread of its own, far more.
    rules, now = state.rules_file.current, state.clock()
    _count(request, report, state, idempotency_key)
    with transaction(state.session_factory) as session:
        stored = submit_report(session, _draft(report), rules=rules, at=now, idempotency_key=idempotency_key)
        receipt = _receipt(stored, report, state)
    headers = {"Location": f"/api/reports/{stored.shown_reference}", "Cache-Control": "no-store"}
    return Response(orjson.dumps(receipt, option=orjson.OPT_UTC_Z), 201, headers, "application/json")


@router.get(
    "", summary="List reports", response_model=ReportPage,
    responses=answers(200, examples.PAGE, "Reports, newest first", 400, 422),
)  # fmt: skip
def list_reports(
    query: Annotated[ReportQuery, Query()], session: SessionDep, rules: RulesDep, state: StateDep
) -> Response:
    """Newest first. Follow `next_cursor` (or the Link header) to the end: no report comes twice or is left out."""
    reader = FilterReader(query.model_dump(exclude={"limit", "cursor"}))
    wanted = read_filter(reader, rules)
    reader.check()
    before = _position(query.cursor, fingerprint(wanted), state.secret)
    page = list_public(session, wanted, limit=query.limit, before=before)
    cursor = make_cursor(page.older, filters=fingerprint(wanted), secret=state.secret) if page.older else None
    base_url = state.settings.base_url
    body = {
        "reports": [presenting.listed(row, base_url=base_url) for row in page.reports],
        "next_cursor": cursor,
    }
    given = query.model_dump(exclude_defaults=True) | {"cursor": cursor}
    headers = {"Link": f'<{base_url}/api/reports?{urlencode(given)}>; rel="next"'} if cursor else {}
    return Response(orjson.dumps(body, option=orjson.OPT_UTC_Z), 200, headers, "application/json")


@router.get(
    "/{reference}", summary="Read a report", response_model=PublicReportWithHistory,
    responses=answers(200, examples.REPORT, "The report", 404, 410),
)  # fmt: skip
def read_report(reference: str, session: SessionDep, state: StateDep) -> Response:
    """A public report with its history. The reference may be written with or without hyphens."""
    report = public_report(
        session,
        reference,
        selectinload(Report.photos),
        selectinload(Report.updates).selectinload(Update.note),
    )
    first, base_url = first_of(session, report), state.settings.base_url
    body = presenting.with_history(report, duplicate_of=first and show_reference(first), base_url=base_url)
    return Response(orjson.dumps(body, option=orjson.OPT_UTC_Z), 200, None, "application/json")


def _count(request: Request, report: ReportIn, state: AppState, key: str | None) -> None:
    """Count the sender's reports; one that was stored already gets its answer again, whatever else was sent since."""
    try:
        check_sender(request, "report", email=report.reporter.email)
    except TooMany:
        with transaction(state.session_factory) as session:
            if not (key and was_sent(session, key)):
                raise


def _draft(report: ReportIn) -> ReportDraft:
    given = report.reporter
    return ReportDraft(
        category=report.category,
        lat=report.lat,
        lon=report.lon,
        address=report.address,
        description=report.description,
        answers=report.answers,
        photo_ids=tuple(report.photos),
        reporter=ReporterDraft(name=given.name, email=given.email, phone=given.phone, language=given.language),
        channel="api",
    )


def _receipt(stored: Report, sent: ReportIn, state: AppState) -> dict[str, object]:
    """Made of what was sent where staff may have changed it since: a replay gets the answer that was lost."""
    base_url = state.settings.base_url
    return {
        "reference": stored.shown_reference,
        "status": ReportStatus.NEW.value,
        "category": sent.category,
        "lat": round(sent.lat, 6),
        "lon": round(sent.lon, 6),
        "created_at": stored.created_at,
        "due_at": stored.due_at,
        "url": None if stored.private else base_url + public_path(stored),
        "follow_url": base_url + follow_path(stored, secret=state.secret),
    }


def _position(cursor: str, filters: str, secret: bytes) -> Position | None:
    return read_cursor(cursor, filters=filters, secret=secret) if cursor else None
