"""Open reports that may be about the same fault as one that somebody is about to send."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Double, String, any_, bindparam, func, literal_column, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from app.models import OPEN, Asset, Photo, Report
from app.models.reference import show_reference
from app.queries.assets import point
from app.queries.visible import is_public

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.routing import Category

MOST = 5


@dataclass(frozen=True, slots=True)
class Similar:
    """One report as everybody may see it; `metres` geodesic, None where no place was asked about.

    `lamp` is the number on its mast; `same_lamp` says that it is the very one asked about. `words` and `photo_id` are
    there only when the desk let them through. `others` have said that it is theirs too.
    """

    reference: str
    category_code: str
    status: str
    created_at: datetime
    metres: float | None
    lamp: str | None
    same_lamp: bool
    others: int
    words: str | None
    photo_id: uuid.UUID | None

    @property
    def shown_reference(self) -> str:
        """The reference as people read it."""
        return show_reference(self.reference)


def similar(
    session: Session, category: Category, *, lat: float | None, lon: float | None, asset_id: int | None = None
) -> list[Similar]:
    """At most five open reports near a place (degrees WGS84) or on the asset: those on it first, then the nearest.

    How near, and which other categories count as the same, the rules say.
    """
    if not category.similar_radius or (asset_id is None and (lat is None or lon is None)):
        return []
    asked = {
        "codes": [category.code, *category.similar_to],
        "lat": lat,
        "lon": lon,
        "metres": category.similar_radius,
        "asset_id": asset_id,
    }
    return [Similar(*row) for row in session.execute(_STATEMENT, asked)]


_HERE = point(bindparam("lat", type_=Double), bindparam("lon", type_=Double))
_ASSET_ID = bindparam("asset_id", type_=BigInteger)
# Statuses in the text of the statement, as the indexes on open reports have them: a parameter could be anything.
_WANTED = (
    Report.status.in_([literal_column(f"'{status.value}'") for status in sorted(OPEN)]),
    Report.category_code == any_(bindparam("codes", type_=ARRAY(String))),
    is_public(),
)
# Two arms, each with an index of its own: what is near, and what hangs on the lamp wherever its pin was put.
_IDS = union_all(
    select(Report.id).where(func.ST_DWithin(Report.position, _HERE, bindparam("metres", type_=Double)), *_WANTED),
    select(Report.id).where(Report.asset_id == _ASSET_ID, *_WANTED),
)
_SAME_LAMP = func.coalesce(Report.asset_id == _ASSET_ID, False)
_METRES = func.ST_Distance(Report.position, _HERE)
_PHOTO = (
    select(Photo.id)
    .where(Photo.report_id == Report.id, Photo.public)
    .order_by(Photo.sort_order)
    .limit(1)
    .scalar_subquery()
)
_STATEMENT = (
    select(
        Report.reference,
        Report.category_code,
        Report.status,
        Report.created_at,
        _METRES,
        Asset.number,
        _SAME_LAMP,
        Report.support_count,
        Report.public_words,
        _PHOTO,
    )
    .outerjoin(Asset, Asset.id == Report.asset_id)
    .where(Report.id.in_(_IDS))
    .order_by(_SAME_LAMP.desc(), _METRES.asc().nulls_last(), Report.id)
    .limit(MOST)
)
