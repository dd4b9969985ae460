"""What comes in beside the form: mails, and how many reports came by which channel."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.models.report import Report


class MailState(StrEnum):
    """What became of a mail. READING: it is read now, or reading it was cut off. WAITING: somebody must look at it."""

    READING = "reading"
    REPORT = "report"
    ADDITION = "addition"
    WAITING = "waiting"
    LEFT_OUT = "left_out"
    DONE = "done"


class IncomingMail(Base):
    """One mail that came in. What people wrote stays only while it waits for the desk; its key stays longer.

    `report_id` is the report that it became, or the one that it answers while it waits. `lat`, `lon` (degrees WGS84)
    are a proposal for the place of its report, read where `place_from` says.
    """

    __tablename__ = "incoming_mail"
    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(state.value) for state in MailState)})", name="state"),
        UniqueConstraint("key", name="uq_incoming_mail_key"),
        Index("ix_incoming_mail_waiting", "received_at", "id", postgresql_where=text("state = 'waiting'")),
        Index("ix_incoming_mail_received", "received_at"),
        Index("ix_incoming_mail_report", "report_id", postgresql_where=text("report_id IS NOT NULL")),
        Index("ix_incoming_mail_sender", text("lower(sender)"), postgresql_where=text("sender IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(20))
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0, server_default=text("0"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id", ondelete="SET NULL"))
    sender: Mapped[str | None] = mapped_column(String(254))
    subject: Mapped[str | None] = mapped_column(String(300))
    body: Mapped[str | None] = mapped_column(Text)
    raw: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    place_from: Mapped[str | None] = mapped_column(String(10))

    report: Mapped[Report | None] = relationship(lazy="raise_on_sql")

    def empty(self, state: MailState) -> None:
        """It is dealt with: what somebody wrote goes, and only the key stays, so that it is not read twice."""
        self.state = state.value
        self.sender = self.subject = self.body = self.raw = None


class ChannelTally(Base):
    """Reports by the month they came in (its first day, in Europe/Oslo) and their channel: changes, and their sums."""

    __tablename__ = "channel_tally"
    __table_args__ = (
        Index("uq_channel_tally_folded", "month", "channel", unique=True, postgresql_where=text("folded")),
        Index("ix_channel_tally_change", "month", postgresql_where=text("NOT folded")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    month: Mapped[date] = mapped_column(Date)
    channel: Mapped[str] = mapped_column(String(12))
    n: Mapped[int]
    folded: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
