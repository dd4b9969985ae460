"""Entity tags: an answer that the asker has already is not sent again."""

from __future__ import annotations

import hashlib

from fastapi import Request


def etag(*parts: object) -> str:
    """A weak tag, because answers go out both plain and compressed."""
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:20]}"'


def not_modified(request: Request, tag: str) -> bool:
    """Whether the asker has the answer with this tag."""
    known = (part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(","))
    return any(part in {"*", tag.removeprefix("W/")} for part in known)
