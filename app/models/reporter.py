"""Reporter: who sent a report, in a table of its own, so that erasing a person is deleting a row's contents."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Computed, DateTime, ForeignKey, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.models.address import Addressed

if TYPE_CHECKING:
    from app.models.report import Report


class Reporter(Addressed, Base):
    """Contact data of one report; all of it optional, none of it ever public."""

    __tablename__ = "reporter"
    __table_args__ = (
        Index("ix_reporter_email", text("lower(email)")),
        Index(
            "ix_reporter_unconfirmed", "report_id", postgresql_where=text("email IS NOT NULL AND confirmed_at IS NULL")
        ),
        Index("ix_reporter_phone_digits", "phone_digits", postgresql_where=text("phone_digits IS NOT NULL")),
        Index("ix_reporter_bounced", "bounced_at", postgresql_where=text("bounced_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), unique=True)
    name: Mapped[str | None] = mapped_column(String(100))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(30))
    # The last eight digits, however the number is written; see app/queries/callers.py.
    phone_digits: Mapped[str | None] = mapped_column(
        String(8),
        Computed("nullif(right(regexp_replace(phone, '[^0-9]', '', 'g'), 8), '')", persisted=True),
        deferred=True,
    )
    language: Mapped[str] = mapped_column(String(5), default="nb")
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # Its owner said stop, or a mail server said that there is no such mailbox.
    stopped_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    bounced_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    report: Mapped[Report] = relationship(back_populates="reporter", lazy="raise_on_sql")

    @property
    def hears(self) -> bool:
        """Whether mails beyond the receipt may go out: the address is confirmed and works, and nobody said stop."""
        return (
            self.email is not None
            and self.confirmed_at is not None
            and self.stopped_at is None
            and self.bounced_at is None
        )

    def confirm(self, *, at: datetime) -> None:
        """The owner of the address pressed the button in the mail."""
        self.confirmed_at = self.confirmed_at or at

    def stop(self, *, at: datetime) -> None:
        """No mails beyond the receipt, until the reader wants them again; pressing twice changes nothing."""
        self.stopped_at = self.stopped_at or at

    def start_again(self) -> None:
        """The reader of the address wants the mails after all."""
        self.stopped_at = None
