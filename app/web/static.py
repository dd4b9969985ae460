"""Our own static files; those asked for with a version mark may be kept for a year."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.settings import PROJECT
from app.web.bundles import BUNDLES, bundle

_TEXTS = {"text/css", "text/javascript", "application/javascript", "image/svg+xml"}


class VersionedStatic(StaticFiles):
    """static/, with the caching that the `?v=` of app.web.templating.static allows."""

    def __init__(self) -> None:
        super().__init__(directory=PROJECT / "static", check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, marked as unchanging when its address carries its mark."""
        response = _bundle(path, scope) if path in BUNDLES else await super().get_response(path, scope)
        response = _packed(response, scope)
        if b"v=" in scope.get("query_string", b""):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        else:
            # Modules import each other by plain names: browsers ask each time, and hear "not changed" mostly.
            response.headers["Cache-Control"] = "no-cache"
        return response


def _packed(response: Response, scope: Scope) -> Response:
    """Texts as small as gzip makes them: done once, where packing each answer anew has to be quick."""
    if (
        response.status_code != 200
        or scope["method"] != "GET"
        or "gzip" not in Headers(scope=scope).get("accept-encoding", "")
    ):
        return response
    if "range" in Headers(scope=scope) or response.headers["content-type"].partition(";")[0] not in _TEXTS:
        return response
    if isinstance(response, FileResponse):
        body = _packed_file(str(response.path), Path(response.path).stat().st_mtime_ns)
    else:
        body = _pack(bytes(response.body))
    kept = {name: response.headers[name] for name in ("etag", "last-modified") if name in response.headers}
    headers = {**kept, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(body, headers=headers, media_type=response.headers["content-type"])


@lru_cache(maxsize=128)
def _packed_file(path: str, _changed: int) -> bytes:
    return _pack(Path(path).read_bytes())


@lru_cache(maxsize=64)
def _pack(words: bytes) -> bytes:
    return gzip.compress(words, 9, mtime=0)


def _bundle(path: str, scope: Scope) -> Response:
    """Several modules in one file, or 304 to who has it already."""
    words = bundle(path)
    etag = f'"{hashlib.sha256(words.encode()).hexdigest()[:32]}"'
    if Headers(scope=scope).get("if-none-match") in {etag, f"W/{etag}"}:
        return Response(status_code=304, headers={"ETag": etag})
    return Response(words, headers={"ETag": etag}, media_type="text/javascript" if path.endswith(".js") else "text/css")
