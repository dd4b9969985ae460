"""The part of a round's page about links for contractors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.models import Role, RouteList, Staff
from app.queries.round_links import links_of
from app.services.round_links import last_day_for


def links_part(
    session: Session,
    staff: Staff,
    route_list: RouteList,
    *,
    at: datetime,
    given: Mapping[str, str] | None = None,
    refused: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What templates/crew/_links.html needs; one query. Crews see no links: they drive themselves."""
    may = staff.role != Role.CREW
    return {
        "may_link": may,
        "round_links": [(one, one.works(at)) for one in links_of(session, staff, route_list.id)] if may else [],
        "link_given": given or {"name": "", "last_day": last_day_for(route_list, at=at).isoformat()},
        "link_refused": dict(refused or {}),
        "links_base": f"/staff/route-lists/{route_list.id}/links",
    }
