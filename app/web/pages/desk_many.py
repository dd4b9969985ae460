"""One decision about many reports of the workbench, what became of each, and one undo for all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.errors import N_, DomainError, Invalid
from app.models import Report, Staff
from app.models.reference import show_reference
from app.models.reply import PLACEHOLDERS, unknown_placeholders
from app.queries import queue
from app.queries.desk_report import sent_together
from app.routing import Rules
from app.services import claims, many
from app.services.many import MOST, Many
from app.services.reply_templates import UNKNOWN
from app.services.templates import words_to_send
from app.text import say, translate
from app.web.deps import CsrfChecked, DeskDep, FormDep, LanguageDep, NowDep, RulesDep, SessionDep, StateDep
from app.web.desk_bench import get_bench
from app.web.desk_filters import read_desk_filter
from app.web.errors import status_of
from app.web.pages.desk_form import PART_HEADER, filter_of, filter_pairs, refusal_of
from app.web.state import AppState
from app.web.templating import render

router = APIRouter(prefix="/staff/queue/many", include_in_schema=False, dependencies=[CsrfChecked])
NO_VERB = N_("Choose what to do with the reports.")


@dataclass(frozen=True)
class ManyForm:
    """The form that somebody at the desk sent about many reports."""

    request: Request
    session: Session
    staff: Staff
    rules: Rules
    state: AppState
    form: FormData
    at: datetime
    lang: str

    def text(self, name: str) -> str:
        """A field's text; empty when it is not there."""
        value = self.form.get(name)
        return value.strip() if isinstance(value, str) else ""

    @property
    def how(self) -> dict[str, Any]:
        """Who, when, and in which language a refusal is said."""
        return {
            "by": self.staff,
            "at": self.at,
            "undo_seconds": self.state.settings.undo_seconds,
            "lang": self.lang,
        }

    def chosen(self) -> list[str]:
        """The ticked ones with the version that was shown, or all that the filter holds, as far as MOST."""
        ticked = [value for value in self.form.getlist("chosen") if isinstance(value, str)]
        if not self.text("all"):
            return ticked
        pairs = dict(filter_pairs(self.text("in_filter")))
        bench = get_bench(read_desk_filter(pairs, self.rules), pairs.get("order", "urgent"))
        found = queue.queue(
            self.session,
            at=self.at,
            claim_lasts=claims.LASTS,
            conditions=bench.conditions(self.staff, at=self.at),
            order=bench.order,
            limit=MOST,
        )
        return [f"{row.reference}:{row.version}" for row in found]

    def day(self) -> date | None:
        """The due date that was typed."""
        try:
            return date.fromisoformat(self.text("day"))
        except ValueError:
            return None


def get_many_form(
    request: Request,
    session: SessionDep,
    staff: DeskDep,
    rules: RulesDep,
    state: StateDep,
    form: FormDep,
    now: NowDep,
    lang: LanguageDep,
) -> ManyForm:
    """The form, for people at the desk only."""
    return ManyForm(
        request=request, session=session, staff=staff, rules=rules, state=state, form=form, at=now, lang=lang
    )


ManyFormDep = Annotated[ManyForm, Depends(get_many_form)]


@router.post("")
def decide(sent: ManyFormDep) -> Response:
    """Do the same with each of them; what is refused is said one by one."""
    try:
        made = _decide(sent)
    except (DomainError, OperationalError) as error:
        sent.session.rollback()
        return _refused(sent, refusal_of(error))
    return _answer(sent, made)


@router.post("/undo")
def undo(sent: ManyFormDep) -> Response:
    """Take all of it back."""
    seconds = sent.state.settings.undo_seconds
    try:
        made = many.undo_many(
            sent.session, sent.text("batch"), by=sent.staff, at=sent.at, undo_seconds=seconds, lang=sent.lang
        )
    except (DomainError, OperationalError) as error:
        sent.session.rollback()
        return _refused(sent, refusal_of(error))
    return _answer(sent, made, undone=True)


def _decide(sent: ManyForm) -> Many:
    chosen, verb = sent.chosen(), sent.text("verb")
    given: dict[str, Any] = {}
    if verb == "forward_to":
        verb, given["unit"] = "forward", sent.text("unit")
    elif verb == "reject":
        given["words"] = _words(sent)
    elif verb == "merge":
        given["into"] = sent.text("into") or _oldest(chosen)
    elif verb == "set_due":
        given |= {"due_day": sent.day(), "words": sent.text("why")}
    elif verb != "forward":
        raise Invalid(NO_VERB)
    return many.decide_many(sent.session, chosen, verb, rules=sent.rules, **sent.how, **given)


def _words(sent: ManyForm) -> Any:
    """What was typed, else the ready sentence in each reporter's language; filled in for each report."""
    typed, ready = sent.text("words"), sent.text("ready")
    if not typed and not ready:
        return ""
    unknown = unknown_placeholders(typed)
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise Invalid(UNKNOWN, unknown=", ".join(unknown), known=known)

    def for_one(report: Report) -> str:
        return words_to_send(sent.session, report, sent.rules, typed=typed, code=ready)

    return for_one


def _oldest(chosen: list[str]) -> str:
    """References are numbered as reports come, so the smallest is the oldest; with the version cut off."""
    return min((one.partition(":")[0] for one in chosen), default="")


def _answer(sent: ManyForm, made: Many, *, undone: bool = False) -> Response:
    part = sent.request.headers.get(PART_HEADER) == "decision"
    page = render(
        sent.request,
        "staff/_many_done.html" if part else "staff/many.html",
        made=made,
        sent_to=[] if undone else _sent_to(sent, made),
        undone=undone,
        in_filter=filter_of(sent.text("in_filter")),
        left_over=bool(sent.text("all")) and len(made.done) + len(made.refused) >= MOST,
        most=MOST,
        undo_seconds=sent.state.settings.undo_seconds,
        show_reference=show_reference,
        rules_banner=None,
    )
    if not part:
        return page
    words = translate(N_("Undone. Nothing has gone out."), sent.lang) if undone else ""
    answer = {
        "references": made.done,
        "refused": len(made.refused),
        "say": words,
        "undo": bytes(page.body).decode(),
    }
    return Response(orjson.dumps(answer), media_type="application/json")


def _sent_to(sent: ManyForm, made: Many) -> list[tuple[str, int]]:
    """The units' names, and how many reports each gets; the most first."""
    units = sent.rules.units
    counts = sent_together(sent.session, made.batch)
    return [(units[code].name(sent.lang) if code in units else code, n) for code, n in counts.items()]


def _refused(sent: ManyForm, refused: DomainError) -> Response:
    """Nothing was done; the form's words are still in the browser, one step back."""
    if sent.request.headers.get(PART_HEADER) == "decision":
        raise refused
    return render(
        sent.request,
        "staff/many.html",
        status_code=status_of(refused),
        made=None,
        refused=say(refused, sent.lang),
        in_filter=filter_of(sent.text("in_filter")),
        rules_banner=None,
    )
