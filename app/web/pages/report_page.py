"""One report for everybody; the resident's words and photos only when the desk let them through."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import joinedload, selectinload

from app.models import Report, Update
from app.models.links import public_path
from app.queries.duplicates import public_photos_of_parts
from app.queries.following import first_report
from app.queries.photos import crew_photos
from app.queries.public import history
from app.queries.visible import public_report
from app.web.deps import LanguageDep, MaybeStaffDep, NowDep, RulesDep, SessionDep, SettingsDep
from app.web.history import for_everybody
from app.web.next_steps import Reader, next_steps
from app.web.passing import passing_report
from app.web.templating import render

router = APIRouter(include_in_schema=False)


@router.get("/reports/{reference}")
def show_report(
    request: Request,
    reference: str,
    session: SessionDep,
    rules: RulesDep,
    lang: LanguageDep,
    now: NowDep,
    settings: SettingsDep,
    staff: MaybeStaffDep,  # noqa: ARG001  (known to the template)
    counted: str = "",
) -> Response:
    """The page; a reference that was typed in another way leads to its own address.

    `counted`: who comes from a supporter's mail has said "mine too" and is not asked for it again.
    """
    report = public_report(
        session,
        reference,
        selectinload(Report.updates).joinedload(Update.note),
        selectinload(Report.photos),
        joinedload(Report.asset),
    )
    if request.url.path != public_path(report):
        return RedirectResponse(public_path(report), status_code=301)
    return render(
        request,
        "report/page.html",
        report=report,
        category=rules.categories.get(report.category_code),
        counted=bool(counted),
        next=next_steps(
            report,
            rules,
            Reader(lang, now, settings.reopen_days),
            history=history(report),
            first=first_report(session, report),
        ),
        lines=for_everybody(report, rules, lang=lang),
        comes=passing_report(session, report, at=now, rules=rules, lang=lang),
        crew_photos=crew_photos(session, report),
        photos=[photo for photo in report.photos if photo.public and not photo.by_crew]
        + public_photos_of_parts(session, report),
    )
