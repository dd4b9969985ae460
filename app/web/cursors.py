"""Opaque cursors: where the next page begins, signed together with the filters it belongs to."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from datetime import UTC, datetime, timedelta

from app.queries.public import Position

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORM = struct.Struct(">qq")
_MAC_BYTES = 12


class CursorError(ValueError):
    """The cursor was not made here, was altered, or belongs to other filters."""


def make_cursor(position: Position, *, filters: str, secret: bytes) -> str:
    """The position as a URL-safe text that holds only with the same `filters`."""
    microseconds = (position.at - _EPOCH) // timedelta(microseconds=1)
    packed = _FORM.pack(microseconds, position.id)
    return _written(packed + _sign(packed, filters, secret))


def read_cursor(text: str, *, filters: str, secret: bytes) -> Position:
    """The position in a cursor; raises CursorError."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise CursorError from error
    if _written(raw) != text:
        raise CursorError  # The last letter holds bits that say nothing, so another letter could say the same.
    packed, mac = raw[: _FORM.size], raw[_FORM.size :]
    if not hmac.compare_digest(mac, _sign(packed, filters, secret)):
        raise CursorError
    microseconds, report_id = _FORM.unpack(packed)
    return Position(_EPOCH + timedelta(microseconds=microseconds), report_id)


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _sign(packed: bytes, filters: str, secret: bytes) -> bytes:
    return hmac.new(secret, b"cursor\x00" + filters.encode() + b"\x00" + packed, hashlib.sha256).digest()[:_MAC_BYTES]
