"""The columns and indexes of a report; what can be done with them stands in app/models/report.py."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from geoalchemy2 import Geography
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    String,
    Text,
    and_,
    case,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

# What the map reads; withdrawn reports are few and sorted out while reading.
_ON_MAP = "lat IS NOT NULL AND NOT private AND hidden_at IS NULL"
_OPEN = "status IN ('new', 'forwarded', 'in_progress', 'scheduled')"

ROW_RULES = (
    CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="position_whole"),
    CheckConstraint("lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name="position_on_earth"),
    CheckConstraint(
        "(status = 'duplicate') = (duplicate_of_id IS NOT NULL) OR status <> 'duplicate'",
        name="duplicate",
    ),
    # So that whoever reads need ask for the first only.
    CheckConstraint("NOT (text_public AND words_withheld_at IS NOT NULL)", name="withheld_words"),
    Index("ix_report_position", "position", postgresql_using="gist"),
    Index("ix_report_point", text("point(lon, lat)"), postgresql_using="gist", postgresql_where=_ON_MAP),
    Index(
        "ix_report_point_open",
        text("point(lon, lat)"),
        postgresql_using="gist",
        postgresql_where=f"status IN ('new', 'forwarded', 'in_progress', 'scheduled') AND {_ON_MAP}",
    ),
    Index("ix_report_created", "created_at", "id"),
    Index("ix_report_changed", "changed_at", "id"),
    Index("ix_report_new", "due_at", "id", postgresql_where="status = 'new'"),
    Index(
        "ix_report_at_unit",
        "unit_code",
        "due_at",
        postgresql_where="status IN ('forwarded','in_progress','scheduled')",
    ),
    Index("ix_report_category_created", "category_code", "created_at", "id"),
    Index("ix_report_status_created", "status", "created_at", "id"),
    Index(
        "ix_report_asset_open",
        "asset_id",
        postgresql_where=f"asset_id IS NOT NULL AND {_OPEN}",
    ),
    Index(
        "ix_report_asset_created",
        "asset_id",
        "created_at",
        postgresql_where="asset_id IS NOT NULL",
    ),
    Index("ix_report_open_position", "position", postgresql_using="gist", postgresql_where=_OPEN),
    Index("ix_report_closed", "closed_at", postgresql_where="status IN ('fixed', 'answered')"),
    Index(
        "ix_report_to_forget",
        "closed_at",
        postgresql_where="closed_at IS NOT NULL AND (forgotten_at IS NULL OR forgotten_at < closed_at)",
    ),
    Index("ix_report_claimed", "claimed_at", postgresql_where="claimed_by_id IS NOT NULL"),
    Index("ix_report_interim", "interim_due_at", "id", postgresql_where=f"interim_due_at IS NOT NULL AND {_OPEN}"),
    Index(
        "ix_report_unanswered",
        "first_answer_due_at",
        "id",
        postgresql_where=f"first_answered_at IS NULL AND first_answer_due_at IS NOT NULL AND {_OPEN}",
    ),
    Index(
        "ix_report_first_answered",
        "first_answered_at",
        postgresql_where="first_answered_at IS NOT NULL AND first_answer_due_at IS NOT NULL",
    ),
    Index("ix_report_replied", "replied_at", "id", postgresql_where="replied_at IS NOT NULL"),
    Index("uq_report_source", "source", "source_ref", unique=True, postgresql_where="source_ref IS NOT NULL"),
)


class ReportRow:
    """Times are UTC; `lat`, `lon` are degrees WGS84, both null until the desk has placed the report.

    `address` is what the reporter wrote or confirmed, `nearest_address` what the register has nearest to the place.
    """

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    reference: Mapped[str] = mapped_column(String(13), unique=True)
    nonce: Mapped[str] = mapped_column(String(32), default=lambda: secrets.token_hex(16))
    version: Mapped[int] = mapped_column(default=1)

    category_code: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(12))
    status_before_scheduled: Mapped[str | None] = mapped_column(String(12))
    private: Mapped[bool] = mapped_column(default=False)
    hidden_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    lat: Mapped[float | None]
    lon: Mapped[float | None]
    position: Mapped[Any | None] = mapped_column(
        Geography("POINT", 4326, spatial_index=False),
        Computed("ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography", persisted=True),
        deferred=True,
    )
    address: Mapped[str | None] = mapped_column(String(200))
    nearest_address: Mapped[str | None] = mapped_column(String(200))
    road_owner: Mapped[str] = mapped_column(String(12), default="unknown")
    road_ref: Mapped[str | None] = mapped_column(String(40))
    asset_owner: Mapped[str] = mapped_column(String(12), default="unknown")
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id", ondelete="SET NULL"))

    description: Mapped[str | None] = mapped_column(Text)
    text_public: Mapped[bool] = mapped_column(default=False)
    # The words as others may read them, where the desk has taken some out; app/models/masking.py makes them.
    masked_words: Mapped[str | None] = mapped_column(Text)
    # The reporter does not want the words to be shown, whatever the desk thinks of them.
    words_withheld_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)

    unit_code: Mapped[str | None] = mapped_column(String(40))
    proposed_unit_code: Mapped[str | None] = mapped_column(String(40))
    proposed_rule: Mapped[str | None] = mapped_column(String(200))
    proposal_reason: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)

    channel: Mapped[str] = mapped_column(String(12), default="web")
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    flags: Mapped[list[str]] = mapped_column(ARRAY(String(30)), default=list)
    source: Mapped[str | None] = mapped_column(String(40))
    source_ref: Mapped[str | None] = mapped_column(String(80))

    support_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    # When it was written, where that was earlier: on a phone without a network.
    written_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # By when it should be done.
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # From when the dates are counted, where that is not when it came: since it was opened again.
    counted_from: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # When somebody set that date by hand, and the working days for which the dates stood still in all.
    due_set_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    paused_days: Mapped[int] = mapped_column(SmallInteger, default=0, server_default=text("0"))
    # By when a person should have answered, and when one did.
    first_answer_due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    first_answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # By when the reporter must hear from us again, and when we last wrote; days in between, None: a month.
    interim_due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    interim_sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    interim_days: Mapped[int | None] = mapped_column(SmallInteger)
    # When the reporter last told something that no member of staff has acted on since.
    replied_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # The day for which a crew has it on its list.
    planned_for: Mapped[date | None] = mapped_column(Date)
    waiting_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("report.id", ondelete="SET NULL"), index=True)

    # When everything about people went out of it, at their wish or because its time was over.
    forgotten_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    claimed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    @hybrid_property
    def words_for_others(self) -> str | None:
        """The words without those that the desk has masked: for whoever is given them outside our own staff."""
        return self.masked_words if self.masked_words is not None else self.description

    @words_for_others.inplace.expression
    @classmethod
    def _words_for_others(cls) -> ColumnElement[str | None]:
        return func.coalesce(cls.masked_words, cls.description)

    @hybrid_property
    def public_words(self) -> str | None:
        """What everybody may read of the words: nothing before the desk let them through, and no masked word."""
        return self.words_for_others if self.text_public and self.words_withheld_at is None else None

    @public_words.inplace.expression
    @classmethod
    def _public_words(cls) -> ColumnElement[str | None]:
        shown = and_(cls.text_public, cls.words_withheld_at.is_(None))
        return case((shown, func.coalesce(cls.masked_words, cls.description)))

    @hybrid_property
    def public_address(self) -> str | None:
        """The place in words, for everybody: the register's. What a reporter typed may name people and is not shown.

        The address of an imported report comes from a register too, and is shown with its words.
        """
        shown = self.source is not None and self.text_public and self.words_withheld_at is None
        return self.nearest_address or (self.address if shown else None)

    @public_address.inplace.expression
    @classmethod
    def _public_address(cls) -> ColumnElement[str | None]:
        shown = and_(cls.source.is_not(None), cls.text_public, cls.words_withheld_at.is_(None))
        return func.coalesce(func.nullif(cls.nearest_address, ""), case((shown, cls.address)))
