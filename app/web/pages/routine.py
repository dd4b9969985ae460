"""Fixed rounds: today's board, the round with what lies on its way, and the form to keep one."""

from __future__ import annotations

from datetime import date, time, timedelta

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from app.errors import N_, DomainError, Invalid
from app.models import RoutineRound, Staff
from app.queries import routine as queries
from app.routing import Rules
from app.services import routine
from app.services.routine_drives import take_along
from app.text import say, translate
from app.web.deps import CrewDep, CsrfChecked, FormDep, LanguageDep, NowDep, RulesDep, SessionDep
from app.web.errors import STATUS_OF
from app.web.round_edit import planner_of
from app.web.routine_form import RoutineForm, read_clock
from app.web.templating import redirect, render
from app.web.uploads import CheckedUploadDep, files_of

router = APIRouter(prefix="/staff/routine-rounds", include_in_schema=False)
HOME = "/staff/routine-rounds"
MOST_BYTES = 3_000_000
SAID = {
    "start": N_("Residents on the way read that it is driven today."),
    "late": N_("Residents on the way read the new time."),
    "finish": N_("The round is driven."),
    "cancel": N_("The round is not driven that day. Residents are promised nothing."),
    "restore": N_("The round is driven as planned."),
}


@router.get("")
def board(request: Request, staff: CrewDep, session: SessionDep, rules: RulesDep, now: NowDep) -> Response:
    """Today's drives with their buttons, the next days, and all rounds."""
    rounds = queries.list_rounds(session, staff)
    today = now.astimezone(rules.timezone).date()
    found = queries.drives(session, rounds, today, today + timedelta(days=queries.SOON_DAYS), zone=rules.timezone)
    return render(
        request,
        "routine/list.html",
        rounds=rounds,
        today=[drive for drive in found if drive.day == today],
        coming=[drive for drive in found if drive.day > today],
        on_call=[one for one in rounds if not one.rule and not any(d.round is one and d.day == today for d in found)],
        day=today,
    )


@router.get("/new")
def new_page(request: Request, staff: CrewDep, rules: RulesDep, lang: LanguageDep, now: NowDep) -> Response:
    """An empty form."""
    unit = next(iter(_units(staff, rules)), "")
    form = RoutineForm(unit=unit, since=now.astimezone(rules.timezone).date().isoformat())
    return _form(request, form, staff=staff, rules=rules, lang=lang)


@router.post("")
def make(
    request: Request, form: CheckedUploadDep, staff: CrewDep, session: SessionDep, rules: RulesDep, lang: LanguageDep
) -> Response:
    """Keep a new round; a mistake shows the form again with everything in it."""
    given = RoutineForm.of_form(form)
    try:
        given = given.with_file(_file(form))
        one = routine.keep(session, given.wanted(rules), by=staff, rules=rules)
    except Invalid as error:
        return _form(request, given, staff=staff, rules=rules, lang=lang, error=error)
    return redirect(request, f"{HOME}/{one.id}", flash=("success", N_("The round is kept.")))


@router.get("/{round_id:int}")
def show(
    request: Request, round_id: int, staff: CrewDep, session: SessionDep, rules: RulesDep, now: NowDep
) -> Response:
    """Its way, its next days, and the reports along it."""
    one = queries.round_for(session, staff, round_id)
    found = queries.soon(session, [one], at=now, rules=rules)
    return render(
        request,
        "routine/round.html",
        one=one,
        form=RoutineForm.of_round(one, queries.lines_of(session, [one.id])[one.id]),
        coming=found,
        along=queries.reports_along(session, one),
        today=now.astimezone(rules.timezone).date(),
    )


@router.get("/{round_id:int}/edit")
def edit_page(
    request: Request, round_id: int, staff: CrewDep, session: SessionDep, rules: RulesDep, lang: LanguageDep
) -> Response:
    """The form with what is kept."""
    one = queries.round_for(session, staff, round_id)
    form = RoutineForm.of_round(one, queries.lines_of(session, [one.id])[one.id])
    return _form(request, form, staff=staff, rules=rules, lang=lang, one=one)


