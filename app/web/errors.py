"""The only place that knows HTTP numbers for what went wrong: problem+json for programs, one page for people."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import orjson
import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Match, Mount

from app import errors
from app.db import was_in_the_way
from app.errors import N_, DomainError
from app.services.decisions import IN_THE_WAY
from app.text import say, translate
from app.web import malformed
from app.web.cursors import CursorError
from app.web.deps import CsrfFailed, NotSignedIn, get_language
from app.web.resident import NoResidentError
from app.web.templating import redirect, render

log = logging.getLogger(__name__)

STATUS_OF: dict[type[DomainError], int] = {
    errors.NotFound: 404,
    errors.Gone: 410,
    errors.Conflict: 409,
    errors.Forbidden: 403,
    errors.Invalid: 422,
    errors.TooMany: 429,
}

TITLES: dict[int, str] = {
    400: N_("The request cannot be used"),
    401: N_("Sign in first"),
    403: N_("You may not do this"),
    404: N_("We cannot find this page"),
    405: N_("This address cannot be used that way"),
    409: N_("Somebody else was first"),
    410: N_("This has been taken down"),
    413: N_("What you sent is too large"),
    415: N_("This kind of contents cannot be used"),
    422: N_("Something is missing or wrong"),
    429: N_("Too many at once"),
    500: N_("Something went wrong with us"),
    503: N_("The service is not ready"),
}

ADVICE: dict[int, str] = {
    400: N_("The request cannot be read. Check its form and send it again."),
    404: N_("Check the address, or go to the front page."),
    405: N_("Go to the front page and try from there."),
    413: N_("Send less, or fewer photos."),
    415: N_("Send the contents in a form that is described, and name the form in Content-Type."),
    500: N_("It is our fault, and it has been logged. Try again in a little while, or phone us."),
    503: N_("The database does not answer. Try again in a little while."),
}

# A page cannot give back what was too large to be read; the browser still has it.
GO_BACK = N_(
    "Nothing was sent. Go back with the Back button of your browser: what you wrote is still there. "
    "Then send less, or fewer photos."
)
NO_JSON = N_("This is not JSON. Check the commas, quotes and brackets.")
BAD_CURSOR = N_("This cursor does not belong to these filters. Start again without a cursor.")
UNUSABLE = N_("Something in the request cannot be used: a number that is far too large, or a character that is none.")
STALE = N_("Somebody else changed this report just now. Look at it again before you decide.")
CSRF = N_("The page was open for too long, or was not ours. Go back, load it again and send once more.")


def problem(
    status: int,
    *,
    detail: str,
    lang: str = "en",
    errors_by_field: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """RFC 9457: `type`, `title`, `status`, `detail`, and for mistaken input `errors` of {field, detail}."""
    body: dict[str, Any] = {
        "type": f"/problems/{status}",
        "title": translate(TITLES.get(status, HTTPStatus(status).phrase), lang),
        "status": status,
        "detail": detail,
    }
    if errors_by_field:
        body["errors"] = [{"field": field, "detail": words} for field, words in errors_by_field.items()]
    return Response(orjson.dumps(body), status, headers, "application/problem+json")


def status_of(error: DomainError) -> int:
    """The HTTP status of a refusal; a more exact kind of refusal has its parent's."""
    return next((status for kind, status in STATUS_OF.items() if isinstance(error, kind)), 500)


def is_for_program(request: Request) -> bool:
    """Whether the address belongs to the JSON side."""
    # Not request.url: it is built from the Host header, which can be anything.
    return str(request.scope["path"]).startswith("/api/")


def wants_json(request: Request) -> bool:
    """Whether the asker is a program, or a script of our pages."""
    return is_for_program(request) or "application/json" in request.headers.get("accept", "")


def answer(
    request: Request,
    status: int,
    detail: str,
    *,
    fields: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """The error in the shape that the asker understands; `detail` and `fields` are already in their language."""
    lang = get_language(request)
    if wants_json(request):
        return problem(status, detail=detail, lang=lang, errors_by_field=fields, headers=headers)
    page = render(
        request,
        "error.html",
        typed=getattr(request.state, "typed", ""),
        status_code=status,
        status=status,
        detail=detail,
        fields=fields or {},
        title=translate(TITLES.get(status, HTTPStatus(status).phrase), lang),
    )
    page.headers.update(headers or {})
    return page


def on_domain_error(request: Request, error: DomainError) -> Response:
    """What the domain refused."""
    lang = get_language(request)
    fields = {}
    if isinstance(error, errors.Invalid):
        fields = {name: translate(sentence, lang) for name, sentence in error.fields.items()}
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, errors.TooMany) else {}
    return answer(request, status_of(error), say(error, lang), fields=fields, headers=headers)


def on_dead_link(request: Request, error: errors.DeadLink) -> Response:
    """A secret link that does not work: what to do now, because whoever holds it cannot know."""
    lang = get_language(request)
    if wants_json(request):
        return problem(404, detail=say(error, lang), lang=lang)
    typed = getattr(request.state, "typed", "")
    return render(request, "follow/dead.html", status_code=404, detail=say(error, lang), typed=typed)


