"""Crew: who drives; Vehicle: what they drive in. Both belong to a unit and are the planner's to keep."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String, Time, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base


class Vehicle(Base):
    """A car or lorry. `stock` is what usually lies in it: {material code of the rules file: pieces}.

    With a lift it reaches lamps; the lift rests from `lift_rests_from` to `lift_rests_until` ("MM-DD", each year).
    """

    __tablename__ = "vehicle"
    __table_args__ = (
        Index("ix_vehicle_unit", "unit_code", "id"),
        CheckConstraint("(lift_rests_from IS NULL) = (lift_rests_until IS NULL)", name="lift_rests"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    lift: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    lift_rests_from: Mapped[str | None] = mapped_column(String(5))
    lift_rests_until: Mapped[str | None] = mapped_column(String(5))
    # "car" or "lorry": what the road network is asked for.
    profile: Mapped[str] = mapped_column(String(8), default="car", server_default="car")
    stock: Mapped[dict[str, float]] = mapped_column(JSONB, default=dict, server_default=text("'{}'::jsonb"))
    active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own declaration)

    def lifts_on(self, day: date) -> bool:
        """Whether the lift can be used on a day; a rest may go over the turn of the year."""
        if not self.lift or self.lift_rests_from is None or self.lift_rests_until is None:
            return self.lift
        here, first, last = f"{day:%m-%d}", self.lift_rests_from, self.lift_rests_until
        return not (first <= here <= last if first <= last else here >= first or here <= last)


class Crew(Base):
    """One crew's usual day: from where, from when until when (local time), in which vehicle. Degrees WGS84."""

    __tablename__ = "crew"
    __table_args__ = (
        Index("ix_crew_unit", "unit_code", "id"),
        CheckConstraint("(end_lat IS NULL) = (end_lon IS NULL)", name="end_whole"),
        CheckConstraint("shift_from < shift_until", name="shift"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    vehicle_id: Mapped[int | None] = mapped_column(ForeignKey("vehicle.id", ondelete="SET NULL"))
    start_lat: Mapped[float]
    start_lon: Mapped[float]
    start_name: Mapped[str | None] = mapped_column(String(120))
    returns: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    end_lat: Mapped[float | None]
    end_lon: Mapped[float | None]
    end_name: Mapped[str | None] = mapped_column(String(120))
    shift_from: Mapped[time] = mapped_column(Time)
    shift_until: Mapped[time] = mapped_column(Time)
    active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))

    vehicle: Mapped[Vehicle | None] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own declaration)
