"""What keeps robots from filling in the report form: a field that people do not see, and the time it took.

Nobody is turned away for good: the form comes back filled in, and a person loses one tap.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from starlette.datastructures import FormData

from app.errors import N_

# No word that a browser or a password manager knows how to fill in.
TRAP = "second_thought"
TRAPPED = N_(
    "A field that should be empty was filled in. Nothing was lost. Please send once more. "
    "If this comes again, phone us."
)
TOO_QUICK = N_("That was very quick. Nothing was lost. Please send once more.")


def make_stamp(at: datetime, *, secret: bytes) -> str:
    """When the page was made, in milliseconds, and a mark that only we can set."""
    made = str(int(at.timestamp() * 1000))
    return f"{made}.{_mark(made, secret=secret)}"


def keep_stamp(given: str, *, at: datetime, secret: bytes) -> str:
    """The stamp of the first page, so that a form which comes back does not make anybody wait again; else a new one."""
    return given if _read(given, secret=secret) is not None else make_stamp(at, secret=secret)


def suspicion(posted: FormData, *, at: datetime, seconds: float, secret: bytes) -> str:
    """Why this form should be sent once more, as a msgid; empty for a person.

    A page that was kept on the phone has its old stamp, so reports written without a network pass.
    """
    if str(posted.get(TRAP) or ""):
        return TRAPPED
    if seconds <= 0:
        return ""
    made = _read(str(posted.get("made") or ""), secret=secret)
    return TOO_QUICK if made is None or at.timestamp() * 1000 - made < seconds * 1000 else ""


def _read(stamp: str, *, secret: bytes) -> int | None:
    made, _, mark = stamp.partition(".")
    if not (made.isascii() and made.isdigit()):
        return None
    return int(made[:20]) if hmac.compare_digest(mark.encode(), _mark(made, secret=secret).encode()) else None


def _mark(made: str, *, secret: bytes) -> str:
    return hmac.new(secret, b"form\x00" + made.encode(), hashlib.sha256).hexdigest()[:32]
