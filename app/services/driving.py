"""Who drives a round: a member of staff, or a contractor who holds a link to just this one."""

from __future__ import annotations

from dataclasses import dataclass

from app.models import CONTRACTOR, Actor, RoundLink, Staff


@dataclass(frozen=True, slots=True)
class Driver:
    """The one who ticks off. Exactly one of the two is there."""

    staff: Staff | None = None
    link: RoundLink | None = None

    @property
    def actor(self) -> Actor:
        """As history keeps it."""
        return Actor.of(self.staff) if self.staff else CONTRACTOR

    @property
    def staff_id(self) -> int | None:
        """The member of staff, if it is one."""
        return self.staff.id if self.staff else None

    @property
    def link_id(self) -> int | None:
        """The link, if it is a contractor."""
        return self.link.id if self.link else None
