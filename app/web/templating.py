"""Pages from templates: what every template may count on, flashed messages, redirects."""

from __future__ import annotations

import base64
import binascii
import hashlib
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import orjson
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from app.languages import LANGUAGES
from app.settings import PROJECT
from app.text import environment, translate
from app.web import languages, security
from app.web.bundles import contents
from app.web.deps import get_language
from app.web.passing import sentences
from app.web.state import state_of
from app.web.vendor import VENDOR_FILES

STATIC = PROJECT / "static"
Flash = tuple[str, str]


def render(request: Request, template: str, *, status_code: int = 200, **context: object) -> HTMLResponse:
    """The page in the reader's language. A new visitor's CSRF cookie and read messages are settled on the way."""
    lang = get_language(request)
    html = (
        environment(lang)
        .get_template(template)
        .render({**_everywhere(request), "mistaken": status_code == HTTPStatus.UNPROCESSABLE_ENTITY, **context})
    )
    response = HTMLResponse(html, status_code=status_code)
    _settle_cookies(request, response)
    return response


def redirect(request: Request, path: str, *, flash: Flash | None = None, **params: object) -> Response:
    """303 to a path of ours; `flash` is (kind, msgid) with kind success, info, warning or danger."""
    response = RedirectResponse(path, status_code=303)
    if flash is not None:
        words = translate(flash[1], get_language(request), **params)
        value = base64.urlsafe_b64encode(orjson.dumps([flash[0], words])).decode()
        security.set_cookie(response, state_of(request).settings, "gatami_flash", value, max_age=60)
    security.keep_device(request, response, state_of(request).settings)
    return response


def static(path: str) -> str:
    """Address of a file under static/, with a mark of its contents, so that browsers may keep it for a year."""
    return f"/static/{path}?v={_mark(path)}"


@lru_cache(maxsize=512)
def _mark(path: str) -> str:
    file = STATIC / Path(path)
    return hashlib.sha256(contents(path)).hexdigest()[:10] if file.is_file() else "0"


def _everywhere(request: Request) -> dict[str, Any]:
    state = state_of(request)
    shell = bool(getattr(request.state, "shell", False))
    # What a phone keeps for times without a network is nobody's: its script asks for a token when there is one again.
    token = "" if shell else security.csrf_token(security.csrf_seed(request, state.settings), secret=state.secret)
    return {
        "request_path": request.url.path,
        "shell": shell,
        "csrf_token": token,
        "csrf_field": lambda: Markup('<input type="hidden" name="csrf_token" value="{}">').format(token),
        "languages": list(LANGUAGES.items()),
        "municipality": state.rules_file.current.municipality,
        "rules": state.rules_file.current,
        "staff": getattr(request.state, "staff", None),
        "static": static,
        "vendor": VENDOR_FILES.__getitem__,
        "messages": _flashed(request),
        "desk_email": state.settings.desk_email,
        "tile_url": state.settings.tile_url,
        "tile_attribution": state.settings.tile_attribution,
        "now": state.clock(),
        "passing": lambda drives: sentences(drives, rules=state.rules_file.current, lang=get_language(request)),
    }


def _flashed(request: Request) -> list[Flash]:
    value = security.get_cookie(request, state_of(request).settings, "gatami_flash")
    if not value:
        return []
    try:
        kind, words = orjson.loads(base64.urlsafe_b64decode(value))
    except (ValueError, TypeError, binascii.Error):
        return []
    return [(str(kind), str(words))]


def _settle_cookies(request: Request, response: Response) -> None:
    settings = state_of(request).settings
    security.keep_device(request, response, settings)
    visit = getattr(request.state, "new_visit", None)
    if visit is not None:
        security.set_cookie(response, settings, "gatami_visit", visit, max_age=30 * 86400)
    chosen = getattr(request.state, "chosen_language", None)
    if chosen is not None:
        languages.remember(response, settings, chosen)
    if security.get_cookie(request, settings, "gatami_flash"):
        response.delete_cookie(security.cookie_name(settings, "gatami_flash"), path="/", secure=settings.https)
