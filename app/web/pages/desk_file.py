"""The file of one report for a request for access, as PDF and as JSON."""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.models import Seen
from app.queries.visible import report_for
from app.services import report_file_making, sight
from app.services.report_file import ReportFile
from app.web.deps import CsrfChecked, get_language
from app.web.pages.desk_form import DeskForm, DeskFormDep
from app.web.report_file_pdf import write_pdf

# By POST: taking it out is written down, and what writes is protected against other sites.
router = APIRouter(prefix="/staff/reports/{reference}", include_in_schema=False, dependencies=[CsrfChecked])


@router.post("/file.json")
def take_json(desk: DeskFormDep) -> Response:
    """Everything about the report for programs."""
    data = _take(desk)
    return _answer(data, data.as_json(), "json", desk)


@router.post("/file.pdf")
def take_pdf(desk: DeskFormDep) -> Response:
    """Everything about the report to print and to hand over."""
    data = _take(desk)
    return _answer(data, write_pdf(data, photos=desk.state.photos, lang=get_language(desk.request)), "pdf", desk)


def _take(desk: DeskForm) -> ReportFile:
    """Masked unless the whole was asked for; that it was taken out stands in it."""
    masked = desk.text("whole") != "1"
    what = Seen.EXPORT_MASKED if masked else Seen.EXPORT
    report = report_for(desk.session, desk.staff, desk.reference, to_act=True)
    sight.seen(desk.session, report, desk.staff, at=desk.at, what=what)
    return report_file_making.make(
        desk.session, desk.reference, staff=desk.staff, rules=desk.rules, lang=get_language(desk.request), at=desk.at,
        masked=masked,
    )  # fmt: skip


def _answer(data: ReportFile, content: bytes, ending: str, desk: DeskForm) -> Response:
    """Named by the reference, which says nothing about anybody, and kept by no browser."""
    name = f"gatami-{data.reference.replace(' ', '-')}{'-masked' if data.masked else ''}.{ending}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Language": get_language(desk.request),
        "Cache-Control": "no-store",
    }
    return Response(content, headers=headers, media_type=f"application/{ending}")
