"""Pages about the API for people: how to begin, and what each kind of problem means."""

from __future__ import annotations

from http import HTTPStatus

import orjson
from fastapi import APIRouter, Request, Response

from app.errors import N_, NotFound
from app.text import translate
from app.web.deps import LanguageDep, MaybeStaffDep, SettingsDep
from app.web.errors import ADVICE, TITLES
from app.web.examples import NEW_REPORTS
from app.web.templating import render

router = APIRouter(include_in_schema=False)

MEANINGS: dict[int, str] = {
    400: N_("The request could not be read: it is not JSON, or its cursor was altered or belongs to other filters."),
    401: N_("The page is for staff, and nobody is signed in."),
    403: N_("You are known and may not do this, or the form was not one of our own."),
    404: N_("There is nothing at this address, or it is not public. Both look the same from outside."),
    405: N_("The address exists, but not for this method. The header Allow names the methods."),
    409: N_("Somebody else was first, or the report is no longer in a state that allows this. Read it again."),
    410: N_("It was public and has been taken down on purpose. It will not come back at this address."),
    413: N_("The body is larger than we take: 1 MB for a report; for a photo the limit of this installation."),
    415: N_("Content-Type names a form that we do not take here."),
    422: N_("The request could be read, but not used. The list errors names every field and says what to do."),
    429: N_("Too much in a short time. The header Retry-After says how many seconds to wait."),
    500: N_("A fault of ours. It has been logged. Sending again with the same Idempotency-Key makes no second report."),
    503: N_("The database does not answer just now. Try again after the seconds in Retry-After."),
}


@router.get("/api")
def show_guide(request: Request, settings: SettingsDep, staff: MaybeStaffDep) -> Response:  # noqa: ARG001  (known to the template)
    """How to begin, in one page."""
    example = orjson.dumps(NEW_REPORTS["shortest"]["value"]).decode()
    return render(request, "api/guide.html", base_url=settings.base_url, example=example, statuses=sorted(MEANINGS))


@router.get("/problems/{status}")
def show_problem(request: Request, status: str, lang: LanguageDep, staff: MaybeStaffDep) -> Response:  # noqa: ARG001  (known to the template)
    """What the `type` of a problem leads to."""
    number = int(status) if status.isascii() and status.isdigit() and len(status) == 3 else 0
    if number not in MEANINGS:
        raise NotFound(N_("There is no such kind of problem."))
    return render(
        request, "api/problem.html", number=number, phrase=HTTPStatus(number).phrase,
        title=translate(TITLES[number], lang), meaning=translate(MEANINGS[number], lang),
        advice=translate(ADVICE[number], lang) if number in ADVICE else "",
    )  # fmt: skip
