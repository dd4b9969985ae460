"""The only door to other web servers, so that time-outs and size limits are set in one place."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES = 1_000_000

# It would write down every address that is asked, with what somebody typed, and the keys in units' own addresses.
logging.getLogger("httpx").setLevel(logging.WARNING)


class Unreachable(Exception):  # noqa: N818  (it is an answer, and reads as one)
    """No connection, or no answer in time."""


@dataclass(frozen=True)
class Answer:
    """Status and the body's first million bytes."""

    status: int
    body: bytes


def request(
    method: str,
    url: str,
    *,
    timeout: float,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Ask once; redirects are not followed. `timeout` in seconds for each step. Raises Unreachable.

    A body that takes longer than that as a whole is cut: a server that drips must not hold whoever asked for ever.
    """
    until = time.monotonic() + timeout + 1
    try:
        with httpx.stream(method, url, content=content, headers=headers, timeout=timeout) as response:
            return Answer(response.status_code, _read(response, until=until))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(f"{type(error).__name__}: {error}") from error


def _read(response: httpx.Response, *, until: float) -> bytes:
    body = b""
    for part in response.iter_bytes():
        body += part
        if len(body) >= MOST_BYTES or time.monotonic() > until:
            break
    return body[:MOST_BYTES]
