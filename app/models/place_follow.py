"""Following a place: a circle or a street, what happened there, and the mails that tell it."""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any

from geoalchemy2 import Geography, Geometry
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.models.address import Addressed
from app.models.sending import STATES_SQL, Sending

# Beside a street: its houses and its road lie within this many metres of what happens on it.
STREET_METRES = 30
HEARS_SQL = "confirmed_at IS NOT NULL AND ended_at IS NULL AND bounced_at IS NULL"


class PlaceFollow(Addressed, Base):
    """One place that one address follows; degrees WGS84, `radius` in metres.

    `street` is the name of a followed street; its houses and roads are the `shape`, else that is the circle's centre.
    `groups` are those of the rules file (None: all), `weekday` 0 is Monday (None: every day). Events up to `told_until`
    have been told, or were before its time.
    """

    __tablename__ = "place_follow"
    __table_args__ = (
        CheckConstraint("radius BETWEEN 10 AND 5000", name="radius"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        Index("ix_place_follow_email", text("lower(email)")),
        Index("ix_place_follow_bounced", "bounced_at", postgresql_where=text("bounced_at IS NOT NULL")),
        Index("ix_place_follow_reach", "reach", postgresql_using="gist", postgresql_where=text(HEARS_SQL)),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(32), default=lambda: secrets.token_hex(16))
    email: Mapped[str | None] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(5), default="nb", server_default="nb")
    label: Mapped[str] = mapped_column(String(200), default="", server_default="")
    lat: Mapped[float]
    lon: Mapped[float]
    radius: Mapped[int]
    street: Mapped[str | None] = mapped_column(String(120))
    shape: Mapped[Any] = mapped_column(Geography("GEOMETRY", 4326, spatial_index=False), deferred=True)
    reach: Mapped[Any] = mapped_column(
        Geometry("GEOMETRY", 4326, spatial_index=False),
        Computed(
            "ST_Envelope(ST_Buffer(shape, CASE WHEN street IS NULL THEN radius ELSE 230 END * 1.03 + 1)::geometry)",
            persisted=True,
        ),
        deferred=True,
    )
    groups: Mapped[list[str] | None] = mapped_column(ARRAY(String(40)))
    closings: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    weekday: Mapped[int | None] = mapped_column(SmallInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # When the address was last given; a mail with a button went out then, or earlier the same day.
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    bounced_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    told_until: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))

    @property
    def hears(self) -> bool:
        """Whether digests go out: the owner of the address confirmed it and has not said stop, and it works."""
        asked_for = self.email is not None and self.confirmed_at is not None
        return asked_for and self.ended_at is None and self.bounced_at is None

    @property
    def waits(self) -> bool:
        """Whether the owner of the address has yet to press the button."""
        return self.email is not None and self.confirmed_at is None and self.ended_at is None

    def confirm(self, *, at: datetime) -> None:
        """The owner of the address pressed the button in the mail; what was ended stays ended."""
        if self.ended_at is None:
            self.confirmed_at = self.confirmed_at or at

    def end(self, *, at: datetime) -> None:
        """No mail any more, and no address to send one to; saying it twice changes nothing."""
        self.ended_at = self.ended_at or at
        self.email = None


class PlaceEventKind(StrEnum):
    """What followers hear of."""

    NEW = "new"
    CLOSED = "closed"


class PlaceEvent(Base):
    """A report that everybody may see since, or that was closed by `update_id` (0 where it is new)."""

    __tablename__ = "place_event"
    __table_args__ = (
        CheckConstraint("kind IN ('new', 'closed')", name="kind"),
        UniqueConstraint("report_id", "kind", "update_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    update_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class PlaceWatch(Base):
    """How far the history of reports has been read, one row: up to `done` nothing can come any more.

    `seen` was the newest line at `seen_at`; older ones may still be stored by transactions before `open_until`.
    """

    __tablename__ = "place_watch"

    id: Mapped[int] = mapped_column(primary_key=True, default=1, autoincrement=False)
    done: Mapped[int] = mapped_column(BigInteger)
    seen: Mapped[int] = mapped_column(BigInteger)
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    open_until: Mapped[int] = mapped_column(BigInteger)


class PlaceNews(Base):
    """A follow that has something to be told, and when its digest is to go out."""

    __tablename__ = "place_news"

    follow_id: Mapped[int] = mapped_column(ForeignKey("place_follow.id", ondelete="CASCADE"), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class PlaceMailKind(StrEnum):
    """The question to an address, and what is new."""

    CONFIRM = "confirm"
    DIGEST = "digest"


class PlaceMail(Sending, Base):
    """One mail to a follower; a digest tells the events after `from_event` up to `until_event`.

    `told` are those of them that stood in the mail when it was last written.
    """

    __tablename__ = "place_mail"
    __table_args__ = (
        CheckConstraint(STATES_SQL, name="state"),
        CheckConstraint("kind IN ('confirm', 'digest')", name="kind"),
        Index("uq_place_mail_digest", "follow_id", "from_event", unique=True, postgresql_where=text("kind = 'digest'")),
        Index("ix_place_mail_pending", "next_attempt_at", "id", postgresql_where=text("state = 'pending'")),
        Index("ix_place_mail_sending", "started_at", postgresql_where=text("state = 'sending'")),
        Index("ix_place_mail_follow", "follow_id"),
        Index("ix_place_mail_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    follow_id: Mapped[int] = mapped_column(ForeignKey("place_follow.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    from_event: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    until_event: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    told: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list, server_default=text("'{}'"))

    follow: Mapped[PlaceFollow] = relationship(lazy="raise_on_sql")
