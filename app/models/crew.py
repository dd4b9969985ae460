"""RouteList: a crew's ordered day; Stop: one place on it with one or more reports."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.errors import Conflict

if TYPE_CHECKING:
    from app.models.report import Report


class StopOutcome(StrEnum):
    """What the crew found."""

    DONE = "done"
    NOT_FOUND = "not_found"


class RouteList(Base):
    """The stops of one round in driving order. Degrees WGS84, metres."""

    __tablename__ = "route_list"
    __table_args__ = (Index("ix_route_list_unit", "unit_code", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    unit_code: Mapped[str] = mapped_column(String(40))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    category_codes: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    area: Mapped[str | None] = mapped_column(String(60))
    start_lat: Mapped[float]
    start_lon: Mapped[float]
    start_name: Mapped[str | None] = mapped_column(String(120))
    returns: Mapped[bool] = mapped_column(default=True)
    back_metres: Mapped[float] = mapped_column(default=0.0)
    total_metres: Mapped[float] = mapped_column(default=0.0)
    version: Mapped[int] = mapped_column(default=1)

    stops: Mapped[list[Stop]] = relationship(
        back_populates="route_list",
        order_by="Stop.sort_order",
        lazy="raise_on_sql",
        cascade="all, delete-orphan",
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own declaration)

    @property
    def is_open(self) -> bool:
        """Whether the crew still drives it."""
        return self.closed_at is None

    def close(self, *, at: datetime) -> None:
        """The round is over."""
        if not self.is_open:
            raise Conflict("The route list is already closed.")
        self.closed_at = at


class Stop(Base):
    """One place on a route list; `leg_metres` is the way to it from the stop before."""

    __tablename__ = "stop"
    __table_args__ = (
        CheckConstraint("outcome IN ('done', 'not_found')", name="outcome"),
        Index("ix_stop_route_list", "route_list_id", "sort_order"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    route_list_id: Mapped[int] = mapped_column(ForeignKey("route_list.id", ondelete="CASCADE"))
    sort_order: Mapped[int]
    lat: Mapped[float]
    lon: Mapped[float]
    leg_metres: Mapped[float]
    outcome: Mapped[str | None] = mapped_column(String(12))
    completed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    completed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    completion_key: Mapped[str | None] = mapped_column(String(255), unique=True)
    note: Mapped[str | None] = mapped_column(Text)

    route_list: Mapped[RouteList] = relationship(back_populates="stops", lazy="raise_on_sql")
    entries: Mapped[list[StopReport]] = relationship(
        back_populates="stop",
        order_by="StopReport.report_id",
        lazy="raise_on_sql",
        cascade="all, delete-orphan",
    )


class StopReport(Base):
    """A report on a stop. `active` while the list is driven: a report is on one such list at most."""

    __tablename__ = "stop_report"
    __table_args__ = (Index("uq_stop_report_active", "report_id", unique=True, postgresql_where=text("active")),)

    stop_id: Mapped[int] = mapped_column(ForeignKey("stop.id", ondelete="CASCADE"), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), primary_key=True)
    active: Mapped[bool] = mapped_column(default=True)

    stop: Mapped[Stop] = relationship(back_populates="entries", lazy="raise_on_sql")
    report: Mapped[Report] = relationship(lazy="raise_on_sql")
