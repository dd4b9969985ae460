"""Residents who sign in by a link in a mail: the links, which work once, and the browsers that used one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.models.address import Addressed
from app.models.sending import STATES_SQL, Sending


class ResidentLink(Addressed, Sending, Base):
    """A mail that somebody asked for, and its link. Only the token's hash is kept, from when the mail was written.

    `email` stays for a while after the link's end, so that one press asks for a new one.
    """

    __tablename__ = "resident_link"
    __table_args__ = (
        CheckConstraint(STATES_SQL, name="state"),
        Index("ix_resident_link_email", text("lower(email)")),
        Index("ix_resident_link_created", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(5))
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    def works(self, *, at: datetime) -> bool:
        """Whether its button may still sign somebody in."""
        return self.used_at is None and self.expires_at is not None and at < self.expires_at


class ResidentSession(Addressed, Base):
    """A browser in which the owner of an address is signed in. Only the token's hash is kept; no row, no session."""

    __tablename__ = "resident_session"
    __table_args__ = (Index("ix_resident_session_email", text("lower(email)")),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
