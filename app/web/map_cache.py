"""Compressed map answers, kept until the map changes: the same view is asked for by everybody who opens the page."""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from dataclasses import dataclass

from fastapi import Request, Response

from app.web.openapi import GEOJSON

# Level 1 takes half the time of level 5 and makes the answers a fifth larger.
_LEVEL = 1
_MOST_BYTES = 32_000_000


def takes_gzip(request: Request) -> bool:
    """Whether the asker can unpack."""
    return "gzip" in request.headers.get("accept-encoding", "")


@dataclass(frozen=True, slots=True)
class MapAnswer:
    """An answer, compressed."""

    packed: bytes

    def response(self, request: Request, headers: dict[str, str]) -> Response:
        """As the asker can read it."""
        headers = headers | {"Vary": "Accept-Encoding"}
        if takes_gzip(request):
            return Response(self.packed, 200, headers | {"Content-Encoding": "gzip"}, GEOJSON)
        return Response(gzip.decompress(self.packed), 200, headers, GEOJSON)


class MapCache:
    """The answers used last, 32 MB at most. Their tags hold the map's version, so none of them is ever out of date."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, MapAnswer] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, tag: str) -> MapAnswer | None:
        """The answer with this tag, if it is here."""
        with self._lock:
            answer = self._answers.get(tag)
            if answer is not None:
                self._answers.move_to_end(tag)
            return answer

    def put(self, tag: str, body: str) -> MapAnswer:
        """Keep an answer; the ones not asked for the longest make room."""
        answer = MapAnswer(gzip.compress(body.encode(), _LEVEL, mtime=0))
        with self._lock:
            before = self._answers.pop(tag, None)
            self._bytes += len(answer.packed) - (len(before.packed) if before else 0)
            self._answers[tag] = answer
            while self._bytes > _MOST_BYTES and len(self._answers) > 1:
                self._bytes -= len(self._answers.popitem(last=False)[1].packed)
        return answer


def map_cache(request: Request) -> MapCache:
    """The application's own: another application may stand on another database with the same version."""
    parts = request.app.state
    if not hasattr(parts, "map_cache"):
        parts.map_cache = MapCache()
    cache: MapCache = parts.map_cache
    return cache
