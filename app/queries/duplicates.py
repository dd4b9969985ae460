"""Open reports that may be about the same fault as one that is there, best first, and those merged into it.

One statement whatever their number: what is near by the index on open places, and what hangs on the same lamp.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    String,
    any_,
    bindparam,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.models import OPEN, Asset, Merge, Note, Photo, Report, ReportStatus, Staff, Update, UpdateKind
from app.models.likeness import LIKELY, MENTIONED, Beside, Kind, likeness, reasons, words_beside
from app.models.reference import show_reference
from app.queries.assets import point
from app.queries.visible import is_public, seen_by
from app.routing.catalogue import SIMILAR_ASSET_METRES, SIMILAR_METRES

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.routing import Category, Rules

MOST, LOOKED_AT = 9, 60
LEAST_METRES = 100.0
_MUCH_TEXT = 600


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open report that may be about the same fault: `score` between 0 and 1, and what it rests on.

    `words` and `photo_id` are for staff. `others` have reported the same as it.
    """

    id: int
    reference: str
    category_code: str
    status: str
    created_at: datetime
    due_at: datetime | None
    unit_code: str | None
    address: str | None
    words: str | None
    photo_id: uuid.UUID | None
    lamp: str | None
    others: int
    beside: Beside
    score: float

    @property
    def is_likely(self) -> bool:
        """Whether it is marked as probably the same."""
        return self.score >= LIKELY

    @property
    def shown_reference(self) -> str:
        """The reference as people read it."""
        return show_reference(self.reference)

    def reasons(self, lang: str) -> list[str]:
        """Why it may be the same, in short words."""
        return reasons(self.beside, lang)


@dataclass(frozen=True, slots=True)
class Part:
    """A report that went into another, for staff: when and by whom, its words, photos and what was said since."""

    reference: str
    created_at: datetime
    merged_at: datetime | None
    by: str | None
    words: str | None
    version: int
    photo_ids: tuple[uuid.UUID, ...]
    said: str | None

    @property
    def shown_reference(self) -> str:
        """The reference as people read it."""
        return show_reference(self.reference)


def candidates(session: Session, report: Report, *, rules: Rules, staff: Staff, limit: int = MOST) -> list[Candidate]:
    """At most `limit` open reports that `staff` may see, the likeliest first; empty for a kind that has none.

    Looked for among the same group of kinds and what the rules call similar, twice as far as the kind's own distance.
    """
    category = rules.categories.get(report.category_code)
    if category is None or category.similar_metres == 0 or (report.lat is None and report.asset_id is None):
        return []
    reach = _reach(category)
    asked = {
        "id": report.id,
        "codes": _codes(category, rules),
        "code": category.code,
        "lat": report.lat,
        "lon": report.lon,
        "metres": max(2 * reach, LEAST_METRES),
        "asset_id": report.asset_id,
    }
    kin = {code for code, one in rules.categories.items() if category.code in one.similar_to} | {*category.similar_to}
    found = [_candidate(row, report, reach, kin) for row in session.execute(_STATEMENT.where(seen_by(staff)), asked)]
    likely = sorted((one for one in found if one.score >= MENTIONED), key=lambda one: (-one.score, one.id))
    return likely[:limit]


def parts(session: Session, report: Report) -> list[Part]:
    """The reports that went into this one, the oldest first, with what their reporters have said since."""
    photos = (
        select(func.array_agg(func.cast(Photo.id, String)))
        .where(Photo.report_id == Report.id, ~Photo.by_crew)
        .scalar_subquery()
    )
    said = (
        select(Note.body)
        .join(Update, Update.id == Note.update_id)
        .where(Update.report_id == Report.id, Update.kind == UpdateKind.REPLIED.value)
        .order_by(Update.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            Report.reference, Report.created_at, Merge.at, Staff.name, Report.description, Report.version, photos, said
        )
        .outerjoin(Merge, (Merge.report_id == Report.id) & Merge.ended_at.is_(None))
        .outerjoin(Staff, Staff.id == Merge.by_id)
        .where(_part_of(report))
        .order_by(Report.id)
    )
    return [_part(row) for row in session.execute(query)]


