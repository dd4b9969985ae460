"""Headers, cookies and CSRF tokens."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import Settings
from app.web.vendor import DESIGNSYSTEMET_CSS, DESIGNSYSTEMET_THEME, LEAFLET_CSS, LEAFLET_JS

SECRET_PATHS = re.compile(
    r"^/("
    r"follow|confirm|support|confirm-support|stop|stop-support|followed-place|confirm-place|"
    r"stop-place|rating|staff/invitations|mine|round"
    r")(/|$)"
)
# Forms for people, whose addresses bring a place with them.
UNLISTED_PATHS = re.compile(r"^/follow-place(/|$)")
# As long as a report may well stay open.
DEVICE_SECONDS = 180 * 86400


def kept_tiles(settings: Settings) -> str:
    """Where scripts may fetch map tiles from, after a space: nowhere, unless they are kept for rounds."""
    return f" {tile_origin(settings)}" if settings.tile_cache else ""


def tile_origin(settings: Settings) -> str:
    """The map's server, as a policy names it."""
    tiles = urlsplit(settings.tile_url.replace("{s}.", "*."))
    return f"{tiles.scheme}://{tiles.netloc}" if tiles.netloc else ""


def content_security_policy(settings: Settings) -> str:
    """Scripts and styles from ourselves and from exactly the pinned CDN files; nothing inline."""
    scripts = LEAFLET_JS.cdn_url
    styles = " ".join(file.cdn_url for file in (LEAFLET_CSS, DESIGNSYSTEMET_CSS, DESIGNSYSTEMET_THEME))
    images = tile_origin(settings)
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' {scripts}",
            f"style-src 'self' {styles}",
            f"img-src 'self' data: blob: {images} {LEAFLET_CSS.cdn_url.rpartition('/')[0]}/images/",
            f"connect-src 'self'{kept_tiles(settings)}",
            "font-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


class SecurityHeaders:
    """Sets the headers on every answer; pages behind secret links tell nobody where the reader came from."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        self.headers = {
            "Content-Security-Policy": content_security_policy(settings),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        # Files are no pages: what a page may do would be said sixty times, and be a third of what a phone fetches.
        self.of_files = {"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff"}
        if settings.https:
            self.headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in (self.of_files if is_file(scope["path"]) else self.headers).items():
                    headers.setdefault(name, value)
                # Pages hold tokens of their reader; staff's are not to come back after signing out.
                headers.setdefault("Cache-Control", "no-store" if is_for_staff(scope["path"]) else "private, no-cache")
                if UNLISTED_PATHS.match(scope["path"]):
                    headers["X-Robots-Tag"] = "noindex"
                if SECRET_PATHS.match(scope["path"]):
                    headers["Referrer-Policy"] = "no-referrer"
                    headers["X-Robots-Tag"] = "noindex"
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self.app(scope, receive, send_with_headers)


def is_file(path: str) -> bool:
    """Whether it is one of our own static files."""
    return path.startswith("/static/")


def is_for_staff(path: str) -> bool:
    """Whether the page is one of staff's."""
    return path == "/staff" or path.startswith("/staff/")


def cookie_name(settings: Settings, name: str) -> str:
    """`__Host-` cookies cannot be set from a neighbouring host; browsers take them over TLS only."""
    return f"__Host-{name}" if settings.https else name


def set_cookie(response: Response, settings: Settings, name: str, value: str, *, max_age: int | None = None) -> None:
    """A cookie that scripts cannot read and that other sites cannot make a browser send with a POST."""
    response.set_cookie(
        cookie_name(settings, name),
        value,
        max_age=max_age,
        path="/",
        secure=settings.https,
        httponly=True,
        samesite="lax",
    )


def get_cookie(request: Request, settings: Settings, name: str) -> str | None:
    """The value of one of our cookies."""
    return request.cookies.get(cookie_name(settings, name))


def device(request: Request, settings: Settings) -> str:
    """What this browser is known by when it says "mine too"; made here when there is none, see `keep_device`."""
    known = get_cookie(request, settings, "gatami_device") or getattr(request.state, "new_device", None)
    if known is None:
        known = request.state.new_device = secrets.token_urlsafe(24)
    return known


def keep_device(request: Request, response: Response, settings: Settings) -> None:
    """Give the browser the cookie by which it is known from now on, where one was made for this answer."""
    made = getattr(request.state, "new_device", None)
    if made is not None:
        set_cookie(response, settings, "gatami_device", made, max_age=DEVICE_SECONDS)


def csrf_seed(request: Request, settings: Settings) -> str:
    """What the token is bound to: the staff session, else a cookie for visitors; made here when there is none."""
    seed = get_cookie(request, settings, "gatami_session") or get_cookie(request, settings, "gatami_visit")
    if seed is None:
        seed = getattr(request.state, "new_visit", None) or secrets.token_urlsafe(24)
        request.state.new_visit = seed
    return seed


def csrf_token(seed: str, *, secret: bytes) -> str:
    """The token that a form of this browser carries."""
    return hmac.new(secret, b"csrf\x00" + seed.encode(), hashlib.sha256).hexdigest()


def is_same_site(request: Request) -> bool:
    """Whether the browser says that the request comes from our own pages (or says nothing at all)."""
    fetch_site = request.headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin in {None, "null"} or urlsplit(str(origin)).netloc == request.headers.get("host")


def csrf_holds(request: Request, settings: Settings, given: str, *, secret: bytes) -> bool:
    """Whether a form's token belongs to this browser."""
    expected = csrf_token(csrf_seed(request, settings), secret=secret)
    return is_same_site(request) and hmac.compare_digest(given.encode(), expected.encode())
