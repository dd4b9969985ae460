"""What everybody's search and archive read; triggers (migration 0009) keep both exact in each transaction."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, DateTime, ForeignKey, Identity, Index, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class ReportWords(Base):
    """The stems of all that everybody may read of one public report, and its category as "=code".

    A report of which nothing was let through and to which nothing has happened yet has no row.
    """

    __tablename__ = "report_words"
    __table_args__ = (
        Index("ix_report_words_found", text("search_words(stems, at)"), postgresql_using="gin",
              postgresql_with={"fastupdate": "off"}),
    )  # fmt: skip

    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    stems: Mapped[list[str]] = mapped_column(ARRAY(Text))


class WeekTally(Base):
    """Reports by the week they came in (its Monday, in Europe/Oslo) and what they are now: changes, and their sums.

    Under "ended" stand those that were closed in the week. New reports are not counted here: intake writes no row,
    and there are few enough to be counted as they lie.
    """

    __tablename__ = "week_tally"
    __table_args__ = (
        Index("uq_week_tally_folded", "week", "status", unique=True, postgresql_where=text("folded")),
        Index("ix_week_tally_change", "week", postgresql_where=text("NOT folded")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    week: Mapped[date] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(12))
    n: Mapped[int]
    folded: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
