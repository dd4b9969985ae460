"""Our own static files; those asked for with a version mark may be kept for a year."""

from __future__ import annotations

import hashlib

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.settings import PROJECT
from app.web.bundles import BUNDLES, bundle


class VersionedStatic(StaticFiles):
    """static/, with the caching that the `?v=` of app.web.templating.static allows."""

    def __init__(self) -> None:
        super().__init__(directory=PROJECT / "static", check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, marked as unchanging when its address carries its mark."""
        response = _bundle(path, scope) if path in BUNDLES else await super().get_response(path, scope)
        if b"v=" in scope.get("query_string", b""):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        else:
            # Modules import each other by plain names: browsers ask each time, and hear "not changed" mostly.
            response.headers["Cache-Control"] = "no-cache"
        return response


def _bundle(path: str, scope: Scope) -> Response:
    """Several modules in one file, or 304 to who has it already."""
    words = bundle(path)
    etag = f'"{hashlib.sha256(words.encode()).hexdigest()[:32]}"'
    if Headers(scope=scope).get("if-none-match") in {etag, f"W/{etag}"}:
        return Response(status_code=304, headers={"ETag": etag})
    return Response(words, headers={"ETag": etag}, media_type="text/javascript" if path.endswith(".js") else "text/css")
