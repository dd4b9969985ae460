"""Who looks at which report, and when: what every part of the desk's page works from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy.orm import Session

from app.models import ReplyFor, ReplyTemplate, Report, Staff
from app.queries.desk_report import DeskReport
from app.routing import Rules
from app.services.templates import ReadyWords, all_ready_words, fitting
from app.web.state import AppState


@dataclass(frozen=True)
class Seen:
    """One look at one report. `alone` is its own page, which shows more than the queue does."""

    session: Session
    staff: Staff
    rules: Rules
    state: AppState
    view: DeskReport
    at: datetime
    lang: str
    alone: bool

    @property
    def report(self) -> Report:
        """The report itself, with reporter, photos and history loaded."""
        return self.view.report

    @property
    def their_language(self) -> str:
        """The language that the reporter reads."""
        reporter = self.report.reporter
        return reporter.language if reporter is not None else self.rules.default_language

    @cached_property
    def ready(self) -> dict[ReplyFor, list[ReadyWords]]:
        """The ready words for every decision."""
        return all_ready_words(self.session, self.report, self.rules, lang=self.lang, among=self.templates)

    @cached_property
    def templates(self) -> Sequence[ReplyTemplate]:
        """The municipality's own reply templates: one statement, whichever parts ask."""
        return fitting(self.session, self.report, self.rules)
