"""RoutineRound: a way that is driven again and again; RoutineDrive: it on one day, where people had a hand in it."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from geoalchemy2 import Geography
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    String,
    Text,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base

WIDEST_REACH = 200


class RoutineKind(StrEnum):
    """What is done along the way; residents read it in words."""

    SNOW = "snow"
    SWEEPING = "sweeping"
    PLAYGROUND = "playground"
    OTHER = "other"


class DriveState(StrEnum):
    """How a day's drive stands. What nobody has touched is planned."""

    PLANNED = "planned"
    DRIVING = "driving"
    DONE = "done"
    CANCELLED = "cancelled"


class RoutineRound(Base):
    """A fixed round. `line` is the way, WGS84; `reach` metres to each side belong to it.

    `rule` is an RFC 5545 RRULE counted from `since` ("FREQ=WEEKLY;BYDAY=TU"); None: only when somebody says so, as when
    it has snowed. `season_from` to `season_until` are "MM-DD", also over New Year. `begins` and `ends` are local time.
    """

    __tablename__ = "routine_round"
    __table_args__ = (
        Index("ix_routine_round_unit", "unit_code", "id"),
        Index("ix_routine_round_line", "line", postgresql_using="gist"),
        CheckConstraint(f"kind IN ({', '.join(repr(one.value) for one in RoutineKind)})", name="kind"),
        CheckConstraint(f"reach BETWEEN 1 AND {WIDEST_REACH}", name="reach"),
        CheckConstraint("begins < ends", name="hours"),
        CheckConstraint("(season_from IS NULL) = (season_until IS NULL)", name="season"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(12))
    line: Mapped[Any] = mapped_column(Geography("MULTILINESTRING", 4326, spatial_index=False), deferred=True)
    reach: Mapped[int] = mapped_column(SmallInteger, default=25, server_default=text("25"))
    category_codes: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    # Whether residents are told when it comes.
    public: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    rule: Mapped[str | None] = mapped_column(Text)
    since: Mapped[date] = mapped_column(Date)
    season_from: Mapped[str | None] = mapped_column(String(5))
    season_until: Mapped[str | None] = mapped_column(String(5))
    begins: Mapped[time] = mapped_column(Time)
    ends: Mapped[time] = mapped_column(Time)
    active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own declaration)


class RoutineDrive(Base):
    """A round on one day, once somebody started, moved, cancelled or finished it, or put reports on it.

    `ends_at` is what residents are promised: by when it has been there.
    """

    __tablename__ = "routine_drive"
    __table_args__ = (
        UniqueConstraint("round_id", "day"),
        Index("ix_routine_drive_day", "day"),
        CheckConstraint(f"state IN ({', '.join(repr(one.value) for one in DriveState)})", name="state"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("routine_round.id", ondelete="CASCADE"))
    day: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(10), default=DriveState.PLANNED.value)
    begins_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    route_list_id: Mapped[int | None] = mapped_column(ForeignKey("route_list.id", ondelete="SET NULL"))
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    round: Mapped[RoutineRound] = relationship(lazy="raise_on_sql")
