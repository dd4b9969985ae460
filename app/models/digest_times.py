"""When digests go out: at one hour of the day where people live, every day or on one weekday."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

Weekday = int | None


def digest_times(after: datetime, *, hour: int, zone: ZoneInfo) -> dict[Weekday, datetime]:
    """The next time strictly after `after`, by weekday (0 is Monday; None: every day); the clock's change included."""
    today = after.astimezone(zone).date()
    days = [datetime.combine(today + timedelta(days=ahead), time(hour), tzinfo=zone) for ahead in range(8)]
    coming = [day for day in days if day > after]
    times: dict[Weekday, datetime] = {day.weekday(): day for day in reversed(coming)}
    return {None: coming[0], **times}
