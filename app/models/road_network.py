"""RoadNetwork: the roads that crews drive on, as imported; RoadClosure: where nobody drives, and when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.models.staff import Staff


class RoadNetwork(Base):
    """One imported network; there is at most one. `arrays` is what `app.planning.roads` packs, some megabytes.

    `figures` counts what was read and left out. Degrees WGS84, metres.
    """

    __tablename__ = "road_network"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    imported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    source_name: Mapped[str] = mapped_column(String(200))
    attribution: Mapped[str] = mapped_column(String(200))
    nodes: Mapped[int]
    edges: Mapped[int]
    metres: Mapped[float]
    west: Mapped[float]
    south: Mapped[float]
    east: Mapped[float]
    north: Mapped[float]
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default=text("'{}'::jsonb"))
    arrays: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)


class RoadClosure(Base):
    """Roads that nobody may drive on from a day until a day (both count), or each year between the two.

    `shape` is GeoJSON in WGS84: a MultiLineString along roads, a MultiPolygon around them, or a MultiPoint on them;
    `way_ids` are OpenStreetMap's own numbers. One of the two is there. Without `until_day` it holds until
    somebody ends it.
    """

    __tablename__ = "road_closure"
    __table_args__ = (
        Index("ix_road_closure_open", "from_day", postgresql_where=text("ended_at IS NULL")),
        CheckConstraint("shape IS NOT NULL OR cardinality(way_ids) > 0", name="somewhere"),
        CheckConstraint("NOT yearly OR until_day IS NOT NULL", name="yearly"),
        CheckConstraint("yearly OR until_day IS NULL OR until_day >= from_day", name="days"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    unit_code: Mapped[str | None] = mapped_column(String(40))
    shape: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    way_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list, server_default=text("'{}'::bigint[]"))
    from_day: Mapped[date] = mapped_column(Date)
    until_day: Mapped[date | None] = mapped_column(Date)
    yearly: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    reason: Mapped[str | None] = mapped_column(String(300))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))

    created_by: Mapped[Staff | None] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own declaration)

    def holds_on(self, day: date) -> bool:
        """Whether nobody may drive there on this day."""
        return self.ended_at is None and within(day, self.from_day, self.until_day, yearly=self.yearly)

    def end(self, *, at: datetime) -> None:
        """The road is open again; ending twice changes nothing."""
        self.ended_at = self.ended_at or at


def within(day: date, first: date, last: date | None, *, yearly: bool) -> bool:
    """Whether a day lies between two, both counting; `yearly`: each year, maybe over new year."""
    if not yearly or last is None:
        return first <= day and (last is None or day <= last)
    this, begins, ends = ((one.month, one.day) for one in (day, first, last))
    return begins <= this <= ends if begins <= ends else this >= begins or this <= ends
