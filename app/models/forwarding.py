"""Forwarding: the desk sends a report to a unit; Delivery: what went to the unit over one of its channels."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.models.sending import STATES_SQL, Sending

if TYPE_CHECKING:
    from app.models.report import Report


class Forwarding(Base):
    """A report given to a unit, as the one responsible or for information only."""

    __tablename__ = "forwarding"
    __table_args__ = (
        Index("ix_forwarding_report", "report_id", "id"),
        Index("ix_forwarding_unit", "unit_code", "id"),
        Index("ix_forwarding_decided", "at", "id", postgresql_where="NOT for_information AND undone_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    unit_code: Mapped[str] = mapped_column(String(40))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # What the rules said at that moment: the rule's name, and the unit it proposed.
    rule: Mapped[str | None] = mapped_column(String(200))
    proposed_unit_code: Mapped[str | None] = mapped_column(String(40))
    corrected: Mapped[bool] = mapped_column(default=False)
    for_information: Mapped[bool] = mapped_column(default=False)
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    report: Mapped[Report] = relationship(back_populates="forwardings", lazy="raise_on_sql")
    deliveries: Mapped[list[Delivery]] = relationship(
        back_populates="forwarding", lazy="raise_on_sql", order_by="Delivery.id", cascade="all, delete-orphan"
    )


class Delivery(Sending, Base):
    """One channel of one forwarding, or what came after it (`kind`): called back, or what the reporter did since."""

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint(STATES_SQL, name="state"),
        CheckConstraint(
            "kind IN ('forward', 'call_back', 'addition', 'corrected', 'reopened', 'gone')",
            name="kind",
        ),
        Index("ix_delivery_forwarding", "forwarding_id"),
        Index(
            "uq_delivery_update",
            "update_id",
            "channel",
            "address",
            unique=True,
            postgresql_where="update_id IS NOT NULL",
        ),
        Index(
            "ix_delivery_open",
            "state",
            "next_attempt_at",
            postgresql_where="state <> 'sent' AND state <> 'cancelled'",
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    forwarding_id: Mapped[int] = mapped_column(ForeignKey("forwarding.id", ondelete="CASCADE"))
    # What the reporter did since; one delivery of it for each address.
    update_id: Mapped[int | None] = mapped_column(ForeignKey("report_update.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10), default="forward")
    channel: Mapped[str] = mapped_column(String(12))
    address: Mapped[str | None] = mapped_column(String(254))

    forwarding: Mapped[Forwarding] = relationship(back_populates="deliveries", lazy="raise_on_sql")
