"""What a report's own sender does with it; Report has these verbs beside those of staff."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.models.actor import ActorKind
from app.models.report_deadlines import ReportDeadlines
from app.models.status import ReportStatus as S
from app.models.update import Update, UpdateKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.models.actor import Actor
    from app.models.status import ReportStatus

# What a correction may write. Its status, its unit and its dates are not the sender's to change.
CORRECTABLE = frozenset({"category_code", "private", "lat", "lon", "address", "description", "answers"})


class ReporterVerbs(ReportDeadlines):
    """Withdraw it, say that it is no longer a problem, tell more, correct, and whether others may read the words."""

    if TYPE_CHECKING:

        def put_into(self, category_code: str, *, private: bool) -> None: ...

        def _tell(self, update: Update) -> Update: ...

        def _become(
            self, status: ReportStatus, *, kind: UpdateKind, actor: Actor, at: datetime, **given: Any
        ) -> Update: ...

    def withdraw(self, *, actor: Actor, at: datetime) -> Update:
        """It was sent by mistake."""
        return self._become(S.WITHDRAWN, kind=UpdateKind.WITHDRAWN, actor=actor, at=at)

    def vanish(self, *, actor: Actor, at: datetime, words: str | None = None) -> Update:
        """It was right when it was sent, and is no longer a problem."""
        return self._become(S.WITHDRAWN, kind=UpdateKind.GONE, actor=actor, at=at, words=words, words_public=False)

    def reply(self, *, actor: Actor, at: datetime, words: str, data: Mapping[str, object] | None = None) -> Update:
        """The reporter tells more, or answers a question: the due date moves by the working days that it paused."""
        self.resume(at=at)
        return self._tell(
            Update.by(
                actor,
                kind=UpdateKind.REPLIED,
                at=at,
                public=False,
                words=words,
                words_public=False,
                data=dict(data or {}),
            )
        )

    def heed(self, update: Update) -> None:
        """What the reporter told waits until a member of staff does something, or nothing more is needed."""
        if update.actor_kind == ActorKind.REPORTER and update.kind in {UpdateKind.REPLIED, UpdateKind.CORRECTED}:
            self.replied_at = update.at
        elif update.actor_kind == ActorKind.STAFF or update.to_status == S.WITHDRAWN:
            self.replied_at = None

    def correct(
        self, changed: Mapping[str, object], *, what: list[str], actor: Actor, at: datetime, before: str | None
    ) -> Update:
        """Write what was `changed`, of CORRECTABLE. New words and a new address are nobody's to read before the desk
        has read them, and what was masked in the old ones is no longer; `before` is what stood there, for staff.
        """
        for name in changed.keys() & CORRECTABLE:
            setattr(self, name, changed[name])
        if "category_code" in changed:
            self.put_into(self.category_code, private=self.private)
        if changed.keys() & {"description", "address"}:
            self.text_public = False
        if "description" in changed:
            self.masked_words = None
        data = {"what": what}
        return self._tell(
            Update.by(
                actor, kind=UpdateKind.CORRECTED, at=at, public=False, words=before, words_public=False, data=data
            )
        )

    def withhold(self, *, withheld: bool, actor: Actor, at: datetime) -> Update:
        """The words are shown to nobody but staff, or may be once more when the desk lets them through again."""
        self.words_withheld_at = at if withheld else None
        self.text_public = False
        data = {"withheld": withheld}
        return self._tell(Update.by(actor, kind=UpdateKind.WITHHELD, at=at, public=False, data=data))
