"""What has changed at the desk since a moment ago, for the pages that stand open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Integer, String, func, literal, select, union_all

from app.models import Report, Role, Staff, StaffSession
from app.queries.statuses import is_new

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

# More than that at once is an import, not work at the desk; whoever looks fetches the list anew in any case.
MOST = 500


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known now: reference -> version of what changed lately, reference -> staff id of each claim."""

    versions: dict[str, int]
    claims: dict[str, int]
    new: int


def moment(session: Session, *, since: datetime, at: datetime, claim_lasts: timedelta) -> Moment:
    """The reports that changed since then, at most MOST of them, every claim that holds, and how many are new."""
    changed = (
        select(literal("version").label("what"), Report.reference, Report.version.label("number"))
        .where(Report.changed_at >= since)
        .order_by(Report.changed_at.desc())
        .limit(MOST)
        .subquery()
    )
    claims = select(literal("claim"), Report.reference, Report.claimed_by_id).where(
        Report.claimed_by_id.is_not(None), Report.claimed_at >= at - claim_lasts
    )
    new = select(literal("new"), literal("", String), func.count().cast(Integer)).where(is_new())
    found: dict[str, dict[str, int]] = {"version": {}, "claim": {}, "new": {}}
    for what, reference, number in session.execute(union_all(select(changed), claims, new)):
        found[what][reference] = number
    return Moment(versions=found["version"], claims=found["claim"], new=found["new"][""])


def still_at_the_desk(session: Session, token_hashes: Collection[str], *, at: datetime) -> set[str]:
    """Those sessions that still belong to somebody who may see the desk's pages."""
    query = (
        select(StaffSession.token_hash)
        .join(Staff, Staff.id == StaffSession.staff_id)
        .where(
            StaffSession.token_hash.in_(token_hashes),
            StaffSession.revoked_at.is_(None),
            StaffSession.expires_at > at,
            Staff.active,
            Staff.role.in_([Role.DESK.value, Role.ADMIN.value]),
        )
    )
    return set(session.scalars(query))
