"""Report: one message about one place, its statuses, and the only methods that change them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Sequence
from sqlalchemy.orm import Mapped, declared_attr, object_session, relationship

from app.db import Base
from app.errors import N_, Conflict, Invalid
from app.models.actor import Actor
from app.models.crew_verbs import CrewVerbs
from app.models.reference import show_reference
from app.models.report_row import ROW_RULES
from app.models.status import ALLOWED, CLOSED, OPEN, ReportStatus
from app.models.status import ReportStatus as S
from app.models.update import Update, UpdateKind

if TYPE_CHECKING:
    from app.models.asset import Asset
    from app.models.forwarding import Forwarding
    from app.models.merge import Repeated
    from app.models.photo import Photo
    from app.models.rating import Rating
    from app.models.reporter import Reporter

report_number = Sequence("report_number", metadata=Base.metadata)


class Report(CrewVerbs, Base):
    """One message about one place. `lat`, `lon` are WGS84 degrees; both null means the desk must place it."""

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint(f"status IN ({', '.join(repr(s.value) for s in ReportStatus)})", name="status"),
        *ROW_RULES,
    )

    updates: Mapped[list[Update]] = relationship(back_populates="report", order_by=Update.id, lazy="raise_on_sql")
    reporter: Mapped[Reporter | None] = relationship(back_populates="report", lazy="raise_on_sql")
    photos: Mapped[list[Photo]] = relationship(
        back_populates="report", order_by="Photo.sort_order", lazy="raise_on_sql"
    )
    forwardings: Mapped[list[Forwarding]] = relationship(
        back_populates="report", order_by="Forwarding.id", lazy="raise_on_sql"
    )
    duplicate_of: Mapped[Report | None] = relationship(remote_side="Report.id", lazy="raise_on_sql")
    rating: Mapped[Rating | None] = relationship(lazy="raise_on_sql", viewonly=True)
    asset: Mapped[Asset | None] = relationship(lazy="raise_on_sql", viewonly=True)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}

    @property
    def shown_reference(self) -> str:
        """The reference as people read it."""
        return show_reference(self.reference)

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.status in OPEN

    @property
    def is_placed(self) -> bool:
        """Whether it has a position."""
        return self.lat is not None

    def can_become(self, status: ReportStatus) -> bool:
        """Whether the table of transitions allows it."""
        return status in ALLOWED[ReportStatus(self.status)]

    def begin(self, *, actor: Actor, at: datetime) -> Update:
        """The first line of history: it was received."""
        self.status = S.NEW.value
        self.created_at = self.changed_at = at
        return self._tell(Update.by(actor, kind=UpdateKind.SUBMITTED, at=at, public=True, change=(None, S.NEW.value)))

    def forward(self, unit_code: str, *, actor: Actor, at: datetime, words: str | None = None) -> Update:
        """Give it to a unit; also from one unit to another. The desk must have placed it first."""
        if not self.is_placed:
            raise Conflict("Place the report on the map before you forward it.")
        self.unit_code = unit_code
        return self._become(
            S.FORWARDED,
            kind=UpdateKind.FORWARDED,
            actor=actor,
            at=at,
            unit_code=unit_code,
            words=words,
            words_public=False,
        )

    def take(self, *, actor: Actor, at: datetime) -> Update:
        """The unit says that it works on it."""
        return self._become(S.IN_PROGRESS, kind=UpdateKind.TAKEN, actor=actor, at=at, unit_code=self.unit_code)

    def send_back(self, *, actor: Actor, at: datetime, words: str) -> Update:
        """The unit gives it back to the desk, with its reason for the staff's eyes."""
        if not words.strip():
            raise Invalid("Say why the report is not yours.", fields={"words": "Write a reason for the service desk."})
        unit_code, self.unit_code = self.unit_code, None
        return self._become(
            S.NEW,
            kind=UpdateKind.SENT_BACK,
            actor=actor,
            at=at,
            words=words,
            public=False,
            unit_code=unit_code,
        )

    def answer(self, *, actor: Actor, at: datetime, words: str) -> Update:
        """Praise, proposals and questions are closed by an answer."""
        _need(words, "Write the answer.")
        return self._become(S.ANSWERED, kind=UpdateKind.ANSWERED, actor=actor, at=at, words=words)

    def refer(self, unit_code: str, *, actor: Actor, at: datetime, words: str | None = None) -> Update:
        """An authority outside has it now; the reporter is told whom to ask."""
        self.unit_code = unit_code
        return self._become(S.REFERRED, kind=UpdateKind.REFERRED, actor=actor, at=at, words=words, unit_code=unit_code)

    def reject(self, *, actor: Actor, at: datetime, words: str) -> Update:
        """Not something the municipality can do; the reporter reads why."""
        _need(words, "Write a kind reason. The reporter reads it.")
        return self._become(S.REJECTED, kind=UpdateKind.REJECTED, actor=actor, at=at, words=words)

    def mark_duplicate(self, of: Repeated, *, actor: Actor, at: datetime) -> Update:
        """The same fault as `of`, which stays; a duplicate of a duplicate would lead in circles."""
        if of.id == self.id:
            raise Invalid("A report cannot be a duplicate of itself.")
        if of.status == S.DUPLICATE:
            raise Invalid("That report is itself a duplicate. Choose the first one.")
        self.duplicate_of_id = of.id
        return self._become(S.DUPLICATE, kind=UpdateKind.DUPLICATE, actor=actor, at=at, data={"of": of.id})

    def reopen(
        self, *, actor: Actor, at: datetime, words: str | None = None, data: dict[str, Any] | None = None
    ) -> Update:
        """Still broken: the desk sees it as new again."""
        if self.is_open:
            raise Conflict("The report is already open.")
        self.duplicate_of_id = None
        return self._become(
            S.NEW, kind=UpdateKind.REOPENED, actor=actor, at=at, words=words, words_public=False, data=data
        )

    def split(self, *, actor: Actor, at: datetime) -> Update:
        """It was another thing than the report that it went into: the desk decides anew."""
        if self.status != S.DUPLICATE:
            raise Conflict(N_("This report is not part of another one."))
        self.duplicate_of_id = None
        return self._become(S.NEW, kind=UpdateKind.SPLIT, actor=actor, at=at)

    def call_back(self, *, actor: Actor, at: datetime, words: str | None = None) -> Update:
        """The desk takes it from a unit that may have heard of it; the public never sees it."""
        unit_code, self.unit_code = self.unit_code, None
        return self._become(
            S.NEW,
            kind=UpdateKind.CALLED_BACK,
            actor=actor,
            at=at,
            words=words,
            public=False,
            unit_code=unit_code,
        )

    def undo(self, before: ReportStatus, *, unit_code: str | None, actor: Actor, at: datetime) -> Update:
        """Take the last decision back within the seconds in which nothing has gone out; the public never sees it.

        The table of transitions is not asked: what it was a moment ago, it may be again.
        """
        self.unit_code = unit_code
        self.duplicate_of_id = None
        return self._set(before, kind=UpdateKind.UNDONE, actor=actor, at=at, public=False)

    def place(self, *, lat: float, lon: float, address: str | None, actor: Actor, at: datetime) -> Update:
        """Put it on the map, or move its pin. Degrees WGS84."""
        self.lat, self.lon = lat, lon
        self.address = address or self.address
        return self._tell(Update.by(actor, kind=UpdateKind.PLACED, at=at, public=False))

    def put_into(self, category_code: str, *, private: bool) -> None:
        """Another category. What was published is no longer so in a private one, until the desk reads it anew.

        Its photos are the caller's: `services.photos.unpublish`.
        """
        if category_code != self.category_code:
            self.due_set_at = None
        self.category_code, self.private = category_code, private
        self.text_public = self.text_public and not private

    def ask(self, *, actor: Actor, at: datetime, words: str) -> Update:
        """Ask the reporter; the due date pauses until the answer."""
        _need(words, "Write the question to the reporter.")
        self.waiting_since = at
        return self._tell(Update.by(actor, kind=UpdateKind.ASKED, at=at, public=False, words=words, words_public=False))

    def note(self, *, actor: Actor, at: datetime, words: str, public: bool) -> Update:
        """A line among staff, or one that everybody reads."""
        _need(words, "Write something first.")
        return self._tell(
            Update.by(actor, kind=UpdateKind.NOTED, at=at, public=public, words=words, words_public=public)
        )

    def record(self, kind: UpdateKind, *, actor: Actor, at: datetime, public: bool = False, **data: object) -> Update:
        """History of what is not a status: publishing, hiding, erasing, a changed category."""
        return self._tell(Update.by(actor, kind=kind, at=at, public=public, data=data))

    def _become(self, status: ReportStatus, *, kind: UpdateKind, actor: Actor, at: datetime, **given: Any) -> Update:
        if not self.can_become(status):
            raise Conflict(
                "The report is %(status)s and cannot become %(wanted)s.",
                status=self.status,
                wanted=status.value,
            )
        return self._set(status, kind=kind, actor=actor, at=at, **given)

    def _set(
        self,
        status: ReportStatus,
        *,
        kind: UpdateKind,
        actor: Actor,
        at: datetime,
        public: bool = True,
        words_public: bool = True,
        **told: Any,
    ) -> Update:
        change = (self.status, status.value)
        self.status = status.value
        self.status_before_scheduled = None
        self.planned_for = None
        self.resume(at=at)
        self.closed_at = at if status in CLOSED else None
        read = public and words_public
        return self._tell(Update.by(actor, kind=kind, at=at, public=public, change=change, words_public=read, **told))

    def _tell(self, update: Update) -> Update:
        self.changed_at = update.at
        self.count_answer(update)
        self.heed(update)
        update.report = self
        session = object_session(self)
        if session is not None:  # Naming the report does not take the update into the report's session by itself.
            session.add(update)
        return update


def _need(words: str, sentence: str) -> None:
    if not words.strip():
        raise Invalid(sentence, fields={"words": sentence})
