"""What waits for the desk, kind by kind: one entry here is a count of the day, a filter of the lists and its words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select, union

from app.errors import N_
from app.models import Delivery, Forwarding, Notification, Report, Staff, Update, UpdateKind
from app.queries.danger import may_be_dangerous
from app.queries.deadlines import nobody_to_tell, unanswered, words_due
from app.queries.deliveries import STUCK
from app.queries.mentions import mentions
from app.queries.statuses import at_unit, is_new
from app.queries.visible import seen_by
from app.text import PEOPLES_ZONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    Condition = Callable[[Staff, datetime], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that can wait. `words` names it, `meaning` says what it holds, `icon` is one of templates/_macros.html.

    `condition` must read no more than what is open, or an index of its own: each kind is counted on every visit.
    `pressing` kinds come with the colour of a warning when there are any.
    """

    code: str
    words: str
    meaning: str
    icon: str
    condition: Condition
    pressing: bool = False
    # Only what is with the unit that is the desk itself, which the rules name; shown where there is any.
    with_desk: bool = False

    def met(self, staff: Staff, *, at: datetime, desk_unit: str) -> ColumnElement[bool]:
        """The whole condition; `desk_unit` is the code of the desk's own unit, or empty."""
        found = self.condition(staff, at)
        return and_(found, Report.unit_code == desk_unit) if self.with_desk else found


def overdue(at: datetime) -> ColumnElement[bool]:
    """Open, past its due date, and not waiting for its reporter. Each half has its own index by due date."""
    late = and_(Report.due_at < at, Report.waiting_since.is_(None))
    return or_(and_(is_new(), late), and_(at_unit(), late))


def due_between(begin: datetime, end: datetime) -> ColumnElement[bool]:
    """Open, due from `begin` on and before `end`, and not waiting for its reporter."""
    soon = and_(Report.due_at >= begin, Report.due_at < end, Report.waiting_since.is_(None))
    return or_(and_(is_new(), soon), and_(at_unit(), soon))


def next_midnight(at: datetime, *, days: int = 1) -> datetime:
    """The end of the people's day in which `at` is, or of a later one."""
    return datetime.combine(at.astimezone(PEOPLES_ZONE).date() + timedelta(days=days), time(), PEOPLES_ZONE)


def sent_back() -> ColumnElement[bool]:
    """New again because a unit said that it is not theirs; decisions that were undone do not count."""
    last = (
        select(Update.kind)
        .where(
            Update.report_id == Report.id,
            Update.to_status.is_not(None),
            Update.kind != UpdateKind.UNDONE.value,
            ~Update.data.has_key("undone"),
        )
        .order_by(Update.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return and_(is_new(), last == UpdateKind.SENT_BACK.value)


def undelivered() -> ColumnElement[bool]:
    """A unit or a reporter was to hear of it, and did not."""
    stuck: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in STUCK]
    to_units = select(Forwarding.report_id).join(Forwarding.deliveries).where(Delivery.state.in_(stuck))
    to_reporters = select(Notification.report_id).where(
        Notification.state.in_(stuck), Notification.told_in_id.is_(None)
    )
    return Report.id.in_(union(to_units, to_reporters))


# In the order of the day page. Whoever adds a kind adds a line; nothing else needs to know it.
KINDS: tuple[Kind, ...] = (
    Kind(
        "new",
        N_("New reports"),
        N_("Nobody has decided about them yet."),
        "inbox",
        lambda _staff, _at: is_new(),
    ),
    Kind(
        "danger",
        N_("Possible danger"),
        N_("New reports with words such as danger, fire or hurt."),
        "warning",
        lambda _staff, _at: and_(is_new(), may_be_dangerous()),
        pressing=True,
    ),
    Kind(
        "sent_back",
        N_("Sent back by units"),
        N_("A unit says that it is not theirs."),
        "undo",
        lambda _staff, _at: sent_back(),
    ),
    Kind(
        "with_desk",
        N_("With the service desk"),
        N_("Sent to the desk's own inbox earlier. Nobody else answers them."),
        "inbox",
        lambda _staff, _at: at_unit(),
        pressing=True,
        with_desk=True,
    ),
    Kind(
        "replied",
        N_("Answers from reporters"),
        N_("Somebody has answered or told more, and nobody has acted on it."),
        "status-answered",
        lambda _staff, _at: Report.replied_at.is_not(None),
    ),
    Kind(
        "mentions",
        N_("Mentions of you"),
        N_("A colleague has written your name with @ in a note."),
        "person",
        lambda staff, _at: mentions(staff),
    ),
    Kind(
        "undelivered",
        N_("Could not be delivered"),
        N_("A unit or a reporter was to hear of it, and did not."),
        "mail",
        lambda _staff, _at: undelivered(),
        pressing=True,
    ),
    Kind(
        "overdue",
        N_("Overdue"),
        N_("The due date has passed, here or at a unit."),
        "clock",
        lambda _staff, at: overdue(at),
        pressing=True,
    ),
    Kind(
        "due_today",
        N_("Due today"),
        N_("To be done before midnight."),
        "clock",
        lambda _staff, at: due_between(at, next_midnight(at)),
    ),
    Kind(
        "interim",
        N_("Interim replies"),
        N_("It takes longer than a month. Read the proposed words, and tell the reporter."),
        "mail",
        lambda _staff, at: words_due(at),
        pressing=True,
    ),
    Kind(
        "nobody_to_tell",
        N_("Nobody to tell"),
        N_("It takes longer than a month, and no address works. Somebody may have to phone."),
        "info",
        lambda _staff, at: nobody_to_tell(at),
    ),
    Kind(
        "unanswered",
        N_("Not answered in time"),
        N_("Nobody has told the reporter anything by the day promised."),
        "clock",
        lambda _staff, at: unanswered(at),
        pressing=True,
    ),
    Kind(
        "unplaced",
        N_("Without a place"),
        N_("To be put on the map before they can be sent on."),
        "pin",
        lambda _staff, _at: and_(is_new(), Report.lat.is_(None)),
    ),
)


def kind_of(code: str) -> Kind | None:
    """The kind with this code, if there is one."""
    return next((kind for kind in KINDS if kind.code == code), None)


def counts(session: Session, staff: Staff, *, at: datetime, desk_unit: str = "") -> dict[str, int]:
    """Kind -> how many of the reports that this person sees; exact, in one statement.

    `desk_unit`: the code of the unit that is the desk itself, where the rules name one.
    """
    wanted = [
        select(func.count())
        .select_from(Report)
        .where(seen_by(staff), kind.met(staff, at=at, desk_unit=desk_unit))
        .scalar_subquery()
        .label(kind.code)
        for kind in KINDS
    ]
    return {code: int(number) for code, number in session.execute(select(*wanted)).mappings().one().items()}
