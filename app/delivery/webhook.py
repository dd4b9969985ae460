"""A unit's own system gets the report as JSON.

The receiver checks `X-GataMi-Signature`: `sha256=` and the HMAC-SHA256, in hex, of the timestamp header, a
dot and the body, under the key that `signing_key` gives for its address. `Idempotency-Key` is the same in
every attempt.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson

from app.delivery import http
from app.delivery.outcome import DeliveryFailed, Trouble

if TYPE_CHECKING:
    from app.delivery.parcel import Parcel

# The server is alive and asks for patience; every other 4xx would be the same again.
_LATER = {408, 425, 429}


class Webhook:
    """POST to the unit's address; any 2xx means taken."""

    repeatable = True

    def __init__(self, *, secret: bytes, timeout: float) -> None:
        self._secret = secret
        self._timeout = timeout

    def send(self, parcel: Parcel) -> None:
        """An answer that never comes is tried again: the receiver knows the key."""
        url = parcel.to or ""
        body = orjson.dumps(as_json(parcel))
        try:
            answer = http.request("POST", url, content=body, timeout=self._timeout, headers=self._headers(parcel, body))
        except http.Unreachable as error:
            raise DeliveryFailed(Trouble.WEB_SILENT, str(error), permanent=False) from error
        if not 200 <= answer.status < 300:
            later = answer.status >= 500 or answer.status in _LATER
            raise DeliveryFailed(Trouble.WEB_REFUSED, str(answer.status), permanent=not later)

    def _headers(self, parcel: Parcel, body: bytes) -> dict[str, str]:
        timestamp = str(int(parcel.at.timestamp()))
        key = signing_key(self._secret, parcel.to or "")
        signature = hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/json",
            "User-Agent": "GataMi",
            "Idempotency-Key": parcel.message_id,
            "X-GataMi-Timestamp": timestamp,
            "X-GataMi-Signature": f"sha256={signature}",
        }


def signing_key(secret: bytes, url: str) -> str:
    """The key to hand to whoever runs `url`; it tells nothing of our own secret."""
    return hmac.new(secret, b"webhook\x00" + url.encode(), hashlib.sha256).hexdigest()


def as_json(parcel: Parcel) -> dict[str, Any]:
    """The report as the receiver gets it; contact data stands only in what goes to one of our own units."""
    contact = parcel.contact
    return {
        "event": parcel.kind,
        "reference": parcel.reference,
        "for_information": parcel.for_information,
        "category": {"code": parcel.category_code, "name": parcel.category},
        "reported_at": parcel.reported_at.isoformat(),
        "due_at": parcel.due_at.isoformat() if parcel.due_at else None,
        "lat": parcel.lat,
        "lon": parcel.lon,
        "address": parcel.address,
        "nearest_address": parcel.nearest_address,
        "lamp": parcel.lamp,
        "support_count": parcel.others,
        "lamp_ref": parcel.lamp_ref,
        "lamp_owner": _known(parcel.lamp_owner),
        "road_ref": parcel.road_ref,
        "road_owner": _known(parcel.road_owner),
        "description": parcel.description,
        "answers": [{"question": question, "answer": answer} for question, answer in parcel.answers],
        "words": parcel.words,
        "additions": [{"at": told.at.isoformat(), "words": told.words} for told in parcel.told],
        "reporter": asdict(contact) if contact else None,
        "photos": len(parcel.pictures) + parcel.pictures_left_out,
        "url": parcel.page_url,
    }


def _known(owner: str) -> str | None:
    return None if owner == "unknown" else owner
