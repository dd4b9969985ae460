"""Our own static files; those asked for with a version mark may be kept for a year."""

from __future__ import annotations

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.settings import PROJECT


class VersionedStatic(StaticFiles):
    """static/, with the caching that the `?v=` of app.web.templating.static allows."""

    def __init__(self) -> None:
        super().__init__(directory=PROJECT / "static", check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, marked as unchanging when its address carries its mark."""
        response = await super().get_response(path, scope)
        if b"v=" in scope.get("query_string", b""):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        else:
            # Modules import each other by plain names: browsers ask each time, and hear "not changed" mostly.
            response.headers["Cache-Control"] = "no-cache"
        return response
