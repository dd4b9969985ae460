"""Photo: the row; its bytes are in app/storage.py's folder under the same id."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base

if TYPE_CHECKING:
    from app.models.report import Report


class Photo(Base):
    """A re-encoded photo. Without a report it waits for one and goes after 24 hours."""

    __tablename__ = "photo"
    __table_args__ = (
        Index("ix_photo_report", "report_id", "sort_order"),
        Index("ix_photo_public", "report_id", postgresql_where="public"),
        Index("ix_photo_unused", "created_at", postgresql_where="report_id IS NULL"),
        Index("ix_photo_held", "report_id", postgresql_where="report_id IS NOT NULL AND NOT public AND NOT by_crew"),
        Index("ix_photo_original", "report_id", postgresql_where="original_id IS NOT NULL"),
        CheckConstraint("original_id IS NULL OR blurred_at IS NOT NULL", name="original"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    stop_id: Mapped[int | None] = mapped_column(ForeignKey("stop.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    sort_order: Mapped[int] = mapped_column(default=0)
    width: Mapped[int]
    height: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    by_crew: Mapped[bool] = mapped_column(default=False)
    public: Mapped[bool] = mapped_column(default=False)
    # Parts were made unreadable: in per cent of the picture. The file before that lies under `original_id`, which is no
    # photo's id, so no address leads to it; it goes when its time is over.
    blurred_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    regions: Mapped[list[list[float]] | None] = mapped_column(JSONB(none_as_null=True))
    original_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)

    report: Mapped[Report | None] = relationship(back_populates="photos", lazy="raise_on_sql")
