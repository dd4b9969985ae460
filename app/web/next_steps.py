"""Where a report stands, what happens next and when at the latest: one honest answer for every status."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.errors import N_
from app.languages import on_weekday
from app.models import Report, ReportStatus, UpdateKind
from app.models.deadlines import due_at
from app.models.reference import show_reference
from app.routing.summer import lit_again
from app.text import show_date, status_word, translate

if TYPE_CHECKING:
    from app.models import Update
    from app.queries.following import First
    from app.routing import Rules, Unit

S = ReportStatus
_WITH_A_UNIT = {S.FORWARDED, S.IN_PROGRESS, S.SCHEDULED}
# Colours only go with the words and the drawing.
_COLORS = {
    S.NEW: "info", S.FORWARDED: "info", S.IN_PROGRESS: "info", S.SCHEDULED: "info", S.FIXED: "success",
    S.ANSWERED: "success",
}  # fmt: skip

_STANDS: dict[str, str] = {
    S.FORWARDED: N_("%(unit)s has the report."),
    S.IN_PROGRESS: N_("%(unit)s is working on it."),
    S.SCHEDULED: N_("It is on the list of a crew from %(unit)s."),
    S.ANSWERED: N_("The service desk has answered."),
    S.REFERRED: N_("%(unit)s has it. They must mend it, not the municipality."),
    S.REJECTED: N_("The report is closed without work."),
    S.DUPLICATE: N_("Somebody had already reported the same thing."),
}
_THEN: dict[str, str] = {
    S.FORWARDED: N_("They look at it and mend it."),
    S.IN_PROGRESS: N_("They go on until it is mended."),
    S.SCHEDULED: N_("They drive to the place and mend it."),
}
PLANNED = N_("Planned for %(day)s. A crew from %(unit)s drives to the place.")
PLANNED_BEFORE = N_("It was planned for %(day)s. The crew from %(unit)s has not told us yet how it went.")
GATHERED = N_(
    "The street lights are off while the nights are light. We gather the dark ones, and begin to mend them when the "
    "lights come on again, on %(date)s at the latest."
)
NOTHING_MORE = N_("Nothing more happens with it.")
TELL_UNTIL: dict[str, str] = {
    S.FIXED: N_("Is it still broken? Tell us here, until %(date)s."),
    S.ANSWERED: N_("Is something still unclear? Tell us here, until %(date)s."),
    S.REFERRED: N_("Is it still broken when they say that it is mended? Tell us here, until %(date)s."),
    S.REJECTED: N_("Do you think that this is wrong? Tell us here, until %(date)s."),
    S.DUPLICATE: N_("Is it not the same thing? Tell us here, until %(date)s."),
    S.WITHDRAWN: N_("Is it there after all? Tell us here, until %(date)s."),
}
SEND_ANEW = N_("Is it still broken? Then send a new report.")


@dataclass(frozen=True)
class NextSteps:
    """`stands` and each of `then` is a sentence; `unit` is one outside whose telephone and address are to be shown.

    `words` were written by staff for the public when they closed it; `first` is where a duplicate's work goes on.
    """

    stands: str
    then: tuple[str, ...]
    icon: str
    color: str
    unit: Unit | None = None
    words: str = ""
    first: str = ""


@dataclass(frozen=True)
class Reader:
    """Who reads it, in which language, when; `own`: the person who sent the report, who can act until `days` later."""

    lang: str
    at: datetime
    days: int
    own: bool = False
    hears: bool = False


def next_steps(
    report: Report, rules: Rules, reader: Reader, *, history: list[Update] | None = None, first: First | None = None
) -> NextSteps:
    """For this reader. `history`: the lines that the reader may see, oldest first, if they are at hand."""
    return _Steps(report, rules, reader, history or [], first).tell()


class _Steps:
    def __init__(
        self, report: Report, rules: Rules, reader: Reader, history: list[Update], first: First | None
    ) -> None:
        self.report, self.rules, self.reader, self.history, self.first = report, rules, reader, history, first
        self.unit = rules.units.get(report.unit_code or "")
        self.stage = S(report.status)

    def tell(self) -> NextSteps:
        """The sentences for where it stands."""
        if self.report.waiting_since is not None:
            return self._waiting()
        if self.stage == S.NEW:
            return self._new()
        return self._at_unit() if self.stage in _WITH_A_UNIT else self._closed()

    def say(self, sentence: str, **params: object) -> str:
        """A sentence in the reader's language."""
        return translate(sentence, self.reader.lang, **params)

    def _waiting(self) -> NextSteps:
        own = self.reader.own
        stands = (
            N_("The service desk has asked you something and waits for your answer.")
            if own
            else N_("The service desk waits for an answer from the person who reported it.")
        )
        then = N_("Answer below. Until you do, the date for it moves on day by day.") if own else N_("Then it goes on.")
        return NextSteps(self.say(stands), (self.say(then),), "mail", "warning")

    def _new(self) -> NextSteps:
        again = self._last_change() == UpdateKind.REOPENED
        stands = (
            N_("You told us that it is still broken. The service desk has it again.")
            if again and self.reader.own
            else N_("It is still broken, says the person who reported it. The service desk has it again.")
            if again
            else N_("The service desk has the report.")
        )
        read_by, is_late = self._read_by()
        date = show_date(read_by, self.reader.lang)
        then = [
            self.say(N_("They should have read it by %(date)s. That is late, and we are sorry."), date=date)
            if is_late
            else self.say(N_("They read it by %(date)s at the latest."), date=date),
            *self._likely_unit(),
            *self._summer(),
            *self._due(N_("the service desk")),
            *self._answer(),
        ]
        late = is_late or self._is_overdue()
        return NextSteps(
            self.say(stands), tuple(then), "clock" if late else "status-new", "warning" if late else "info"
        )

    def _read_by(self) -> tuple[datetime, bool]:
        """The next working day after it came, or came back; and whether that is over."""
        changes = [update.at for update in self.history if update.to_status == S.NEW]
        since = changes[-1] if changes else self.report.changed_at
        home = self.rules.municipality
        by = due_at(since, 1, country=home.country, region=home.region, timezone=home.timezone)
        return by, by < self.reader.at

    def _likely_unit(self) -> list[str]:
        likely = self.rules.units.get(self.report.proposed_unit_code or "")
        if likely is None:
            return [self.say(N_("Then they send it to those who mend such things."))]
        sentence = (
            N_("Most likely it is for %(unit)s, not for the municipality. Then they send it on.")
            if likely.outside
            else N_("Then they send it to those who mend such things, most likely %(unit)s.")
        )
        return [self.say(sentence, unit=likely.name(self.reader.lang))]

    def _at_unit(self) -> NextSteps:
        name = self._unit_name()
        planned = self._planned(name)
        stands = planned or self.say(_STANDS[self.stage], unit=name)
        # A planned day has said already what the crew does.
        then = [] if planned else [self.say(_THEN[self.stage])]
        then += [*self._summer(), *self._due(name), *self._answer()]
        if self.reader.own:
            then.append(
                self.say(N_("You get a mail when it is done."))
                if self.reader.hears
                else self.say(N_("You see it here when it is done."))
            )
        if self._is_overdue():
            return NextSteps(stands, tuple(then), "clock", "warning")
        return NextSteps(stands, tuple(then), f"status-{self.stage}", _COLORS[self.stage])

    def _planned(self, name: str) -> str:
        """The day for which a crew has it on its list; empty where there is none."""
        day = self.report.planned_for if self.stage == S.SCHEDULED else None
        if day is None:
            return ""
        over = self.reader.at.astimezone(self.rules.timezone).date() > day
        return self.say(PLANNED_BEFORE if over else PLANNED, day=on_weekday(day, self.reader.lang), unit=name)

    def _summer(self) -> list[str]:
        """A dark lamp while all are off, and on no crew's list yet."""
        report = self.report
        day = lit_again(self.rules, report.category_code, report.answers, at=self.reader.at)
        if day is None or self.stage == S.SCHEDULED:
            return []
        return [self.say(GATHERED, date=show_date(day, self.reader.lang))]

    def _answer(self) -> list[str]:
        """By when the sender hears from us: a first answer, else the next words if it may take longer than that."""
        report, at, lang = self.report, self.reader.at, self.reader.lang
        if not self.reader.own:
            return []
        first, again = report.first_answer_due_at, report.interim_due_at
        if first is not None and report.first_answered_at is None:
            late = N_("You should have got an answer by %(date)s. That is late, and we are sorry.")
            mail = N_("You get an answer by %(date)s at the latest.")
            here = N_("We answer here by %(date)s at the latest.")
            sentence = late if first < at else mail if self.reader.hears else here
            return [self.say(sentence, date=show_date(first, lang))]
        if again is None or again < at or (report.due_at is not None and at < report.due_at <= again):
            return []
        mail = N_("You hear from us again by %(date)s at the latest, even if it is not done by then.")
        here = N_("We write here again by %(date)s at the latest, even if it is not done by then.")
        return [self.say(mail if self.reader.hears else here, date=show_date(again, lang))]

    def _is_overdue(self) -> bool:
        return self.report.due_at is not None and self.report.due_at < self.reader.at

    def _due(self, who: str) -> list[str]:
        due = self.report.due_at
        if due is None:
            return [self.say(N_("We cannot promise a date for this."))]
        date = show_date(due, self.reader.lang)
        if not self._is_overdue():
            return [self.say(N_("It should be done by %(date)s at the latest."), date=date)]
        late = N_("It should have been done by %(date)s. It is late, and we are sorry. You need not send it again.")
        sees = N_("%(unit)s sees every day that it is late.")
        return [self.say(late, date=date), self.say(sees, unit=self.say(who))]

    def _closed(self) -> NextSteps:
        ending = next((one for one in reversed(self.history) if one.to_status == self.stage), None)
        stands, then = self._ending(ending)
        note = ending.note if ending is not None else None
        first = self.first
        return NextSteps(
            stands,
            (*then, *self._until()),
            f"status-{self.stage}",
            _COLORS.get(self.stage, "neutral"),
            unit=self.unit if self.unit is not None and self.unit.outside else None,
            words=note.body if note is not None and note.public else "",
            first=show_reference(first.reference) if first is not None and first.reference else "",
        )

    def _ending(self, ending: Update | None) -> tuple[str, tuple[str, ...]]:
        if self.stage == S.REFERRED:
            then: tuple[str, ...] = (self.say(N_("They decide when it is mended. Please ask them about it.")),)
        elif self.stage == S.DUPLICATE:
            then = self._first_goes_on()
        else:
            then = (self.say(NOTHING_MORE),)
        if self.stage == S.FIXED:
            fixed = N_("It is fixed, says %(unit)s.") if self.unit is not None else N_("It is fixed.")
            return self.say(fixed, unit=self._unit_name()), then
        if self.stage == S.WITHDRAWN:
            return self.say(self._withdrawn(ending)), then
        return self.say(_STANDS[self.stage], unit=self._unit_name()), then

    def _withdrawn(self, ending: Update | None) -> str:
        if ending is None:
            return N_("The person who reported it has withdrawn the report.")
        if ending.kind == UpdateKind.GONE:
            return N_("It is no longer a problem, you told us.")
        return N_("You withdrew the report.")

    def _first_goes_on(self) -> tuple[str, ...]:
        goes_on = self.say(N_("We go on with the report that came first."))
        if self.first is None:
            return (goes_on,)
        word = status_word(self.first.status, self.reader.lang)
        how = self.say(N_("That report now: %(status)s."), status=word.lower())
        if self.first.due_at is None or not self.first.is_open:
            return goes_on, how
        date = show_date(self.first.due_at, self.reader.lang)
        return goes_on, how, self.say(N_("It should be done by %(date)s at the latest."), date=date)

    def _until(self) -> tuple[str, ...]:
        closed, stage = self.report.closed_at, self.stage
        if self.first is not None and self.first.closed_at is not None:
            closed, stage = self.first.closed_at, S(self.first.status)
        if closed is None or not self.reader.own:
            return ()
        until = closed + timedelta(days=self.reader.days)
        if until < self.reader.at:
            return (self.say(SEND_ANEW),)
        return (self.say(TELL_UNTIL[stage], date=show_date(until, self.reader.lang)),)

    def _unit_name(self) -> str:
        return self.unit.name(self.reader.lang) if self.unit is not None else self.say(N_("the right people"))

    def _last_change(self) -> str | None:
        return next((one.kind for one in reversed(self.history) if one.to_status is not None), None)
