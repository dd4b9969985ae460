"""RouteListChange: who changed which stops of a route list, and when; by it, two who edit at once are merged."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base

if TYPE_CHECKING:
    from app.models.staff import Staff


class RoundChangeKind(StrEnum):
    """What a planner did."""

    ORDER = "order"
    LOCK = "lock"
    MUST = "must"
    ADDED = "added"
    REMOVED = "removed"
    GIVEN = "given"
    TAKEN_OVER = "taken_over"
    BREAKDOWN = "breakdown"
    REPLANNED = "replanned"


class RouteListChange(Base):
    """One change. `version` is the list's after it, `before` the ids of the stops not yet driven to, as they stood.

    `stops` are those that the change touched. `data` holds numbers and codes only.
    """

    __tablename__ = "route_list_change"
    __table_args__ = (
        Index("ix_route_list_change_list", "route_list_id", "id"),
        CheckConstraint(f"kind IN ({', '.join(repr(one.value) for one in RoundChangeKind)})", name="kind"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    route_list_id: Mapped[int] = mapped_column(ForeignKey("route_list.id", ondelete="CASCADE"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    kind: Mapped[str] = mapped_column(String(12))
    version: Mapped[int]
    stops: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list, server_default=text("'{}'"))
    before: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list, server_default=text("'{}'"))
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default=text("'{}'::jsonb"))

    staff: Mapped[Staff | None] = relationship(lazy="raise_on_sql")