@router.post("/{round_id:int}")
def change(
    request: Request, form: CheckedUploadDep, round_id: int, staff: CrewDep, session: SessionDep, rules: RulesDep,
    lang: LanguageDep,
) -> Response:  # fmt: skip
    """Save the form, or show it again with its mistake."""
    one = queries.round_for(session, staff, round_id, lock=True)
    given = RoutineForm.of_form(form)
    try:
        given = given.with_file(_file(form))
        routine.keep(session, given.wanted(rules), by=staff, rules=rules, kept=one, version=given.version)
    except DomainError as error:
        session.refresh(one)
        return _form(request, given, staff=staff, rules=rules, lang=lang, one=one, error=error)
    return redirect(request, f"{HOME}/{one.id}", flash=("success", N_("The round is kept.")))


@router.post("/{round_id:int}/removal", dependencies=[CsrfChecked])
def put_aside(request: Request, round_id: int, staff: CrewDep, session: SessionDep) -> Response:
    """It is not driven any more."""
    routine.put_aside(queries.round_for(session, staff, round_id, lock=True))
    return redirect(request, HOME, flash=("success", N_("The round is not driven any more.")))


@router.post("/{round_id:int}/drives", dependencies=[CsrfChecked])
def change_drive(
    request: Request, form: FormDep, round_id: int, staff: CrewDep, session: SessionDep, rules: RulesDep, now: NowDep
) -> Response:
    """One tap on the board: starts, is late, is done, is cancelled, is driven after all."""
    one = queries.round_for(session, staff, round_id)
    verb = str(form.get("do") or "")
    day = _day(form.get("day"))
    routine.change_drive(session, one, day, verb, by=staff, at=now, rules=rules, until=_until(form.get("until")))
    return redirect(request, HOME, flash=("success", SAID[verb]))


@router.post("/{round_id:int}/reports", dependencies=[CsrfChecked])
def take(request: Request, form: FormDep, round_id: int, staff: CrewDep, session: SessionDep, now: NowDep) -> Response:
    """Reports along the way go with the drive of a day."""
    one = queries.round_for(session, staff, round_id)
    references = [str(reference) for reference in form.getlist("report")]
    day = _day(form.get("day"))
    planner = planner_of(request, session, staff, at=now)
    made = take_along(session, one, day, references=references, planner=planner)
    sentence = N_("They are on the round. Reporters hear of the day.")
    return redirect(request, f"/staff/route-lists/{made.id}", flash=("success", sentence))


def _units(staff: Staff, rules: Rules) -> list[str]:
    units = (unit for unit in rules.units.values() if not unit.outside and not unit.desk)
    return [unit.code for unit in units if staff.sees_all or unit.code in staff.unit_codes]


def _form(
    request: Request, form: RoutineForm, *, staff: Staff, rules: Rules, lang: str,
    one: RoutineRound | None = None, error: DomainError | None = None,
) -> Response:  # fmt: skip
    fields = getattr(error, "fields", None) or {}
    return render(
        request,
        "routine/edit.html",
        status_code=STATUS_OF.get(type(error), 422) if error else 200,
        form=form,
        one=one,
        version=one.version if one is not None else 0,
        sentence=say(error, lang) if error else None,
        errors={name: translate(words, lang) for name, words in fields.items()},
        unit_choices=[(code, rules.units[code].name(lang)) for code in _units(staff, rules)],
        category_choices=[
            (category.code, category.name(lang)) for group in rules.groups for category in rules.categories_in(group)
        ],
    )


def _file(form: FormData) -> bytes | None:
    files = files_of(form, "file")
    if not files:
        return None
    if (files[0].size or 0) > MOST_BYTES:
        sentence = N_("The file is too large. A round needs a few thousand points at most.")
        raise Invalid(sentence, fields={"file": sentence})
    return files[0].file.read()


def _day(given: object) -> date:
    try:
        return date.fromisoformat(str(given or ""))
    except ValueError as error:
        raise Invalid(N_("Choose a day.")) from error


def _until(given: object) -> time | None:
    return read_clock(str(given), "until") if given else None
