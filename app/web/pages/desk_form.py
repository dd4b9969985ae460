"""What every form of the desk's pages shares: who, when, on which version, and where to go afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

import orjson
from fastapi import Depends, Request, Response
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.exc import StaleDataError
from starlette.datastructures import FormData

from app.db import was_in_the_way
from app.errors import Conflict, DomainError
from app.models import Report, Staff, Update
from app.models.reference import show_reference
from app.queries.visible import report_for
from app.routing import Rules
from app.services.decisions import IN_THE_WAY, STALE
from app.services.templates import words_to_send
from app.text import translate
from app.web.deps import DeskDep, FormDep, NowDep, RulesDep, SessionDep, StateDep, get_language
from app.web.pages.desk_view import show_front, show_report, undo_bar
from app.web.state import AppState
from app.web.templating import Flash, redirect, render

# A script that decides names the part of the page that it can take for an answer.
PART_HEADER = "x-gatami-part"
# What the address of the queue holds beside its filter.
_NO_FILTER = {"report", "done"}
_LONGEST_FILTER = 2000


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
        return _whole(self.text(name))

    def wholes(self, name: str) -> set[int]:
        """The whole numbers of a field that is there several times; what is none is left out."""
        found = (_whole(value.strip()) for value in self.form.getlist(name) if isinstance(value, str))
        return {number for number in found if number is not None}

    def number(self, name: str) -> float | None:
        """A field's number, with decimal point or comma; None when it is none."""
        try:
            return float(self.text(name).replace(",", "."))
        except ValueError:
            return None

    def words(self, report: Report) -> str:
        """What was typed, else the ready sentence that was chosen, in the reporter's language."""
        return words_to_send(
            self.session,
            report,
            self.rules,
            typed=self.text("words"),
            code=self.text("ready"),
            unit_code=self.text("unit") or None,
        )

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
        except (DomainError, StaleDataError, OperationalError) as error:
            self.session.rollback()
            return self._refused(refusal_of(error))
        if self.by_script:
            return self._answer(report, update, flash=flash, stay=stay)
        return self._go_on(update, flash=flash, stay=stay)

    @property
    def by_script(self) -> bool:
        """Whether the workbench sent it, which stays where it is and takes an answer instead of a page."""
        return self.request.headers.get(PART_HEADER) == "decision"

    @property
    def filter(self) -> str:
        """The filter of the queue that the form stood in, as it stands in its address."""
        return filter_of(self.text("in_filter"))

    def typed(self) -> dict[str, str]:
        """What the form held, to be shown again."""
        return {name: value for name, value in self.form.items() if isinstance(value, str)}

    def _refused(self, refused: DomainError) -> Response:
        show = show_front if self.by_script and self.text("from_queue") else show_report
        return show(
            self.request,
            self.session,
            self.staff,
            self.rules,
            self.state,
            self.reference,
            refused=refused,
            typed=self.typed(),
        )

    def _answer(self, report: Report, update: Update | None, *, flash: str, stay: bool) -> Response:
        """What became of it, for the script that sent it: `undo` is the bar, `stay` shows the report again."""
        lang = get_language(self.request)
        done = update.id if update is not None and not flash else 0
        undo = undo_bar(self.session, self.staff, self.rules, self.state, done, lang=lang)
        shown: dict[str, Any] = {
            "undo": undo,
            "in_queue": True,
            "filter_query": self.filter,
            "show_reference": show_reference,
        }
        bar = bytes(render(self.request, "staff/_undo.html", **shown).body).decode() if undo else ""
        answer = {
            "reference": report.reference,
            "status": report.status,
            "stay": stay,
            "say": translate(flash, lang) if flash else "",
            "undo": bar,
        }
        return Response(orjson.dumps(answer), media_type="application/json")

    def _go_on(self, update: Update | None, *, flash: str, stay: bool) -> Response:
        message: Flash | None = ("success", flash) if flash else None
        done = {"done": update.id} if update is not None and not flash else {}
        if not self.text("from_queue"):
            return redirect(self.request, with_query(f"/staff/reports/{self.reference}", **done), flash=message)
        target = self.reference if stay else self.text("next")
        return redirect(self.request, queue_url(target, self.filter, **done), flash=message)


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


def refusal_of(error: DomainError | StaleDataError | OperationalError) -> DomainError:
    """In words: somebody was first, or is at it just now. Raises what is no refusal: the database is away."""
    if isinstance(error, StaleDataError):
        return Conflict(STALE)
    if isinstance(error, OperationalError):
        if not was_in_the_way(error):
            raise error
        return Conflict(IN_THE_WAY)
    return error


DeskFormDep = Annotated[DeskForm, Depends(get_desk_form)]


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def with_query(path: str, **params: object) -> str:
    """The path with those parameters that have a value."""
    query = urlencode({name: value for name, value in params.items() if value})
    return f"{path}?{query}" if query else path


def filter_pairs(query: str) -> list[tuple[str, str]]:
    """The filter in an address of the queue, without the report that stood in front."""
    return [(name, value) for name, value in parse_qsl(query[:_LONGEST_FILTER]) if name not in _NO_FILTER]


def filter_of(query: str) -> str:
    """The same as it stands in an address of ours."""
    return urlencode(filter_pairs(query))


def queue_url(reference: str, in_filter: str, **params: object) -> str:
    """The queue with this report in front, over this filter."""
    address = with_query("/staff/queue", report=reference, **params)
    return f"{address}{'&' if '?' in address else '?'}{in_filter}" if in_filter else address


def reporter_language(report: Report, rules: Rules) -> str:
    """The language that the reporter chose, else the municipality's first."""
    return report.reporter.language if report.reporter is not None else rules.default_language
