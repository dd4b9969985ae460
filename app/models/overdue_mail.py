"""OverdueMail: what a unit's leader is told on one day about reports that are over their due date, and the figures."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.models.sending import STATES_SQL, Sending


class OverdueMail(Sending, Base):
    """One mail to one leader on one day; the row is what makes it one."""

    __tablename__ = "overdue_mail"
    __table_args__ = (
        CheckConstraint(STATES_SQL, name="state"),
        UniqueConstraint("staff_id", "day"),
        Index("ix_overdue_mail_pending", "next_attempt_at", "id", postgresql_where=text("state = 'pending'")),
        Index("ix_overdue_mail_sending", "started_at", postgresql_where=text("state = 'sending'")),
        Index("ix_overdue_mail_day", "day"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    day: Mapped[date]


class DeadlineFigure(Base):
    """How a unit kept its dates lately, by category; the unit '' is the service desk."""

    __tablename__ = "deadline_figure"

    category_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    answered: Mapped[int]
    answered_in_time: Mapped[int]
    done: Mapped[int]
    done_in_time: Mapped[int]
    computed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
