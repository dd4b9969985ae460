"""Staff: who signs in, with which role, for which units, and their sessions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, WriteOnlyMapped, mapped_column, relationship

from app.db import Base


class Role(StrEnum):
    """One role each; an administrator may do what the desk may, and looks after staff."""

    DESK = "desk"
    UNIT = "unit"
    CREW = "crew"
    ADMIN = "admin"


class ChangeKind(StrEnum):
    """What was done to a member of staff."""

    ADDED = "added"
    CHANGED = "changed"
    INVITED = "invited"
    UNINVITED = "uninvited"
    SIGNED_OUT = "signed_out"
    ENDED = "ended"
    RETURNED = "returned"
    HANDED_OVER = "handed_over"
    DEPUTY = "deputy"
    DEPUTY_ENDED = "deputy_ended"


class Staff(Base):
    """One who signs in. Unit members and crews belong to one or more units."""

    __tablename__ = "staff"
    __table_args__ = (
        CheckConstraint(f"role IN ({', '.join(repr(role.value) for role in Role)})", name="role"),
        Index("uq_staff_email", text("lower(email)"), unique=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(10))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(5), default="nb")
    active: Mapped[bool] = mapped_column(default=True)
    # Whether who leads a unit wants the daily mail about what is over its due date there.
    overdue_mails: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_sign_in_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    invite_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    invited_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # Counted by those who look after staff; signing in changes the row as well, and disturbs nobody.
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    # Units of those for whom the person stands in today; known of who is signed in (services/signing_in.py).
    lent_units: ClassVar[tuple[str, ...]] = ()

    # Every permission asks for the units, so they always come along.
    memberships: Mapped[list[StaffUnit]] = relationship(lazy="selectin", cascade="all, delete-orphan")
    # What was done to the person; only added to, and read by queries of their own.
    changes: WriteOnlyMapped[StaffChange] = relationship(
        foreign_keys="StaffChange.staff_id", order_by="StaffChange.id", passive_deletes=True
    )

    def record(self, kind: ChangeKind, *, by: Staff | None, at: datetime, **data: object) -> None:
        """A line about what was done to the person: codes and numbers, no names. Pages of before are out of date."""
        self.changes.add(StaffChange(kind=kind.value, by_id=by.id if by else None, at=at, data=data))
        self.version += 1

    @property
    def leads(self) -> list[str]:
        """The units that the person leads."""
        return sorted(membership.unit_code for membership in self.memberships if membership.leader)

    @property
    def own_unit_codes(self) -> list[str]:
        """The units this person belongs to."""
        return sorted(membership.unit_code for membership in self.memberships)

    @property
    def unit_codes(self) -> list[str]:
        """The units this person works for: the own ones, and those of whom the person stands in for today."""
        return sorted({*self.own_unit_codes, *self.lent_units})

    def stand_in(self, unit_codes: Iterable[str]) -> None:
        """Work for these units as well, for as long as the request lasts."""
        self.__dict__["lent_units"] = tuple(unit_codes)

    @property
    def sees_all(self) -> bool:
        """The desk and administrators see every report."""
        return self.role in {Role.DESK, Role.ADMIN}

    @property
    def sees_contacts(self) -> bool:
        """A crew never sees who reported."""
        return self.role != Role.CREW


class StaffUnit(Base):
    """Membership of a unit of the rules file."""

    __tablename__ = "staff_unit"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    # Who hears of what is overdue there.
    leader: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class StaffSession(Base):
    """A signed-in browser. Only the token's hash is kept; a revoked row ends the session at once."""

    __tablename__ = "staff_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # By which it is named on pages: nothing of the token.
    number: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)
    # Program and system in plain words, no more: "Firefox, Windows".
    device: Mapped[str] = mapped_column(String(60), default="", server_default="")

    staff: Mapped[Staff] = relationship(lazy="joined", innerjoin=True)


class SignInAttempt(Base):
    """A failed sign-in, counted per address and per account (both hashed) for the throttle."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_key", "key", "at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class StaffChange(Base):
    """One thing that was done to a member of staff; without `by_id` it came from the command line.

    Codes and no words; rows are only added, the database refuses anything else (migration 0017).
    """

    __tablename__ = "staff_change"
    __table_args__ = (
        Index("ix_staff_change_staff", "staff_id", "id"),
        CheckConstraint(f"kind IN ({', '.join(repr(kind.value) for kind in ChangeKind)})", name="kind"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    kind: Mapped[str] = mapped_column(String(20))
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
