"""What makes the site an app that works without a network: manifest, service worker, its pages, fresh tokens."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy.orm import Session

from app.errors import N_, NotFound
from app.languages import LANGUAGES
from app.text import translate
from app.web import security
from app.web.deps import LanguageDep, MaybeStaffDep, RulesDep, SessionDep, StateDep
from app.web.pages.front import blank_form
from app.web.shell import PAGES, VENDOR, Shell, make_shell, nobodys
from app.web.templating import render, static

router = APIRouter(include_in_schema=False)
NO_SUCH_PAGE = N_("There is no such page.")
# Browsers ask for the worker after every page; making the shell takes two queries and four pages.
KEEP_SECONDS = 60
THEME = "#101c3a"
PAPER = "#ffffff"
ICONS = (
    ("icons/app-192.png", 192, "any"),
    ("icons/app-512.png", 512, "any"),
    ("icons/app-maskable-512.png", 512, "maskable"),
)


@router.get("/manifest.webmanifest")
def show_manifest(
    rules: RulesDep, lang: LanguageDep, asked: Annotated[str, Query(alias="lang")] = "", crew: str = ""
) -> Response:
    """The app as a phone installs it. Browsers ask without cookies, so pages name their language in the address."""
    language = asked if asked in LANGUAGES else lang
    body = manifest(rules.municipality.name(language), language)
    if crew:
        body |= of_crews(rules.municipality.name(language), language)
    return Response(orjson.dumps(body), media_type="application/manifest+json", headers={"Cache-Control": "no-cache"})


def manifest(place: str, lang: str) -> dict[str, Any]:
    """Its name, its drawings, and where it starts."""
    icons = [
        {"src": static(path), "sizes": f"{pixels}x{pixels}", "type": "image/png", "purpose": purpose}
        for path, pixels, purpose in ICONS
    ]
    shortcuts = (
        (N_("Report a fault"), "/"),
        (N_("Map and list"), "/reports"),
        (N_("Reports on this phone"), "/waiting"),
    )
    return {
        "id": "/",
        "name": f"GataMi {place}",
        "short_name": "GataMi",
        "description": translate(N_("Report what is broken in the streets of %(name)s, also without a network."), lang)
        % {"name": place},
        "lang": lang,
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": THEME,
        "background_color": PAPER,
        "categories": ["government", "utilities"],
        "icons": icons,
        "shortcuts": [{"name": translate(name, lang), "url": url, "icons": icons[:1]} for name, url in shortcuts],
    }


def of_crews(place: str, lang: str) -> dict[str, Any]:
    """What is another in the app of the cab: without a network it opens the round that was kept last."""
    name = translate(N_("Route lists"), lang)
    about = translate(N_("The rounds of the crews of %(name)s, also without a network."), lang) % {"name": place}
    start = "/staff/route-lists"
    named = {"name": f"GataMi {place}: {name}", "short_name": name, "description": about}
    return {**named, "id": start, "start_url": start, "background_color": "#000000", "shortcuts": []}


@router.get("/sw.js")
def show_worker(request: Request, session: SessionDep, state: StateDep) -> Response:
    """The service worker. Its bytes change when a page or a file of the shell does, and so browsers notice."""
    body = _shell_of(request, session, now=state.clock().timestamp()).worker()
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    # It copies the CDN's files, which pages have just fetched, out of the browser's own cache.
    copied = " ".join(file.cdn_url for file in VENDOR)
    tiles = security.kept_tiles(state.settings)
    policy = f"default-src 'none'; script-src 'self'; connect-src 'self' {copied}{tiles}"
    headers = {
        "ETag": etag,
        "Cache-Control": "no-cache",
        "Service-Worker-Allowed": "/",
        "Content-Security-Policy": policy,
    }
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="text/javascript", headers=headers)


def _shell_of(request: Request, session: Session, *, now: float) -> Shell:
    """The shell, made anew after a minute or when the rules changed."""
    rules = request.app.state.gatami.rules_file.current.sha256
    made: tuple[str, float, Shell] | None = getattr(request.app.state, "shell", None)
    if made is None or made[0] != rules or not 0 <= now - made[1] < KEEP_SECONDS:
        made = (rules, now, make_shell(request, lambda nobody, page: _shell_page(nobody, session, page)))
        request.app.state.shell = made
    return made[2]


@router.get("/offline/{language}/{page}")
def show_shell(
    request: Request, session: SessionDep, language: Annotated[str, Path()], page: Annotated[str, Path()]
) -> Response:
    """A page that is the same for everybody: no cookie, no token, no name."""
    if language not in LANGUAGES or page not in PAGES:
        raise NotFound(NO_SUCH_PAGE)
    path = "/" if page == "form" else f"/{page}"
    answer = _shell_page(nobodys(request, language, path), session, page)
    answer.headers.update({"Cache-Control": "no-cache", "X-Robots-Tag": "noindex", "Content-Language": language})
    return answer


def _shell_page(nobody: Request, session: Session, page: str) -> Response:
    return blank_form(nobody, session) if page == "form" else render(nobody, "front/waiting.html")


@router.get("/waiting")
def show_waiting(request: Request, session: SessionDep, staff: MaybeStaffDep) -> Response:  # noqa: ARG001  (known to the template)
    """The reports that wait on this phone; the list is made there, and the server knows nothing of it."""
    return render(request, "front/waiting.html")


@router.get("/form-token")
def show_token(request: Request, state: StateDep, staff: MaybeStaffDep) -> Response:
    """A fresh CSRF token for a form that was kept, with the cookie that belongs to it.

    `driver` is who of the staff is signed in, so that one person's taps are never sent as another's.
    """
    token = security.csrf_token(security.csrf_seed(request, state.settings), secret=state.secret)
    said = {"csrf_token": token, "driver": f"staff-{staff.id}" if staff else None}
    answer = Response(orjson.dumps(said), media_type="application/json")
    answer.headers["Cache-Control"] = "no-store"
    visit = getattr(request.state, "new_visit", None)
    if visit is not None:
        security.set_cookie(answer, state.settings, "gatami_visit", visit, max_age=30 * 86400)
    return answer
