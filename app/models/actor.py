"""Who does something. Passed to every verb, never ambient."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.models.staff import Staff


class ActorKind(StrEnum):
    """The kinds of hands a report goes through."""

    REPORTER = "reporter"
    STAFF = "staff"
    SYSTEM = "system"
    IMPORT = "import"
    CONTRACTOR = "contractor"


@dataclass(frozen=True, slots=True)
class Actor:
    """One who acts; history keeps the kind and the staff member's id, never a name."""

    kind: ActorKind
    staff_id: int | None = None

    @classmethod
    def of(cls, staff: Staff) -> Actor:
        """The signed-in member of staff."""
        return cls(ActorKind.STAFF, staff.id)


REPORTER = Actor(ActorKind.REPORTER)
# A firm with a link to one round, but without an account.
CONTRACTOR = Actor(ActorKind.CONTRACTOR)
SYSTEM = Actor(ActorKind.SYSTEM)
