"""What comes in from the field: every tap once, in the order and with the times there; and links for contractors."""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class EntryKind(StrEnum):
    """What a crew can do on a round. `other_fault` is a report of something else that it saw."""

    OUTCOME = "outcome"
    UNDO = "undo"
    OTHER_FAULT = "other_fault"
    NOTE = "note"
    END = "end"


class EntryResult(StrEnum):
    """What came of it. A conflict was kept and is shown to the crew and to the unit; nothing else was changed."""

    APPLIED = "applied"
    CONFLICT = "conflict"
    REFUSED = "refused"


class FieldEntry(Base):
    """One tap in the cab. `key` is the tap's own, so that it counts once however often it is sent."""

    __tablename__ = "field_entry"
    __table_args__ = (
        Index("ix_field_entry_route_list", "route_list_id", "id"),
        Index(
            "ix_field_entry_open_conflict",
            "route_list_id",
            postgresql_where=text("result = 'conflict' AND seen_at IS NULL"),
        ),
        CheckConstraint(f"kind IN ({', '.join(repr(one.value) for one in EntryKind)})", name="kind"),
        CheckConstraint(f"result IN ({', '.join(repr(one.value) for one in EntryResult)})", name="result"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), unique=True)
    route_list_id: Mapped[int] = mapped_column(ForeignKey("route_list.id", ondelete="CASCADE"))
    stop_id: Mapped[int | None] = mapped_column(ForeignKey("stop.id", ondelete="SET NULL"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(String(12))
    happened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("round_link.id", ondelete="SET NULL"))
    # Codes and numbers as they came; the crew's words stand beside them, so that they can be erased.
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default=text("'{}'::jsonb"))
    words: Mapped[str | None] = mapped_column(Text)
    result: Mapped[str] = mapped_column(String(8))
    # Why it could not be applied: "already_done", "closed_by_desk", "list_closed", "not_on_list" ...
    conflict: Mapped[str | None] = mapped_column(String(20))
    seen_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class RoundLink(Base):
    """A link to one round for somebody without an account. The token is made of id and nonce, and not stored."""

    __tablename__ = "round_link"
    __table_args__ = (Index("ix_round_link_route_list", "route_list_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    route_list_id: Mapped[int] = mapped_column(ForeignKey("route_list.id", ondelete="CASCADE"))
    nonce: Mapped[str] = mapped_column(String(32), default=lambda: secrets.token_hex(16))
    # The firm, as the planner calls it.
    name: Mapped[str] = mapped_column(String(80))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
