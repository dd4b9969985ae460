"""The answer to a sent report for a script: what was taken in, or what is wrong, each with its field."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from fastapi import Request, Response

from app.errors import N_
from app.models import Report
from app.models.links import follow_path
from app.text import translate
from app.web.deps import get_language
from app.web.errors import problem
from app.web.report_form import ReportForm
from app.web.templating import redirect

LOOK_AGAIN = N_("There is something to look at before this report can be sent.")


def wants_json(request: Request) -> bool:
    """Whether a script asks; browsers that send the form themselves want a page."""
    return "application/json" in request.headers.get("accept", "")


def taken(request: Request, report: Report, *, secret: bytes) -> Response:
    """To the receipt; for a script 201 with `reference` and `follow_url`. The same for a report sent once more."""
    path = follow_path(report, secret=secret)
    if not wants_json(request):
        return redirect(request, f"{path}?new=1")
    body = {"reference": report.shown_reference, "follow_url": path}
    return Response(orjson.dumps(body), 201, {"Cache-Control": "no-store"}, "application/json")


def refused(
    request: Request, form: ReportForm, *, notice: str, status_code: int, headers: Mapping[str, str]
) -> Response:
    """A problem with `detail`, and `errors` by field: 422, 403 where the page was too old, 429 with Retry-After.

    Where it was no mistake, only the page can ask what there is to ask: X-Ask says so. X-Form-Key is the key that the
    form shall carry from now on. The caller's headers come along, X-Phone for one: the number to ring instead.
    """
    lang = get_language(request)
    detail = notice or next(iter(form.errors.values()), "") or translate(LOOK_AGAIN, lang)
    status = status_code if status_code >= 400 else 422
    asks = {} if status_code >= 400 else {"X-Ask": "1"}
    given = {**headers, **asks, "Cache-Control": "no-store", "X-Form-Key": form.key}
    return problem(status, detail=detail, lang=lang, errors_by_field=form.errors, headers=given)
