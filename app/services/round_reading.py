"""What of a report is read on a round: all that a crew needs, and of it what may leave for a contractor.

A crew of our own reads place, words, answers and photos, never contact data. A contractor reads them as units outside
do: masked, none that were withheld, and photos that the desk has let through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.services.outside import address_outside, answers_outside, words_outside

if TYPE_CHECKING:
    from app.models import Photo, Report


@dataclass(frozen=True, slots=True)
class RoundReader:
    """Who reads a round. With `outside`, reports need their reporter loaded: what is known of it is masked."""

    outside: bool

    def sees(self, report: Report) -> bool:
        """Whether anything of its words and photos is shown."""
        return not self.outside or (report.hidden_at is None and report.forgotten_at is None)

    def words(self, report: Report) -> str:
        """The reporter's words; empty where there are none to read."""
        if not self.sees(report):
            return ""
        return (words_outside(report) if self.outside else report.description) or ""

    def answers(self, report: Report) -> list[dict[str, Any]]:
        """The answers to the category's questions, as they are kept."""
        if not self.sees(report):
            return []
        return answers_outside(report) if self.outside else report.answers

    def place(self, report: Report) -> str:
        """The place in words, the same on every page: a register's before what was typed; empty if unknown."""
        if report.nearest_address or not self.outside:
            return report.nearest_address or report.address or ""
        return (address_outside(report) if self.sees(report) else None) or ""

    def photos(self, report: Report) -> Sequence[Photo]:
        """The report's photos."""
        if not self.sees(report):
            return []
        return [photo for photo in report.photos if not self.outside or photo.public or photo.by_crew]


CREW = RoundReader(outside=False)
CONTRACTOR = RoundReader(outside=True)
