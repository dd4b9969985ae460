"""Update: one line of a report's history. Rows are only ever added; they hold ids and codes, words stand in Note."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.models.actor import Actor, ActorKind

if TYPE_CHECKING:
    from app.models.report import Report


class UpdateKind(StrEnum):
    """What happened; the words for people are in app/text and the templates."""

    SUBMITTED = "submitted"
    IMPORTED = "imported"
    PLACED = "placed"
    LOOKED_UP = "looked_up"
    FORWARDED = "forwarded"
    INFORMED = "informed"
    CALLED_BACK = "called_back"
    TAKEN = "taken"
    SCHEDULED = "scheduled"
    UNSCHEDULED = "unscheduled"
    SENT_BACK = "sent_back"
    FIXED = "fixed"
    ANSWERED = "answered"
    REFERRED = "referred"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"
    UNDONE = "undone"
    ASKED = "asked"
    REPLIED = "replied"
    NOTED = "noted"
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    HIDDEN = "hidden"
    SHOWN = "shown"
    CATEGORY_CHANGED = "category_changed"
    PHOTO_ADDED = "photo_added"
    CONFIRMED = "confirmed"
    ERASED = "erased"
    NOT_FOUND = "not_found"
    CORRECTED = "corrected"
    GONE = "gone"
    WITHHELD = "withheld"
    MASKED = "masked"
    BLURRED = "blurred"
    UNBLURRED = "unblurred"
    CALLER_TOO = "caller_too"
    SPLIT = "split"
    INTERIM = "interim"
    DUE_SET = "due_set"
    NOT_MENDED = "not_mended"
    NEEDS_LIFT = "needs_lift"
    NEEDS_CABLE = "needs_cable"


class Update(Base):
    """One thing that happened to a report, written by the same method that changed the report."""

    __tablename__ = "report_update"
    __table_args__ = (
        Index("ix_report_update_report", "report_id", "id"),
        Index(
            "ix_report_update_batch",
            text("(data ->> 'batch')"),
            postgresql_where=text("data ->> 'batch' IS NOT NULL"),
        ),
        CheckConstraint(f"actor_kind IN ({', '.join(repr(kind.value) for kind in ActorKind)})", name="actor_kind"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    kind: Mapped[str] = mapped_column(String(30))
    actor_kind: Mapped[str] = mapped_column(String(10))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    from_status: Mapped[str | None] = mapped_column(String(12))
    to_status: Mapped[str | None] = mapped_column(String(12))
    unit_code: Mapped[str | None] = mapped_column(String(40))
    public: Mapped[bool]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)

    report: Mapped[Report] = relationship(back_populates="updates", lazy="raise_on_sql")
    note: Mapped[Note | None] = relationship(back_populates="update", lazy="raise_on_sql", cascade="all, delete-orphan")

    @classmethod
    def by(
        cls,
        actor: Actor,
        *,
        kind: UpdateKind,
        at: datetime,
        public: bool,
        change: tuple[str | None, str | None] = (None, None),
        unit_code: str | None = None,
        words: str | None = None,
        words_public: bool = False,
        data: dict[str, Any] | None = None,
    ) -> Update:
        """A line of history by `actor`; `words` become a Note, because people can be erased and history cannot."""
        update = cls(
            at=at,
            kind=kind.value,
            actor_kind=actor.kind.value,
            staff_id=actor.staff_id,
            from_status=change[0],
            to_status=change[1],
            unit_code=unit_code,
            public=public,
            data=data or {},
        )
        update.note = Note(body=words.strip(), public=words_public) if words and words.strip() else None
        return update


class Note(Base):
    """The words that go with an update: to the public, or among staff."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    update_id: Mapped[int] = mapped_column(ForeignKey("report_update.id", ondelete="CASCADE"), unique=True)
    body: Mapped[str] = mapped_column(Text)
    public: Mapped[bool]

    update: Mapped[Update] = relationship(back_populates="note", lazy="raise_on_sql")
