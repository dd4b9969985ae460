"""Another fault that a crew saw on its way: a report like any other, for which the desk's rules propose a unit."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.models import EntryResult, FieldEntry
from app.queries import field as queries
from app.services import field_photos
from app.services.drafts import MAX_PHOTOS, ReportDraft
from app.services.field_entries import Entry
from app.services.field_ticks import Field
from app.services.reporting import submit_report

CREW_CHANNEL = "crew"
# In a day through one link.
MOST_BY_LINK = 60
DAY = timedelta(days=1)


def report_it(field: Field, entry: Entry, row: FieldEntry, *, happened_at: datetime) -> tuple[EntryResult, str | None]:
    """The report, at the place given, else at the stop. What belongs to no kind is kept as a conflict for the unit."""
    session, route_list = field.session, field.route_list
    if entry.category not in field.rules.categories:
        return EntryResult.CONFLICT, "no_category"
    link_id = field.driver.link_id
    if link_id is not None and queries.reports_by_link(session, link_id, since=field.at - DAY) >= MOST_BY_LINK:
        return EntryResult.REFUSED, "too_many"
    stop = queries.stop_here(session, entry.stop_id, route_list.unit_code)
    given = entry.lat is not None and entry.lon is not None
    lat, lon = (entry.lat, entry.lon) if given else (stop.lat, stop.lon) if stop is not None else (None, None)
    photos = field_photos.waiting(session, route_list.id, (*entry.photo_keys, *entry.photos_before))
    draft = ReportDraft(
        category=entry.category,
        lat=lat,
        lon=lon,
        description=entry.words,
        photo_ids=photos[:MAX_PHOTOS],
        channel=CREW_CHANNEL,
        written_at=happened_at,
    )
    # The crew is not asked the questions, and has phoned already where it was urgent.
    report = submit_report(
        session, draft, rules=field.rules, at=field.at, entered_by=field.driver.staff, unfinished=True
    )
    row.report_id = report.id
    row.stop_id = stop.id if stop is not None else None
    row.data = {**row.data, "new_report": report.id}
    return EntryResult.APPLIED, None
