"""What every form of the desk's pages shares: who, when, on which version, and where to go afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request, Response
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.exc import StaleDataError
from starlette.datastructures import FormData

from app.errors import Conflict, DomainError
from app.models import Report, Staff, Update
from app.queries.visible import report_for
from app.routing import Rules
from app.services.decisions import STALE
from app.services.standard_words import ANSWERS, REJECTIONS
from app.text import translate
from app.web.deps import DeskDep, FormDep, NowDep, RulesDep, SessionDep, StateDep
from app.web.pages.desk_view import show_report
from app.web.state import AppState
from app.web.templating import Flash, redirect


@dataclass(frozen=True)
class DeskForm:
    """A form that somebody at the desk sent about one report."""

    request: Request
    session: Session
    staff: Staff
    rules: Rules
    state: AppState
    form: FormData
    at: datetime
    reference: str

    def text(self, name: str) -> str:
        """A field's text; empty when it is not there."""
        value = self.form.get(name)
        return value.strip() if isinstance(value, str) else ""

    def whole(self, name: str) -> int | None:
        """A field's whole number, at most 18 digits; None when it is none."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None

    def number(self, name: str) -> float | None:
        """A field's number, with decimal point or comma; None when it is none."""
        try:
            return float(self.text(name).replace(",", "."))
        except ValueError:
            return None

    def words(self, report: Report) -> str:
        """What was typed, else the ready sentence that was chosen, in the reporter's language."""
        ready = {**REJECTIONS, **ANSWERS}.get(self.text("ready"))
        if self.text("words") or ready is None:
            return self.text("words")
        return translate(ready[1], reporter_language(report, self.rules))

    @property
    def who_when(self) -> dict[str, Any]:
        """The arguments that every decision takes."""
        return {"by": self.staff, "at": self.at, "version": self.whole("version")}

    @property
    def undoable(self) -> dict[str, Any]:
        """`who_when` and the seconds for undo."""
        return {**self.who_when, "undo_seconds": self.state.settings.undo_seconds}

    def act(self, verb: Callable[[Report], Update | None], *, flash: str = "", stay: bool = False) -> Response:
        """Do it and go on to the next report, or stay; a refusal is said on the report's page, words kept."""
        try:
            report = report_for(self.session, self.staff, self.reference, joinedload(Report.reporter), to_act=True)
            update = verb(report)
            self.session.flush()  # The second of two people is told here, on a page.
        except (DomainError, StaleDataError) as error:
            self.session.rollback()
            refused = Conflict(STALE) if isinstance(error, StaleDataError) else error
            return show_report(
                self.request,
                self.session,
                self.staff,
                self.rules,
                self.state,
                self.reference,
                refused=refused,
                typed=self.typed(),
            )
        return self._go_on(update, flash=flash, stay=stay)

    def typed(self) -> dict[str, str]:
        """What the form held, to be shown again."""
        return {name: value for name, value in self.form.items() if isinstance(value, str)}

    def _go_on(self, update: Update | None, *, flash: str, stay: bool) -> Response:
        message: Flash | None = ("success", flash) if flash else None
        done = {"done": update.id} if update is not None and not flash else {}
        if not self.text("from_queue"):
            return redirect(self.request, with_query(f"/staff/reports/{self.reference}", **done), flash=message)
        target = self.reference if stay else self.text("next")
        return redirect(
            self.request,
            with_query(
                "/staff/queue",
                report=target,
                category=self.text("in_category"),
                order=self.text("order"),
                **done,
            ),
            flash=message,
        )


def get_desk_form(
    request: Request,
    reference: str,
    session: SessionDep,
    staff: DeskDep,
    rules: RulesDep,
    state: StateDep,
    form: FormDep,
    now: NowDep,
) -> DeskForm:
    """The form, for people at the desk only."""
    return DeskForm(
        request=request,
        session=session,
        staff=staff,
        rules=rules,
        state=state,
        form=form,
        at=now,
        reference=reference,
    )


DeskFormDep = Annotated[DeskForm, Depends(get_desk_form)]


def with_query(path: str, **params: object) -> str:
    """The path with those parameters that have a value."""
    query = urlencode({name: value for name, value in params.items() if value})
    return f"{path}?{query}" if query else path


def reporter_language(report: Report, rules: Rules) -> str:
    """The language that the reporter chose, else the municipality's first."""
    return report.reporter.language if report.reporter is not None else rules.default_language
