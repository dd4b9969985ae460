"""What a crew sends from the field, and what is answered: one tap each, in plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.errors import N_
from app.models import EntryKind, EntryResult, RouteList, StopOutcome

MAX_WORDS = 3000
MAX_KEY = 120
MAX_PHOTOS = 10
MAX_MINUTES = 24 * 60
MAX_QUANTITY = 9999.0
MAX_MATERIALS = 50

# What the crew reads, by the code that is kept. Where something was done all the same, the sentence says so.
SENTENCES: dict[str, str] = {
    "already_done": N_("Somebody else has ticked this stop off already. Your note and photos are kept with it."),
    "closed_by_desk": N_("The service desk had closed this report already. Your note and photos are kept with it."),
    "other_unit": N_("The report was given to another unit meanwhile. Your note and photos are kept with it."),
    "at_desk": N_("The report went back to the service desk meanwhile. Your note and photos are kept with it."),
    "not_on_list": N_("This stop is no longer on your list. What you wrote is kept, and your unit sees it."),
    "part_closed": N_("The service desk had closed a part of it already. The rest is noted."),
    "list_closed": N_("The list was closed already. What you did counts all the same."),
    "moved": N_("The stop had been given to another list. What you did counts, and they need not drive there."),
    "taken_off": N_("The stop had been taken off the list. What you did counts all the same."),
    "gone_on": N_("This can no longer be taken back: somebody has gone on with it. Your unit sees that you tried."),
    "nothing_to_undo": N_("There is nothing to take back here."),
    "no_category": N_("This kind of report is not in use any more. Your words are kept, and your unit sees them."),
    "no_material": N_("One kind of material is not in use any more, and was not counted. All the rest is noted."),
    "ended": N_("The round had been ended before. What you wrote is kept, and your unit sees it."),
    "too_many": N_("Too many reports have come through this link today. No report was made of this one. Phone us."),
    "unreadable": N_("This could not be read, and was not kept. Write it again."),
    "key_taken": N_("This was sent for another list before, and counts there."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One tap. Degrees WGS84, metres by the car's own counting, minutes of work at the stop.

    `references` are the reports that the crew saw at the stop, for when the stop itself is gone from the list.
    `photo_keys` were taken after the work, `photos_before` before it; both are the keys under which they were sent.
    """

    key: str
    kind: EntryKind
    happened_at: datetime
    stop_id: int | None = None
    references: tuple[str, ...] = ()
    outcome: StopOutcome | None = None
    words: str = ""
    show: bool = False
    minutes: int | None = None
    materials: Mapping[str, float] = field(default_factory=dict)
    photo_keys: tuple[str, ...] = ()
    photos_before: tuple[str, ...] = ()
    category: str = ""
    lat: float | None = None
    lon: float | None = None
    metres: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryAnswer:
    """What came of a tap. `conflict` is a code of SENTENCES, also where it was applied though the plan had changed."""

    key: str
    result: EntryResult
    conflict: str | None = None
    reference: str | None = None

    @property
    def sentence(self) -> str | None:
        """What the crew should read, in English; None when all is as the crew thinks."""
        return SENTENCES.get(self.conflict) if self.conflict else None


def believed(happened_at: datetime, route_list: RouteList, *, at: datetime) -> datetime:
    """The time in the field, as far as a phone's clock can be believed: not later than now, not before the list."""
    moment = happened_at if happened_at.tzinfo else happened_at.replace(tzinfo=UTC)
    return min(max(moment, route_list.released_at or route_list.created_at), at)
