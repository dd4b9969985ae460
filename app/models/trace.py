"""Who of the staff saw a report, and who stands in for whom.

Rows of Sight are only ever added; the database refuses anything else (migration 0017).
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, ForeignKey, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.models.staff import Staff


class Seen(StrEnum):
    """What of a report somebody had before their eyes."""

    PAGE = "page"
    INBOX = "inbox"
    PHOTO_ORIGINAL = "photo_original"
    EXPORT = "export"
    EXPORT_MASKED = "export_masked"
    SLIP = "slip"


class Sight(Base):
    """Somebody of the staff had a report before their eyes."""

    __tablename__ = "report_sight"
    __table_args__ = (
        Index("ix_report_sight_report", "report_id", "at"),
        Index("ix_report_sight_staff", "staff_id", "at"),
        Index("ix_report_sight_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    what: Mapped[str] = mapped_column(String(20))


class Deputyship(Base):
    """Somebody is away from one day to another, both included, and a colleague stands in."""

    __tablename__ = "deputyship"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days"),
        CheckConstraint("absent_id <> deputy_id", name="two_people"),
        Index("ix_deputyship_absent", "absent_id", "last_day"),
        Index("ix_deputyship_deputy", "deputy_id", "last_day"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    absent_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    deputy_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    absent: Mapped[Staff] = relationship(foreign_keys=absent_id, lazy="raise_on_sql")
    deputy: Mapped[Staff] = relationship(foreign_keys=deputy_id, lazy="raise_on_sql")
