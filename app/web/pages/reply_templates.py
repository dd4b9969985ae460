"""The desk's ready words, edited in the browser: list, one of them with a look at how it reads, and taking it away."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session, joinedload
from starlette.datastructures import FormData

from app.errors import N_, Conflict, DomainError, Invalid, NotFound
from app.languages import LANGUAGES
from app.models import ReplyFor, Report, Staff
from app.models.plain_language import hints
from app.models.reference import show_reference
from app.models.reply import fill, shown_placeholders
from app.queries.visible import report_for
from app.routing import Rules
from app.services import reply_templates
from app.services.reply_templates import UNKNOWN, Words
from app.services.templates import best_text, desk_phone, values_of
from app.text import say, show_date, translate
from app.web.deps import CsrfChecked, DeskDep, FormDep, LanguageDep, NowDep, RulesDep, SessionDep, get_language
from app.web.errors import status_of
from app.web.pages.desk_sight import hint_in_words
from app.web.templating import redirect, render

router = APIRouter(prefix="/staff/templates", include_in_schema=False)
LIST = "/staff/templates"
FOR_WORDS: dict[str, str] = {
    ReplyFor.REJECT: N_("Reject"),
    ReplyFor.ANSWER: N_("Answer and close"),
    ReplyFor.REFER: N_("Others have it"),
    ReplyFor.ASK: N_("Ask the reporter"),
    ReplyFor.FIXED: N_("Fixed"),
    ReplyFor.INTERIM: N_("Interim reply"),
}
NEWEST_ORDER = 99_999


@router.get("")
def list_page(
    request: Request,
    session: SessionDep,
    staff: DeskDep,  # noqa: ARG001  (who may)
    rules: RulesDep,
    lang: LanguageDep,
) -> Response:
    """All ready words, by what they are for."""
    found = reply_templates.every(session)
    return render(
        request,
        "staff/templates.html",
        groups=[
            (translate(FOR_WORDS[kind], lang), [one for one in found if one.for_what == kind]) for kind in ReplyFor
        ],
        title_of=lambda words: best_text(words.texts, lang)[1][0],
        first_line_of=lambda words: best_text(words.texts, lang)[1][1].strip().partition("\n")[0],
        missing_in=lambda words: ", ".join(LANGUAGES[code] for code in words.missing),
        where_of=lambda words: _where_in_words(words, rules, lang),
        **_everywhere(lang),
    )


@router.get("/new")
def new_page(
    request: Request,
    staff: DeskDep,  # noqa: ARG001  (who may)
    rules: RulesDep,
    lang: LanguageDep,
) -> Response:
    """An empty form."""
    return _form(request, Words(code=""), rules, lang)


@router.get("/{code}")
def one_page(
    request: Request,
    code: str,
    session: SessionDep,
    staff: DeskDep,  # noqa: ARG001  (who may)
    rules: RulesDep,
    lang: LanguageDep,
) -> Response:
    """One of them, to be changed."""
    return _form(request, reply_templates.find(session, code), rules, lang)


@router.post("", dependencies=[CsrfChecked])
@router.post("/{code}", dependencies=[CsrfChecked])
def save(
    request: Request, form: FormDep, session: SessionDep, staff: DeskDep, rules: RulesDep, now: NowDep, code: str = ""
) -> Response:
    """Save, or with `look` only show how it would read."""
    lang, words = get_language(request), _read(form, code)
    if form.get("look"):
        example = str(form.get("example", ""))
        return _look(request, session, staff, words, rules, lang, example=example, at=now)
    try:
        reply_templates.save(session, words, rules=rules, by=staff, at=now)
    except (Invalid, Conflict) as error:
        session.rollback()
        return _form(request, words, rules, lang, refused=error, now_there=_now_there(session, words, error))
    return redirect(request, LIST, flash=("success", N_("The ready words are saved.")))


@router.post("/{code}/removal", dependencies=[CsrfChecked])
def remove(
    request: Request,
    code: str,
    form: FormDep,
    session: SessionDep,
    staff: DeskDep,  # noqa: ARG001  (who may)
) -> Response:
    """Own words go; changed ones are as shipped again."""
    version = str(form.get("version", ""))
    reply_templates.remove(session, code, version=int(version) if version.isdecimal() and len(version) < 9 else 0)
    return redirect(request, LIST, flash=("success", N_("Done. Answers that were sent stay as they are.")))


def _read(form: FormData, code: str) -> Words:
    def typed(name: str) -> str:
        value = form.get(name)
        return value.strip().replace("\r\n", "\n") if isinstance(value, str) else ""

    texts = {lang: (typed(f"title-{lang}"), typed(f"body-{lang}")) for lang in LANGUAGES}
    kind, _, where = typed("where").partition(":")
    order, version = typed("sort_order"), typed("version")
    return Words(
        code=code,
        for_what=typed("for_what"),
        category_code=(where or None) if kind == "category" else None,
        group_code=(where or None) if kind == "group" else None,
        sort_order=min(int(order), NEWEST_ORDER) if order.isdecimal() and len(order) < 9 else 100,
        active=typed("active") == "1",
        texts={lang: text for lang, text in texts.items() if any(text)},
        version=int(version) if version.isdecimal() and len(version) < 9 else 0,
    )


def _now_there(session: Session, words: Words, error: DomainError) -> Words | None:
    """What a colleague has saved meanwhile; None where that is not the trouble."""
    if not isinstance(error, Conflict) or not words.code:
        return None
    try:
        return reply_templates.find(session, words.code)
    except NotFound:
        return None


def _form(
    request: Request,
    words: Words,
    rules: Rules,
    lang: str,
    *,
    refused: DomainError | None = None,
    now_there: Words | None = None,
    **more: Any,
) -> Response:
    if now_there is not None:
        # Whoever has read what stands there now may save over it.
        words = replace(words, version=now_there.version)
    return render(
        request,
        "staff/template.html",
        status_code=status_of(refused) if refused else 200,
        words=words,
        refused=say(refused, lang) if refused else "",
        problems=_problems(words, refused, lang),
        now_there=now_there,
        kinds=[(kind.value, translate(FOR_WORDS[kind], lang)) for kind in ReplyFor],
        wheres=_wheres(rules, lang),
        where=f"category:{words.category_code}" if words.category_code else f"group:{words.group_code or ''}",
        **{"looks": [], "example": "", **more},
        **_everywhere(lang),
    )


def _problems(words: Words, refused: DomainError | None, lang: str) -> dict[str, str]:
    fields = refused.fields if isinstance(refused, Invalid) else {}
    given = reply_templates.unknown_in(words)
    return {
        name: translate(sentence, lang, **given[name]) if sentence == UNKNOWN else translate(sentence, lang)
        for name, sentence in fields.items()
    }


def _look(
    request: Request,
    session: Session,
    staff: Staff,
    words: Words,
    rules: Rules,
    lang: str,
    *,
    example: str,
    at: datetime,
) -> Response:
    """How each language reads, with a report that was chosen or with a made-up one."""
    refused: DomainError | None = None
    report: Report | None = None
    try:
        reply_templates.check(words, rules=rules)
        report = report_for(session, staff, example, joinedload(Report.reporter)) if example.strip() else None
    except DomainError as error:
        refused = error
    looks = [
        (
            name,
            one,
            fill(body, _values(report, rules, one, at)),
            [hint_in_words(hint, lang) for hint in hints(body, one)],
        )
        for one, (name, body) in words.texts.items()
    ]
    return _form(request, words, rules, lang, refused=refused, looks=looks, example=example)


def _values(report: Report | None, rules: Rules, lang: str, at: datetime) -> dict[str, str | None]:
    if report is not None:
        return values_of(report, rules, lang=lang)
    category = next(iter(rules.categories.values()))
    unit = next(unit for unit in rules.units.values() if not unit.outside)
    return {
        "reference": show_reference(f"{at.year}0001238"),
        "category": category.name(lang),
        "place": "Storgata 1",
        "unit": unit.name(lang),
        "due": show_date(at + timedelta(days=14), lang),
        "phone": desk_phone(rules),
    }


def _wheres(rules: Rules, lang: str) -> list[Any]:
    every = [("group:", translate(N_("All categories"), lang))]
    groups = [(f"group:{one.code}", one.name(lang)) for one in rules.groups.values()]
    kinds = [(f"category:{one.code}", one.name(lang)) for one in rules.categories.values()]
    return [
        *every,
        (translate(N_("All of a group"), lang), groups),
        (translate(N_("One category"), lang), kinds),
    ]


def _where_in_words(words: Words, rules: Rules, lang: str) -> str:
    if words.category_code is not None:
        category = rules.categories.get(words.category_code)
        return category.name(lang) if category else words.category_code
    if words.group_code is not None:
        group = rules.groups.get(words.group_code)
        return group.name(lang) if group else words.group_code
    return translate(N_("All categories"), lang)


def _everywhere(lang: str) -> dict[str, Any]:
    return {
        "all_languages": LANGUAGES,
        "placeholders": [(names, translate(meaning, lang)) for names, meaning in shown_placeholders(lang)],
        "rules_banner": None,
    }
