"""RouteList: a crew's ordered day; Stop: one place on it with one or more reports."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Numeric,
    String,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.errors import N_, Conflict

if TYPE_CHECKING:
    from app.models.asset import Asset
    from app.models.crew import Crew, Vehicle
    from app.models.report import Report

LineOfPoints = list[list[float]]
"""[[lon, lat], ...] in degrees WGS84, as GeoJSON writes them."""


class StopOutcome(StrEnum):
    """What the crew found. `needs_lift` and `needs_cable` give the stop back to the unit with the reason."""

    DONE = "done"
    NOT_FOUND = "not_found"
    NEEDS_LIFT = "needs_lift"
    NEEDS_CABLE = "needs_cable"


class RouteList(Base):
    """The stops of one round in driving order. Degrees WGS84, metres, seconds of driving.

    A draft (no `released_at`) is the planner's; when it is released its reports are scheduled and reporters hear of it.
    `way_by` says what the times rest on: `straight` (geodesic with a factor), `roads`, `valhalla` or `osrm`.
    """

    __tablename__ = "route_list"
    __table_args__ = (
        Index("ix_route_list_unit", "unit_code", "id"),
        Index("ix_route_list_day", "unit_code", "day"),
        Index("ix_route_list_plan", "plan_id", postgresql_where=text("plan_id IS NOT NULL")),
    )

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
    # Back to the start; else it ends at `end_lat`, `end_lon`, or, where they are missing, at the last stop.
    returns: Mapped[bool] = mapped_column(default=True)
    end_lat: Mapped[float | None]
    end_lon: Mapped[float | None]
    end_name: Mapped[str | None] = mapped_column(String(120))
    back_metres: Mapped[float] = mapped_column(default=0.0)
    back_seconds: Mapped[float] = mapped_column(default=0.0, server_default=text("0"))
    back_line: Mapped[LineOfPoints | None] = mapped_column(JSONB(none_as_null=True))
    total_metres: Mapped[float] = mapped_column(default=0.0)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("route_plan.id", ondelete="SET NULL"))
    crew_id: Mapped[int | None] = mapped_column(ForeignKey("crew.id", ondelete="SET NULL"))
    vehicle_id: Mapped[int | None] = mapped_column(ForeignKey("vehicle.id", ondelete="SET NULL"))
    day: Mapped[date] = mapped_column(Date)
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_by: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    released_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    way_by: Mapped[str] = mapped_column(String(12), default="straight", server_default="straight")
    # What the crew drove by its own counting, when it says so at the end of the day.
    driven_metres: Mapped[float | None]
    version: Mapped[int] = mapped_column(default=1)

    stops: Mapped[list[Stop]] = relationship(
        back_populates="route_list",
        order_by="Stop.sort_order",
        lazy="raise_on_sql",
        cascade="all, delete-orphan",
    )
    crew: Mapped[Crew | None] = relationship(lazy="raise_on_sql")
    vehicle: Mapped[Vehicle | None] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own declaration)

    @property
    def is_open(self) -> bool:
        """Whether the crew still drives it, or will."""
        return self.closed_at is None

    @property
    def is_draft(self) -> bool:
        """Whether only its unit and the desk see it: reporters have not been told."""
        return self.released_at is None

    def close(self, *, at: datetime) -> None:
        """The round is over."""
        if not self.is_open:
            raise Conflict(N_("The route list is already closed."))
        self.closed_at = at


class Stop(Base):
    """One place on a route list; `leg_*` are the way to it from the stop before: metres, seconds, and the line driven.

    `why` are the reasons for its rank: [{"code": ..., ...}], written in words where they are read.
    `completed_at` is the time in the field, `received_at` when we heard of it.
    """

    __tablename__ = "stop"
    __table_args__ = (
        CheckConstraint(f"outcome IN ({', '.join(repr(one.value) for one in StopOutcome)})", name="outcome"),
        Index("ix_stop_route_list", "route_list_id", "sort_order"),
        Index("ix_stop_completed", "completed_at", postgresql_where=text("completed_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    route_list_id: Mapped[int] = mapped_column(ForeignKey("route_list.id", ondelete="CASCADE"))
    sort_order: Mapped[int]
    lat: Mapped[float]
    lon: Mapped[float]
    leg_metres: Mapped[float]
    leg_seconds: Mapped[float] = mapped_column(default=0.0, server_default=text("0"))
    leg_line: Mapped[LineOfPoints | None] = mapped_column(JSONB(none_as_null=True))
    arrives_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    service_seconds: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    window_from: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    window_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    must: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    locked: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    needs_lift: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    fault_kind: Mapped[str | None] = mapped_column(String(20))
    rank: Mapped[int | None]
    why: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default=text("'[]'::jsonb"))
    # What the planner should know: "off_road", "unreachable", "late".
    warning: Mapped[str | None] = mapped_column(String(20))
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id", ondelete="SET NULL"))
    outcome: Mapped[str | None] = mapped_column(String(12))
    completed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    received_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    completed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    completed_link_id: Mapped[int | None] = mapped_column(ForeignKey("round_link.id", ondelete="SET NULL"))
    completion_key: Mapped[str | None] = mapped_column(String(255), unique=True)
    minutes: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(Text)

    route_list: Mapped[RouteList] = relationship(back_populates="stops", lazy="raise_on_sql")
    asset: Mapped[Asset | None] = relationship(lazy="raise_on_sql")
    entries: Mapped[list[StopReport]] = relationship(
        back_populates="stop",
        order_by="StopReport.report_id",
        lazy="raise_on_sql",
        cascade="all, delete-orphan",
    )
    materials: Mapped[list[StopMaterial]] = relationship(lazy="raise_on_sql", cascade="all, delete-orphan")


class StopReport(Base):
    """A report on a stop. `active` while the list is driven: a report is on one such list at most."""

    __tablename__ = "stop_report"
    __table_args__ = (
        Index("uq_stop_report_active", "report_id", unique=True, postgresql_where=text("active")),
        Index("ix_stop_report_report", "report_id"),
    )

    stop_id: Mapped[int] = mapped_column(ForeignKey("stop.id", ondelete="CASCADE"), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), primary_key=True)
    active: Mapped[bool] = mapped_column(default=True)

    stop: Mapped[Stop] = relationship(back_populates="entries", lazy="raise_on_sql")
    report: Mapped[Report] = relationship(lazy="raise_on_sql")


class StopMaterial(Base):
    """What was used at a stop. `cost_ore` is the price of one piece on that day, in hundredths of a krone."""

    __tablename__ = "stop_material"
    __table_args__ = (CheckConstraint("quantity > 0 AND quantity <= 9999", name="quantity"),)

    stop_id: Mapped[int] = mapped_column(ForeignKey("stop.id", ondelete="CASCADE"), primary_key=True)
    material_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    quantity: Mapped[float] = mapped_column(Numeric(8, 2, asdecimal=False))
    cost_ore: Mapped[int | None]
