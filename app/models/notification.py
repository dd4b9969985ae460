"""Notification: one message to a reporter or a supporter. At most one of a kind for one update and person."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.models.report import Report
from app.models.sending import STATES_SQL, Sending
from app.models.support import Support
from app.models.update import Update


class NotificationKind(StrEnum):
    """The receipt, and the question to a supporter, go to any address; the others to confirmed ones."""

    RECEIPT = "receipt"
    STATUS = "status"
    QUESTION = "question"
    SUPPORT = "support"
    # To the address that a report had until now, once.
    MOVED = "moved"


class Notification(Sending, Base):
    """An outgoing mail to the reporter of `report`, about `update`."""

    __tablename__ = "notification"
    __table_args__ = (
        CheckConstraint(STATES_SQL, name="state"),
        Index(
            "uq_notification_update_kind",
            "report_id",
            "update_id",
            "kind",
            unique=True,
            postgresql_where=text("support_id IS NULL"),
        ),
        Index(
            "uq_notification_support",
            "support_id",
            "update_id",
            "kind",
            unique=True,
            postgresql_where=text("support_id IS NOT NULL"),
        ),
        Index("ix_notification_report", "report_id"),
        Index("ix_notification_told_in", "told_in_id", postgresql_where=text("told_in_id IS NOT NULL")),
        Index(
            "ix_notification_open",
            "state",
            "next_attempt_at",
            postgresql_where=text("state <> 'sent' AND state <> 'cancelled'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    update_id: Mapped[int] = mapped_column(ForeignKey("report_update.id", ondelete="CASCADE"))
    # Whom it is for, where that is not the reporter.
    support_id: Mapped[int | None] = mapped_column(ForeignKey("support.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    # From when it may go out together with another; before, it can be undone. Its own turn may be later.
    free_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # Which address it was sent to, as a code that only we can make: the reader may have another one by now.
    sent_to: Mapped[str | None] = mapped_column(Text)
    # Only of a MOVED one, and only until it is sent: where it goes.
    former_email: Mapped[str | None] = mapped_column(Text)
    # The notification whose mail tells this one too; how that one fares, this one does.
    told_in_id: Mapped[int | None] = mapped_column(ForeignKey("notification.id", ondelete="SET NULL"))

    report: Mapped[Report] = relationship(lazy="raise_on_sql")
    update: Mapped[Update] = relationship(lazy="raise_on_sql")
    support: Mapped[Support | None] = relationship(lazy="raise_on_sql")
