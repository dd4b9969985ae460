"""By when something must be said about a report, or done: what its history means for its dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import object_session

from app.models.actor import Actor, ActorKind
from app.models.deadlines import NORWAY, Calendar
from app.models.report_row import ReportRow
from app.models.status import OPEN
from app.models.update import Update, UpdateKind

if TYPE_CHECKING:
    from datetime import datetime

# Taking a report in for a caller is no answer to it, and what is undone was none.
_NO_ANSWER = {UpdateKind.SUBMITTED, UpdateKind.UNDONE}


class ReportDeadlines(ReportRow):
    """A person's first answer, words to the reporter now and then, and the pause while the reporter is asked."""

    @property
    def calendar(self) -> Calendar:
        """The municipality's: what makes the sessions of this program gives it to them."""
        session = object_session(self)
        calendar: Calendar = session.info.get("calendar", NORWAY) if session is not None else NORWAY
        return calendar

    if TYPE_CHECKING:

        def _tell(self, update: Update) -> Update: ...

    def set_due(self, due_at: datetime, *, actor: Actor, at: datetime, words: str, public: bool) -> Update:
        """Another date by which it should be done, and why; `public` words are for the reporter and everybody."""
        before, self.due_at, self.due_set_at = self.due_at, due_at, at
        return self._tell(self._about_date(UpdateKind.DUE_SET, before, actor=actor, at=at, words=words, public=public))

    def tell_meanwhile(self, *, actor: Actor, at: datetime, words: str, due_at: datetime | None = None) -> Update:
        """The interim reply: why it is not done yet, and by when it should be; None: the date stays."""
        before = self.due_at
        if due_at is not None:
            self.due_at, self.due_set_at = due_at, at
        return self._tell(self._about_date(UpdateKind.INTERIM, before, actor=actor, at=at, words=words, public=True))

    def _about_date(
        self, kind: UpdateKind, before: datetime | None, *, actor: Actor, at: datetime, words: str, public: bool
    ) -> Update:
        dates = {"due_before": before, "due": self.due_at}
        data = {name: moment.isoformat() for name, moment in dates.items() if moment is not None}
        told: dict[str, Any] = {"words": words, "words_public": public, "unit_code": self.unit_code}
        return Update.by(actor, kind=kind, at=at, public=public, data=data, **told)

    def resume(self, *, at: datetime) -> int:
        """Nobody waits for the reporter any more: the dates move by the working days of the pause, which it gives.

        A first answer is not among them: to ask was one.
        """
        since, self.waiting_since = self.waiting_since, None
        days = self.calendar.working_days(since, at) if since is not None else 0
        self.paused_days = min((self.paused_days or 0) + days, 32000)
        if days and self.due_at is not None:
            self.due_at = self.calendar.moved(self.due_at, days)
        if days and self.interim_due_at is not None:
            self.interim_due_at = self.calendar.moved(self.interim_due_at, days)
        return days

    def count_answer(self, update: Update) -> None:
        """A person's first answer stops the first clock; words to the reporter start the one for the next words."""
        if update.actor_kind not in {ActorKind.STAFF, ActorKind.CONTRACTOR}:
            return
        asked = update.kind == UpdateKind.ASKED
        if (update.public or asked) and update.kind not in _NO_ANSWER and self.first_answered_at is None:
            self.first_answered_at = update.at
        if update.note is not None and (asked or (update.public and update.note.public)) and self.status in OPEN:
            self.interim_sent_at = update.at
            if self.interim_due_at is not None:
                self.interim_due_at = self.calendar.reply_due(update.at, self.interim_days)
