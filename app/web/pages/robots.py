"""What search engines are asked to leave alone. It names kinds of pages only: no page's own address stands here."""

from __future__ import annotations

from fastapi import APIRouter, Response

router = APIRouter(include_in_schema=False)
# /follow is the beginning of /follow-place and /followed-place too, /confirm of /confirm-place, and so on.
LEFT_ALONE = ("/follow", "/follow-place", "/confirm", "/support", "/stop", "/rating", "/mine", "/round", "/staff")
TEXT = "\n".join(["User-agent: *", *(f"Disallow: {path}" for path in LEFT_ALONE), "Allow: /", ""])


@router.get("/robots.txt")
def robots() -> Response:
    """The same for all."""
    return Response(TEXT, media_type="text/plain", headers={"Cache-Control": "public, max-age=3600"})
