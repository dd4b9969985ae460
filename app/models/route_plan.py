"""RoutePlan: a planner's question for a day, worked out in the background, answered by a route list for each crew."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class PlanState(StrEnum):
    """Where the working out stands."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


class RoutePlan(Base):
    """`asked` is what was asked for, `said` the answer's figures and sentences as codes; no personal data in either."""

    __tablename__ = "route_plan"
    __table_args__ = (
        Index("ix_route_plan_unit", "unit_code", "id"),
        Index("ix_route_plan_waiting", "asked_at", postgresql_where=text("state IN ('waiting', 'working')")),
        CheckConstraint(f"state IN ({', '.join(repr(one.value) for one in PlanState)})", name="state"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(40))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    day: Mapped[date] = mapped_column(Date)
    asked: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    state: Mapped[str] = mapped_column(String(8), default=PlanState.WAITING.value)
    progress: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    said: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default=text("'{}'::jsonb"))
