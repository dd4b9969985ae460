"""The filters that people at the desk keep: their own, and those that others share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from app.errors import N_, NotFound
from app.models import SavedFilter, Staff

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Saved:
    """A filter under its name; `query` is what stands in the address, `owner` is None for one's own."""

    id: int
    name: str
    shared: bool
    query: dict[str, str]
    owner: str | None


def saved_by(session: Session, staff: Staff) -> list[Saved]:
    """One's own first, then what others at the desk share, each by name."""
    query = (
        select(SavedFilter, Staff.name)
        .join(Staff, Staff.id == SavedFilter.owner_id)
        .where(or_(SavedFilter.owner_id == staff.id, SavedFilter.shared))
        .order_by(SavedFilter.owner_id != staff.id, func.lower(SavedFilter.name), SavedFilter.id)
    )
    return [
        Saved(one.id, one.name, one.shared, one.query, None if one.owner_id == staff.id else owner)
        for one, owner in session.execute(query)
    ]


def own_filter(session: Session, staff: Staff, number: int) -> SavedFilter:
    """One's own with this number; raises NotFound, also for another's: who shares a filter keeps it."""
    query = select(SavedFilter).where(SavedFilter.id == number, SavedFilter.owner_id == staff.id)
    found = session.scalar(query)
    if found is None:
        raise NotFound(N_("There is no such filter of yours."))
    return found
