"""Secret links: HMACs that can be made again, so nothing secret is stored; a new nonce revokes them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from enum import StrEnum
from uuid import UUID

from app.models.field import RoundLink
from app.models.place_follow import PlaceFollow
from app.models.report import Report
from app.models.support import Support


def follow_token(report: Report, *, secret: bytes) -> str:
    """What lets its holder follow and act on one report; 128 bits, URL-safe."""
    return _sign(secret, "follow", str(report.id), report.nonce)


def confirm_token(report: Report, email: str, *, secret: bytes) -> str:
    """Stands only in mails to `email`: pressing the button behind it shows that the address is read there."""
    return _sign(secret, "confirm", str(report.id), report.nonce, email.lower())


def follow_path(report: Report, *, secret: bytes) -> str:
    """Path of the reporter's own page."""
    return f"/follow/{report.shown_reference}/{follow_token(report, secret=secret)}"


def confirm_path(report: Report, email: str, *, secret: bytes) -> str:
    """Path of the page with the button that confirms an address."""
    return f"/confirm/{report.shown_reference}/{confirm_token(report, email, secret=secret)}"


def rating_token(report: Report, *, secret: bytes) -> str:
    """Stands in the mail that tells of a report's end, and lets its reader say how it went and nothing else.

    With another address it is another one. Expects `report.reporter`.
    """
    email = (report.reporter.email or "") if report.reporter is not None else ""
    return _sign(secret, "rating", str(report.id), report.nonce, email.lower())


def rating_path(report: Report, score: int | None = None, *, secret: bytes) -> str:
    """Path of the page that asks how satisfied the reporter is, with 1 to 5 chosen beforehand where it is given."""
    path = f"/rating/{report.shown_reference}/{rating_token(report, secret=secret)}"
    return path if score is None else f"{path}?score={score}"


def stop_path(report: Report, *, secret: bytes) -> str:
    """Path of the page with the button that ends the mails to a reporter; stands only in mails to the address.

    Whoever typed somebody else's address holds the follow link, but not this one. Expects `report.reporter`.
    """
    email = (report.reporter.email or "") if report.reporter is not None else ""
    token = _sign(secret, "stop", str(report.id), report.nonce, email.lower())
    return f"/stop/{report.shown_reference}/{token}"


def stop_all_path(report: Report, *, secret: bytes) -> str:
    """The same for all reports of the address, for a mail that tells of several of them."""
    return f"{stop_path(report, secret=secret)}/all"


class BounceKind(StrEnum):
    """Whose row a mail's token names."""

    NOTIFICATION = "n"
    PLACE_MAIL = "p"
    RESIDENT_LINK = "r"


def bounce_token(kind: str, row_id: int, email: str, *, secret: bytes) -> str:
    """Stands in the envelope sender of one mail: only who got a mail's bounce can say that it bounced.

    Small letters and digits, because mail servers may change the case before the @. `kind` is a BounceKind.
    """
    mac = hmac.new(secret, f"bounce\x00{kind}{row_id}\x00{email.lower()}".encode(), hashlib.sha256)
    return f"{kind}{row_id}-{mac.hexdigest()[:24]}"


def thread_root(report: Report, email: str, *, secret: bytes) -> str:
    """What all mails about one report to one person refer to, so that mail programs show them together."""
    return f"{_sign(secret, 'thread', str(report.id), report.nonce, email.lower())}.thread@gatami"


def public_path(report: Report) -> str:
    """Path of the page that everybody may see."""
    return f"/reports/{report.shown_reference}"


def supporter_key(report: Report, device: str, *, secret: bytes) -> str:
    """A browser as one report knows it: the same at every tap, and another one at every other report."""
    return _sign(secret, "device", str(report.id), device)


def support_path(support: Support, *, secret: bytes) -> str:
    """Path of the page after a "mine too", where its sender can leave an address or take it back."""
    return f"/support/{support.id}/{_sign(secret, 'support', str(support.id), support.nonce)}"


def support_confirm_path(support: Support, *, secret: bytes) -> str:
    """Path of the page with the button that confirms a supporter's address; stands only in the mail to it."""
    token = _sign(secret, "confirm-support", str(support.id), support.nonce, (support.email or "").lower())
    return f"/confirm-support/{support.id}/{token}"


def support_stop_path(support: Support, *, secret: bytes) -> str:
    """Path of the page with the button that ends the mails to a supporter."""
    return f"/stop-support/{support.id}/{_sign(secret, 'stop-support', str(support.id), support.nonce)}"


def place_path(follow: PlaceFollow, *, secret: bytes) -> str:
    """Path of the page on which a follower of a place changes or ends it."""
    return _place("followed-place", follow, secret=secret)


def place_confirm_path(follow: PlaceFollow, *, secret: bytes) -> str:
    """Path of the page with the button that begins the mails about a place; stands only in the mail to the address."""
    return _place("confirm-place", follow, secret=secret)


def place_stop_path(follow: PlaceFollow, *, secret: bytes) -> str:
    """Path of the page with the button that ends the mails about a place."""
    return _place("stop-place", follow, secret=secret)


def round_token(link: RoundLink, *, secret: bytes) -> str:
    """What opens one round to somebody without an account: the link's number and 128 bits, URL-safe."""
    return f"{link.id}-{_sign(secret, 'round', str(link.id), link.nonce)}"


def round_path(link: RoundLink, *, secret: bytes) -> str:
    """Path of the pages behind such a link."""
    return f"/round/{round_token(link, secret=secret)}"


def _place(name: str, follow: PlaceFollow, *, secret: bytes) -> str:
    return f"/{name}/{follow.id}/{_sign(secret, name, str(follow.id), follow.nonce)}"


def photo_key(photo_id: UUID, *, nonce: str = "unsent", secret: bytes) -> str:
    """Opens one photo to the holder of its report's follow link (`nonce`), or to who has not sent it yet."""
    return _sign(secret, "photo", str(photo_id), nonce)


def same(given: str, expected: str) -> bool:
    """Compared in constant time; any text is accepted as given."""
    return hmac.compare_digest(given.encode(), expected.encode())


def _sign(secret: bytes, *parts: str) -> str:
    mac = hmac.new(secret, "\x00".join(parts).encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac[:16]).decode().rstrip("=")
