"""Atom feeds (RFC 4287) with a place for each entry (GeoRSS simple): public reports, and only what is let through."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fastapi import Request, Response

from app.text import render
from app.web.tags import etag, not_modified

if TYPE_CHECKING:
    from app.queries.public import ListedReport

ATOM = "application/atom+xml"
# Only in ids, which say since when they are given and must never change.
_SINCE = 2026
# A feed without entries has never changed.
_NEVER = datetime(2026, 1, 1, tzinfo=UTC)
# What no XML may hold, however it is written.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A report in words. Only what everybody may read goes in."""

    report: ListedReport
    title: str
    words: str
    category: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """`name` tells this feed from our others, for ever; the addresses are paths of ours, `older` may be empty."""

    name: str
    title: str
    author: str
    self_address: str
    page_address: str
    first_address: str
    older: str = ""


def atom_response(
    request: Request, feed: Feed, reports: Sequence[ListedReport], *, entry: Callable[[ListedReport], Entry],
    base_url: str, lang: str, wording: str,
) -> Response:  # fmt: skip
    """The feed, or 304 where the asker has it. `wording` changes when the names of categories do.

    The tag is made of all that is shown, so that words that were taken back are gone with the next look.
    """
    tag = etag("atom 1", feed, lang, wording, list(reports))
    # Nothing is taken from a cache unasked: what is hidden must be gone.
    headers = {"ETag": tag, "Cache-Control": "public, no-cache"}
    if not_modified(request, tag):
        return Response(status_code=304, headers=headers)
    updated = max((report.changed_at for report in reports), default=_NEVER)
    body = render(
        "reports/feed.xml", lang,
        feed=feed, updated=updated, entries=[entry(report) for report in reports], base_url=base_url,
        authority=f"{urlsplit(base_url).hostname or 'gatami.invalid'},{_SINCE}", clean=clean, moment=moment,
    )  # fmt: skip
    return Response(body, 200, headers, f"{ATOM}; charset=utf-8")


def clean(words: str) -> str:
    """Without the characters that XML cannot hold; what it means is escaped in the template."""
    return _FORBIDDEN.sub("", words)


def moment(at: datetime) -> str:
    """RFC 3339, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