def on_malformed(request: Request, error: RequestValidationError) -> Response:
    """What pydantic refused: JSON that is none, wrong kinds, unknown fields. It never echoes what was sent."""
    lang = get_language(request)
    if malformed.is_no_json(error.errors()):
        return answer(request, 400, translate(NO_JSON, lang))
    fields = malformed.sentences(error.errors(), lang)
    return answer(request, 422, translate(TITLES[422], lang) + ".", fields=fields)


def on_http_error(request: Request, error: HTTPException) -> Response:
    """What Starlette refused: no such path, wrong method, too large."""
    lang = get_language(request)
    words = translate(ADVICE.get(error.status_code, TITLES.get(error.status_code, str(error.detail))), lang)
    if error.status_code == 413 and not wants_json(request):
        words = translate(GO_BACK, lang)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(sorted(_allowed(request, headers.get("Allow", ""))))
    return answer(request, error.status_code, words, headers=headers)


def _allowed(request: Request, of_first_route: str) -> set[str]:
    """The methods of all routes at this path: Starlette names those of the first one only."""
    found = {method.strip() for method in of_first_route.split(",") if method.strip()}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - found:
        asked = dict(request.scope, method=method)
        if any(route.matches(asked)[0] == Match.FULL for route in _leaves(request)):
            found.add(method)
    return found


def _leaves(request: Request) -> list[BaseRoute]:
    return [route for route in request.app.routes if not isinstance(route, Mount)]


def on_bad_cursor(request: Request, error: CursorError) -> Response:  # noqa: ARG001  (the handler's shape)
    """A cursor that was altered, or asked for with other filters."""
    return answer(request, 400, translate(BAD_CURSOR, get_language(request)))


def on_not_signed_in(request: Request, error: NotSignedIn) -> Response:  # noqa: ARG001  (the handler's shape)
    """To the sign-in page, and back to where the person was going."""
    if "application/json" in request.headers.get("accept", ""):
        return problem(401, detail=translate(N_("Sign in first."), get_language(request)), lang=get_language(request))
    target = request.url.path if request.method == "GET" else "/staff"
    return redirect(request, f"/staff/sign-in?next={quote(target)}")


def on_no_resident(request: Request, error: NoResidentError) -> Response:  # noqa: ARG001  (the handler's shape)
    """To the page that mails a link."""
    return redirect(request, "/mine/sign-in")


def on_csrf(request: Request, error: CsrfFailed) -> Response:  # noqa: ARG001  (the handler's shape)
    """A form from elsewhere, or from yesterday."""
    return answer(request, 403, translate(CSRF, get_language(request)))


def on_stale(request: Request, error: StaleDataError) -> Response:  # noqa: ARG001  (the handler's shape)
    """Two people changed one thing; the second is told and nothing is overwritten."""
    return answer(request, 409, translate(STALE, get_language(request)))


def on_unusable_value(request: Request, error: DataError | psycopg.DataError) -> Response:
    """A value that the database cannot even look for: a number beyond its range, or a NUL in a text."""
    log.warning(
        "The database refused a value: %s", type(error.orig if isinstance(error, DataError) else error).__name__
    )
    return answer(request, 422, translate(UNUSABLE, get_language(request)))


def on_gone(request: Request, error: ClientDisconnect) -> Response:  # noqa: ARG001  (the handler's shape)
    """A phone lost its signal while sending: no fault of ours, and nobody reads the answer. nginx says 499 too."""
    return Response(status_code=499)


def on_no_database(request: Request, error: Exception) -> Response:
    """The database is away or full up: say so, and let the caller come back. Or two waited for each other."""
    if isinstance(error, OperationalError) and was_in_the_way(error):
        return answer(request, 409, translate(IN_THE_WAY, get_language(request)))
    log.error("The database does not answer: %s", type(error).__name__)
    return answer(request, 503, translate(ADVICE[503], get_language(request)), headers={"Retry-After": "10"})


def on_crash(request: Request, error: Exception) -> Response:
    """Our own fault: logged with its trace (by Starlette), told without details."""
    log.error("Unhandled error at %s", request.scope.get("route_path", "an unknown route"), exc_info=error)
    try:
        return answer(request, 500, translate(ADVICE[500], get_language(request)))
    except Exception:  # noqa: BLE001  (the error page itself may be what is broken)
        return Response("500", 500, media_type="text/plain")


def register_errors(app: FastAPI) -> None:
    """Attach every handler."""
    handlers: dict[Any, Any] = {
        DomainError: on_domain_error,
        errors.DeadLink: on_dead_link,
        RequestValidationError: on_malformed,
        HTTPException: on_http_error,
        CursorError: on_bad_cursor,
        NotSignedIn: on_not_signed_in,
        NoResidentError: on_no_resident,
        CsrfFailed: on_csrf,
        StaleDataError: on_stale,
        ClientDisconnect: on_gone,
        DataError: on_unusable_value,
        psycopg.DataError: on_unusable_value,
        OperationalError: on_no_database,
        psycopg.OperationalError: on_no_database,
        PoolTimeout: on_no_database,
        Exception: on_crash,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
