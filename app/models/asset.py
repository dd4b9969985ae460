"""Asset: a thing in the register, such as a lamp with the number on its mast."""

from __future__ import annotations

from typing import Any

from geoalchemy2 import Geography
from sqlalchemy import BigInteger, Computed, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Asset(Base):
    """Degrees WGS84. `owner` and `road_owner` are two facts: state, county, municipality, private or unknown.

    `source_ref` is its name in the register it came from; `number` what stands on the mast, which many registers do not
    know and which need not be unique. `road_ref` is the road beside it as its owner writes it, `cable` the cable or
    cabinet that feeds it.
    """

    __tablename__ = "asset"
    __table_args__ = (
        UniqueConstraint("kind", "source_ref"),
        Index("ix_asset_position", "position", postgresql_using="gist"),
        Index("ix_asset_number", "kind", text("ltrim(translate(upper(number), ' -./_', ''), '0')")),
        Index("ix_asset_cable", "kind", "cable", postgresql_where=text("cable IS NOT NULL")),
        Index("ix_asset_point", text("point(lon, lat)"), postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    source_ref: Mapped[str] = mapped_column(String(80))
    number: Mapped[str | None] = mapped_column(String(40))
    lat: Mapped[float]
    lon: Mapped[float]
    position: Mapped[Any] = mapped_column(
        Geography("POINT", 4326, spatial_index=False),
        Computed("ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography", persisted=True),
        deferred=True,
    )
    owner: Mapped[str] = mapped_column(String(12), default="unknown")
    road_owner: Mapped[str] = mapped_column(String(12), default="unknown")
    road_ref: Mapped[str | None] = mapped_column(String(40))
    street: Mapped[str | None] = mapped_column(String(120))
    cable: Mapped[str | None] = mapped_column(String(40))
