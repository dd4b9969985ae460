"""What a unit's crews do with a report: on a list for a day, off it again, mended, or not to be mended like this."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.models.reporter_verbs import ReporterVerbs
from app.models.status import ReportStatus as S
from app.models.update import Update, UpdateKind

if TYPE_CHECKING:
    from datetime import date, datetime

    from app.models.actor import Actor
    from app.models.status import ReportStatus

# What a crew found that it takes: a mark that planning and the unit's inbox show until the report is mended.
NEEDS = ("needs_lift", "needs_cable")


class CrewVerbs(ReporterVerbs):
    """Put on a list for a day and taken off it, mended, not mended after all."""

    if TYPE_CHECKING:

        def _set(
            self, status: ReportStatus, *, kind: UpdateKind, actor: Actor, at: datetime, **given: Any
        ) -> Update: ...

    @property
    def needs(self) -> list[str]:
        """What a crew has said that it takes: `needs_lift`, `needs_cable`."""
        return [flag for flag in self.flags or () if flag in NEEDS]

    def schedule(self, *, actor: Actor, at: datetime, route_list_id: int, day: date | None = None) -> Update:
        """A crew has it on its list for a day; the status before is kept for the day it is taken off."""
        before = self.status
        update = self._become(
            S.SCHEDULED,
            kind=UpdateKind.SCHEDULED,
            actor=actor,
            at=at,
            unit_code=self.unit_code,
            data={"route_list_id": route_list_id, **({"day": day.isoformat()} if day else {})},
        )
        self.status_before_scheduled = before
        self.planned_for = day
        return update

    def move_to(self, day: date, *, actor: Actor, at: datetime, route_list_id: int) -> Update | None:
        """On a list for another day, told as the first one was; None where the day is the same: nothing to tell."""
        if self.planned_for == day:
            return None
        before = self.status_before_scheduled
        update = self._set(
            S.SCHEDULED,
            kind=UpdateKind.SCHEDULED,
            actor=actor,
            at=at,
            unit_code=self.unit_code,
            data={"route_list_id": route_list_id, "day": day.isoformat(), "moved": True},
        )
        self.status_before_scheduled, self.planned_for = before, day
        return update

    def unschedule(self, *, actor: Actor, at: datetime, route_list_id: int, told: bool = True) -> Update:
        """Off the list again: back to what it was before. Where a day was promised, everybody may read that it is
        no longer so; not `told` where nobody had heard of the day.
        """
        before = S(self.status_before_scheduled or S.FORWARDED)
        return self._become(
            before,
            kind=UpdateKind.UNSCHEDULED,
            actor=actor,
            at=at,
            unit_code=self.unit_code,
            public=told and self.planned_for is not None,
            data={"route_list_id": route_list_id},
        )

    def fix(self, *, actor: Actor, at: datetime, words: str | None = None, words_public: bool = True) -> Update:
        """Mended."""
        if self.needs:
            self.flags = [flag for flag in self.flags if flag not in NEEDS]
        return self._become(
            S.FIXED,
            kind=UpdateKind.FIXED,
            actor=actor,
            at=at,
            words=words,
            words_public=words_public,
            unit_code=self.unit_code,
        )

    def not_mended(self, before: ReportStatus, *, actor: Actor, at: datetime) -> Update:
        """The crew took its tick back after people had heard of it: open again where it was, and everybody may know.

        The table of transitions is not asked: it was so a while ago.
        """
        return self._set(before, kind=UpdateKind.NOT_MENDED, actor=actor, at=at, unit_code=self.unit_code)

    def need(self, what: str, *, actor: Actor, at: datetime) -> Update:
        """It takes more than this crew has: `needs_lift` or `needs_cable`. A line and a mark for staff."""
        self.flags = [*(flag for flag in self.flags or () if flag != what), what]
        return self._tell(Update.by(actor, kind=UpdateKind(what), at=at, public=False))
