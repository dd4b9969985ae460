"""Support: somebody else says that a report is theirs too; with an address they hear how it goes."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.models.address import Addressed
from app.models.report import Report


class Support(Addressed, Base):
    """One "mine too". `key` is made of the browser and the report, so that a second tap is no second person and nobody
    can tell what else a browser supported; `nonce` makes the links.
    """

    __tablename__ = "support"
    __table_args__ = (
        UniqueConstraint("report_id", "key"),
        Index("ix_support_email", text("lower(email)")),
        Index("ix_support_bounced", "bounced_at", postgresql_where=text("bounced_at IS NOT NULL")),
        Index("ix_support_unconfirmed", "asked_at", postgresql_where="email IS NOT NULL AND confirmed_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(32), default=lambda: secrets.token_hex(16))
    counted: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    # The reporter's own browser is known too, but is nobody else, so it is never counted.
    own: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    email: Mapped[str | None] = mapped_column(String(254))
    # When the address was last given; the tap itself may be days older.
    asked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    language: Mapped[str] = mapped_column(String(5), default="nb", server_default="nb")
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    bounced_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    report: Mapped[Report] = relationship(lazy="raise_on_sql")

    @property
    def hears(self) -> bool:
        """Whether mails go out: the owner of the address confirmed it and has not said stop since, and it works."""
        asked_for = self.email is not None and self.confirmed_at is not None
        return asked_for and self.ended_at is None and self.bounced_at is None

    @property
    def is_over(self) -> bool:
        """Whether it was taken back after its address was given, or got another address since."""
        return self.ended_at is not None and self.email is not None

    def end(self, *, at: datetime) -> None:
        """Not counted and never mailed again, and its browser may begin anew.

        The address stays for a while: the day's only mail to it may be this one's, and its button is for the rest too.
        """
        self.key, self.counted, self.ended_at = secrets.token_hex(32), False, at

    def confirm(self, *, at: datetime) -> None:
        """The owner of the address pressed the button in the mail; after a stop too."""
        self.confirmed_at = self.confirmed_at or at
        self.ended_at = None

    def stop(self, *, at: datetime) -> None:
        """No mail any more, and no address to send one to; the support itself still counts."""
        self.ended_at = at
        self.email = None
