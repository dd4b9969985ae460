"""How well the rules propose, what the corrections say, and what another rules file would have done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import PurePath
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import UploadFile

from app.errors import N_, NotFound
from app.models.reference import show_reference
from app.routing import RuleProblem, Rules, RulesError, load_rules
from app.services import rule_learning, rules_watch, what_if
from app.services.rule_learning import Learned, Lesson, NotEditable
from app.text import OWNER_WORDS, translate
from app.web.deps import CsrfChecked, DeskDep, FormDep, LanguageDep, NowDep, RulesDep, SessionDep
from app.web.templating import render

router = APIRouter(prefix="/staff/rules", include_in_schema=False)
PERIODS = (90, 365)
MOST_FILE_BYTES = 500_000
NO_FILE = N_("Choose a rules file first.")
TOO_LARGE = N_("The file is too large. A rules file has at most 500 kB.")
BAD_DAY = N_("Write the day as year, month and day, for example 2025-11-01.")


@router.get("/file")
def in_force(_staff: DeskDep, rules: RulesDep) -> Response:
    """The rules file as it stands, to be changed and tried."""
    try:
        content = rules.path.read_bytes()
    except OSError as error:
        raise NotFound(N_("The rules file can not be read now.")) from error
    headers = {"Content-Disposition": f'attachment; filename="{rules.path.name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/yaml", headers=headers)


@router.get("/figures")
def figures(
    request: Request,
    _staff: DeskDep,
    session: SessionDep,
    rules: RulesDep,
    lang: LanguageDep,
    now: NowDep,
    days: Annotated[int, Query(ge=1, le=3660)] = 90,
) -> Response:
    """Per rule: how often the desk sent a report where it said, and the usual correction."""
    learned = rule_learning.learn(session, rules, since=now - timedelta(days=days))
    return render(
        request,
        "staff/rule_figures.html",
        learned=learned,
        shown_days=days,
        periods=PERIODS,
        fewest=rule_learning.FEWEST,
        named=_unit_names(lang, rules),
        conditions=lambda lesson: _in_words(lesson, rules, lang),
        rules_banner=rules_watch.banner(session),
    )


@router.get("/change")
def change(
    request: Request,
    _staff: DeskDep,
    session: SessionDep,
    rules: RulesDep,
    lang: LanguageDep,
    now: NowDep,
    rule: str,
    days: Annotated[int, Query(ge=1, le=3660)] = 90,
) -> Response:
    """The change that the corrections of a rule speak for, to be copied or taken as a file."""
    one = _suggested(rule_learning.learn(session, rules, since=now - timedelta(days=days)), rule)
    edit, refused = None, False
    try:
        edit = rule_learning.change(one, rules)
    except NotEditable:
        refused = True
    return render(
        request,
        "staff/rule_change.html",
        lesson=one,
        edit=edit,
        refused_edit=refused,
        shown_days=days,
        named=_unit_names(lang, rules),
        conditions=_in_words(one, rules, lang),
        rules_banner=rules_watch.banner(session),
    )


@router.get("/change.diff")
def change_file(
    _staff: DeskDep,
    session: SessionDep,
    rules: RulesDep,
    now: NowDep,
    rule: str,
    days: Annotated[int, Query(ge=1, le=3660)] = 90,
) -> Response:
    """The same as a file for `patch -p1`."""
    one = _suggested(rule_learning.learn(session, rules, since=now - timedelta(days=days)), rule)
    try:
        diff = rule_learning.change(one, rules).diff
    except NotEditable as error:
        raise NotFound(NOTHING) from error
    headers = {"Content-Disposition": 'attachment; filename="rules.diff"', "Cache-Control": "no-store"}
    return Response(diff, media_type="text/x-diff; charset=utf-8", headers=headers)


NOTHING = N_("There is no change to propose for this rule.")


@router.get("/what-if")
def ask(request: Request, _staff: DeskDep, session: SessionDep, now: NowDep) -> Response:
    """The form."""
    since = (now - timedelta(days=365)).date().isoformat()
    return _what_if_page(request, since=since, banner=rules_watch.banner(session))


@router.post("/what-if", dependencies=[CsrfChecked])
def answer(
    request: Request,
    _staff: DeskDep,
    session: SessionDep,
    rules: RulesDep,
    lang: LanguageDep,
    form: FormDep,
) -> Response:
    """What would have gone elsewhere; the file is read, and kept nowhere."""
    since, banner = str(form.get("since") or ""), rules_watch.banner(session)
    day, content, problem = _day(since), *_content(form.get("file"))
    if day is None or problem:
        problems = {
            "since": "" if day else translate(BAD_DAY, lang),
            "file": translate(problem, lang) if problem else "",
        }
        return _what_if_page(request, since=since, banner=banner, problems=problems, status_code=422)
    name = _file_name(form.get("file"))
    others, mistakes = _read(rules, content)
    if others is None:
        return _what_if_page(request, since=since, banner=banner, mistakes=mistakes, file_name=name, status_code=422)
    since_moment = datetime.combine(day, time(), tzinfo=ZoneInfo(rules.municipality.timezone)).astimezone(UTC)
    found = what_if.what_if(session, rules, others, since=since_moment)
    shown: dict[str, Any] = {
        "found": found,
        "named": _unit_names(lang, rules, others),
        "category_name": _category_names(rules, lang),
    }
    return _what_if_page(request, since=since, banner=banner, file_name=name, mistakes=mistakes, **shown)


def _what_if_page(request: Request, *, since: str, banner: object, status_code: int = 200, **shown: Any) -> Response:
    given: dict[str, Any] = {"found": None, "mistakes": [], "problems": {}, "file_name": "", **shown}
    return render(
        request,
        "staff/what_if.html",
        status_code=status_code,
        since=since,
        show_reference=show_reference,
        rules_banner=banner,
        **given,
    )


def _read(rules: Rules, content: bytes) -> tuple[Rules | None, list[RuleProblem]]:
    """The rules in an uploaded file, as if it lay beside ours, and its mistakes; broken examples do not hinder."""
    try:
        return load_rules(rules.path, content=content), []
    except RulesError as error:
        return error.rules, error.problems


def _content(file: object) -> tuple[bytes, str]:
    """The bytes, and what is wrong with them."""
    if not isinstance(file, UploadFile) or not file.size:
        return b"", NO_FILE
    if file.size > MOST_FILE_BYTES:
        return b"", TOO_LARGE
    return file.file.read(), ""


def _file_name(file: object) -> str:
    return PurePath(file.filename or "").name[:80] if isinstance(file, UploadFile) else ""


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 < day.year < 9999 else None


def _suggested(learned: list[Learned], rule: str) -> Lesson:
    found = next((one.lesson for one in learned if one.figure.rule == rule and one.suggests), None)
    if found is None:
        raise NotFound(NOTHING)
    return found


def _unit_names(lang: str, *files: Rules) -> Callable[[str], str]:
    """A unit's name in the language by its code, in any of the files; the code where it has left them."""

    def named(code: str) -> str:
        unit = next((one.units[code] for one in files if code in one.units), None)
        return unit.name(lang) if unit else code

    return named


def _category_names(rules: Rules, lang: str) -> Callable[[str], str]:
    def named(code: str) -> str:
        category = rules.categories.get(code)
        return category.name(lang) if category else code

    return named


def _in_words(lesson: Lesson, rules: Rules, lang: str) -> list[str]:
    """What the corrected reports have in common."""
    words = []
    for key, value in lesson.conditions or ():
        if key == "category":
            words.append(f"{translate(N_('Category'), lang)}: {_category_names(rules, lang)(value)}")
        elif key == "area":
            words.append(f"{translate(N_('Area'), lang)}: {rules.areas[value].name(lang)}")
        else:
            label = N_("Owner of the road") if key == "road_owner" else N_("Owner of the lamp")
            words.append(f"{translate(label, lang)}: {translate(OWNER_WORDS[value], lang)}")
    return words
