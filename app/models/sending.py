"""How one outgoing message stands. Forwardings' deliveries and reporters' notifications share it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import DateTime, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.errors import Conflict


class SendingState(StrEnum):
    """pending -> sending -> sent | pending (again, later) | failed (a person must look) | unknown (crashed between)."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


STATES_SQL = "state IN ('pending','sending','sent','failed','unknown','cancelled')"
MAX_ATTEMPTS = 8


class Sending:
    """Columns and rules of one outgoing message; a mixin of tables."""

    state: Mapped[str] = mapped_column(String(10), default=SendingState.PENDING.value)
    attempts: Mapped[int] = mapped_column(default=0)
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    next_attempt_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    def start(self, *, at: datetime) -> None:
        """Written down before the conversation, so that a crash in the middle is known afterwards."""
        if self.state != SendingState.PENDING:
            raise Conflict("This message is %(state)s and is not sent again.", state=self.state)
        self.state = SendingState.SENDING.value
        self.attempts += 1
        self.started_at = at

    def succeed(self, *, at: datetime) -> None:
        """The other side took it."""
        self.state = SendingState.SENT.value
        self.sent_at = at
        self.last_error = None
        self.next_attempt_at = None

    def fail(self, *, at: datetime, error: str, permanent: bool) -> datetime | None:
        """Not taken: the time of the next try, or None when a person must look at it."""
        self.last_error = error
        if permanent or self.attempts >= MAX_ATTEMPTS:
            self.state = SendingState.FAILED.value
            self.next_attempt_at = None
            return None
        self.state = SendingState.PENDING.value
        self.next_attempt_at = at + back_off(self.attempts)
        return self.next_attempt_at

    def lose(self) -> None:
        """We crashed between the other side's yes and our own commit: nobody knows."""
        self.state = SendingState.UNKNOWN.value

    def cancel(self) -> None:
        """Taken back before anything went out."""
        if self.state not in {SendingState.PENDING, SendingState.FAILED}:
            raise Conflict("It has already gone out.")
        self.state = SendingState.CANCELLED.value
        self.next_attempt_at = None

    def revive(self, *, at: datetime) -> None:
        """What it was dropped for was undone, so it is to go out after all."""
        if self.state == SendingState.CANCELLED:
            self.state = SendingState.PENDING.value
            self.next_attempt_at = at

    def retry(self, *, at: datetime) -> None:
        """A person says: try once more."""
        if self.state not in {SendingState.FAILED, SendingState.UNKNOWN}:
            raise Conflict("Only what could not be delivered can be tried again.")
        self.state = SendingState.PENDING.value
        self.attempts = 0
        self.next_attempt_at = at


def back_off(attempts: int) -> timedelta:
    """30 s, 1, 2, 4 ... minutes, at the most 2 hours."""
    return min(timedelta(seconds=30 * 2 ** min(attempts - 1, 8)), timedelta(hours=2))
