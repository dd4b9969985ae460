"""One line a request, without personal data: secret parts of paths are masked, queries are left out."""

from __future__ import annotations

import logging
import re
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("gatami.access")
_SECRET = re.compile(
    r"^(/+(?:follow|confirm|support|confirm-support|stop|stop-support|followed-place|confirm-place|stop-place|rating)/+[^/]+/+"
    r"|/+(?:staff/+invitations|mine/+link|round)/+)[^/]+",
    re.IGNORECASE,
)
# Wherever it stands: a link that was copied with something before it opens nothing here, and is a secret all the same.
# Photos are named by UUIDs, which open nothing by themselves.
_TOKEN = re.compile(r"(?<![\w-])(?![0-9a-f]{8}-[0-9a-f]{4}-)[\w-]{22,}")
# A line end in an address would begin a line of its own, and terminals obey some of the others.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def mask(path: str) -> str:
    """The path as it may be written down."""
    return _CONTROL.sub("?", _TOKEN.sub("***", _SECRET.sub(r"\1***", path)))


class AccessLog:
    """Method, masked path, status and milliseconds."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and write its line."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, note_status)
        finally:
            milliseconds = (time.perf_counter() - began) * 1000
            log.info("%s %s %s %.0f ms", scope["method"], mask(scope["path"]), status, milliseconds)