def _part(row: Any) -> Part:
    reference, created_at, merged_at, by, words, version, photo_ids, said = row
    return Part(
        reference, created_at, merged_at, by, words, version, tuple(uuid.UUID(one) for one in photo_ids or ()), said
    )


def public_photos_of_parts(session: Session, report: Report) -> list[Photo]:
    """What the desk let through of the reports that went into this one; no query where nobody reported the same."""
    if not report.support_count:
        return []
    query = select(Photo).join(Report, Report.id == Photo.report_id).where(_part_of(report), Photo.public, is_public())
    return list(session.scalars(query.order_by(Photo.report_id, Photo.sort_order)))


def _part_of(report: Report) -> ColumnElement[bool]:
    return (Report.duplicate_of_id == report.id) & (Report.status == ReportStatus.DUPLICATE.value)


def _reach(category: Category) -> float:
    """Also of kinds that residents are not shown: the desk may compare them."""
    return float(category.similar_metres or (SIMILAR_ASSET_METRES if category.asset_kind else SIMILAR_METRES))


def _codes(category: Category, rules: Rules) -> list[str]:
    """The kinds of its group, and those that the rules call similar in either direction."""
    near = [
        code for code, one in rules.categories.items() if one.group == category.group or category.code in one.similar_to
    ]
    return sorted({*near, *category.similar_to})


def _candidate(row: Any, report: Report, reach: float, kin: set[str]) -> Candidate:
    kind = Kind.KIN if row.category_code in kin else Kind.GROUP
    kind = Kind.SAME if row.category_code == report.category_code else kind
    common, alike = words_beside(report.description, row.words)
    beside = Beside(
        metres=row.metres,
        reach=reach,
        same_lamp=None if row.asset_id is None or report.asset_id is None else row.asset_id == report.asset_id,
        kind=kind,
        days=(report.created_at - row.created_at).total_seconds() / 86_400,
        common=common,
        alike_words=alike,
    )
    shown: Any = (*row[:12], beside, likeness(beside))
    return Candidate(*shown)


_HERE = point(bindparam("lat", type_=Double), bindparam("lon", type_=Double))
_ASSET_ID = bindparam("asset_id", type_=BigInteger)
# Statuses in the text of the statement, as the indexes on open reports have them: a parameter could be anything.
_WANTED = (
    Report.status.in_([literal_column(f"'{status.value}'") for status in sorted(OPEN)]),
    Report.category_code == any_(bindparam("codes", type_=ARRAY(String))),
    Report.id != bindparam("id", type_=BigInteger),
)
_IDS = union_all(
    select(Report.id).where(func.ST_DWithin(Report.position, _HERE, bindparam("metres", type_=Double)), *_WANTED),
    select(Report.id).where(Report.asset_id == _ASSET_ID, *_WANTED),
)
_METRES = func.ST_Distance(Report.position, _HERE)
_PHOTO = (
    select(Photo.id)
    .where(Photo.report_id == Report.id, ~Photo.by_crew)
    .order_by(Photo.sort_order)
    .limit(1)
    .scalar_subquery()
)
_STATEMENT = (
    select(
        Report.id,
        Report.reference,
        Report.category_code,
        Report.status,
        Report.created_at,
        Report.due_at,
        Report.unit_code,
        func.coalesce(Report.address, Report.nearest_address).label("address"),
        func.left(Report.description, _MUCH_TEXT).label("words"),
        _PHOTO.label("photo_id"),
        Asset.number.label("lamp"),
        Report.support_count,
        Report.asset_id,
        _METRES.label("metres"),
    )
    .outerjoin(Asset, Asset.id == Report.asset_id)
    .where(Report.id.in_(_IDS))
    # Those looked at when there are very many: on the lamp, of the very kind, the nearest.
    .order_by(
        func.coalesce(Report.asset_id == _ASSET_ID, False).desc(),
        (Report.category_code == bindparam("code", type_=String)).desc(),
        _METRES.asc().nulls_last(),
        Report.id,
    )
    .limit(LOOKED_AT)
)
