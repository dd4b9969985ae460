"""The one door by which a report that another system has ended, or still holds, comes in with its history.

It stands beside report.py and not in it: that file holds the verbs of a living report, one step at a time,
while a report of the past arrives with its steps taken, and thousands of them are written at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.errors import Invalid
from app.models.actor import ActorKind
from app.models.status import CLOSED, ReportStatus
from app.models.status import ReportStatus as S
from app.models.update import UpdateKind as K

if TYPE_CHECKING:
    from datetime import datetime

LONGEST_ADDRESS = 200
LONGEST_SOURCE_REF = 80

# A list and a crew belong to this system, so nothing can come in as scheduled.
STEPS: dict[ReportStatus, tuple[tuple[K, S, S], ...]] = {
    S.NEW: (),
    S.FORWARDED: ((K.FORWARDED, S.NEW, S.FORWARDED),),
    S.IN_PROGRESS: ((K.FORWARDED, S.NEW, S.FORWARDED), (K.TAKEN, S.FORWARDED, S.IN_PROGRESS)),
    S.FIXED: ((K.FIXED, S.NEW, S.FIXED),),
    S.ANSWERED: ((K.ANSWERED, S.NEW, S.ANSWERED),),
    S.REFERRED: ((K.REFERRED, S.NEW, S.REFERRED),),
    S.REJECTED: ((K.REJECTED, S.NEW, S.REJECTED),),
    S.DUPLICATE: ((K.DUPLICATE, S.NEW, S.DUPLICATE),),
    S.WITHDRAWN: ((K.WITHDRAWN, S.NEW, S.WITHDRAWN),),
}
REPORT_COLUMNS = (
    "id", "reference", "nonce", "version", "category_code", "status", "private", "lat", "lon", "address",
    "road_owner", "asset_owner", "description", "text_public", "answers", "unit_code", "proposed_unit_code",
    "proposed_rule", "proposal_reason", "channel", "flags", "source", "source_ref", "created_at",
    "changed_at", "due_at", "closed_at", "duplicate_of_id",
)  # fmt: skip
UPDATE_COLUMNS = (
    "report_id", "at", "kind", "actor_kind", "from_status", "to_status", "unit_code", "public", "data",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PastReport:
    """A report as another system leaves it. Degrees WGS84, times with a zone; raises Invalid.

    `proposal` is (unit, rule, reason as JSON) for what the desk has still to decide.
    """

    source: str
    source_ref: str
    category_code: str
    status: ReportStatus
    created_at: datetime
    closed_at: datetime | None = None
    due_at: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    address: str | None = None
    description: str | None = None
    text_public: bool = False
    private: bool = False
    unit_code: str | None = None
    proposal: tuple[str | None, str | None, str] = (None, None, "[]")
    flags: tuple[str, ...] = ()
    duplicate_of_id: int | None = None

    def __post_init__(self) -> None:
        """Everything that the verbs of a living report would have seen to."""
        if self.status not in STEPS:
            raise Invalid("a report cannot come in as %(status)s", status=self.status)
        if (self.closed_at is not None) != (self.status in CLOSED):
            raise Invalid("a closed report has a closing time, and an open one has none")
        if self.closed_at is not None and self.closed_at < self.created_at:
            raise Invalid("it was closed before it was received")
        if (self.status == S.DUPLICATE) != (self.duplicate_of_id is not None):
            raise Invalid("a duplicate names the report that it repeats, and no other report does")
        if self.status in {S.FORWARDED, S.IN_PROGRESS} and self.unit_code is None:
            raise Invalid("a report that a unit has names the unit")
        if not (0 < len(self.source_ref) <= LONGEST_SOURCE_REF):
            raise Invalid("its number is missing or longer than 80 characters")
        self._check_place()

    def _check_place(self) -> None:
        lat, lon = self.lat, self.lon
        if (lat is None) != (lon is None):
            raise Invalid("a position has both latitude and longitude")
        if lat is not None and lon is not None and not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise Invalid("the position is no place on earth")
        if lat is None and not self.address:
            raise Invalid("it has neither a position nor an address")
        if self.address and len(self.address) > LONGEST_ADDRESS:
            raise Invalid("the address is longer than 200 characters")

    def flagged(self, flag: str) -> PastReport:
        """The same report with one more flag."""
        return self if flag in self.flags else replace(self, flags=(*self.flags, flag))

    def repeating(self, report_id: int) -> PastReport:
        """The same report as a duplicate of the one with this id; only a closed one can be."""
        return replace(self, status=S.DUPLICATE, duplicate_of_id=report_id)

    def report_row(self, *, report_id: int, reference: str, nonce: str) -> tuple[Any, ...]:
        """The values of REPORT_COLUMNS."""
        changed_at = self.closed_at or self.created_at
        flags = "{" + ",".join(self.flags) + "}"
        return (
            report_id, reference, nonce, 1, self.category_code, self.status.value, self.private, self.lat,
            self.lon, self.address, "unknown", "unknown", self.description, self.text_public, "[]", self.unit_code,
            *self.proposal, "import", flags, self.source, self.source_ref, self.created_at, changed_at,
            self.due_at, self.closed_at, self.duplicate_of_id,
        )  # fmt: skip

    def update_rows(self, report_id: int) -> list[tuple[Any, ...]]:
        """The values of UPDATE_COLUMNS: received, and each step since; no status comes without its line."""
        actor = ActorKind.IMPORT.value
        first = (report_id, self.created_at, K.IMPORTED.value, actor, None, S.NEW.value, None, True, "{}")
        at = self.closed_at or self.created_at
        data = f'{{"of": {self.duplicate_of_id}}}' if self.duplicate_of_id is not None else "{}"
        return [first] + [
            (report_id, at, kind.value, actor, before.value, after.value, self.unit_code, True, data)
            for kind, before, after in STEPS[self.status]
        ]
