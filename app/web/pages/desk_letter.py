"""The letter to an authority outside: written, looked at, and then sent as a decision like the others."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import joinedload, selectinload

from app.errors import Invalid
from app.models import Report
from app.queries.visible import report_for
from app.routing import Rules
from app.services import authority_letter, rules_watch
from app.settings import Settings
from app.storage import PhotoStore
from app.text import say
from app.web.deps import CsrfChecked, DeskDep, FormDep, LanguageDep, NowDep, RulesDep, SessionDep, StateDep
from app.web.templating import render

router = APIRouter(prefix="/staff/reports/{reference}/letter", include_in_schema=False)


@dataclass(frozen=True)
class _Packing:
    settings: Settings
    photos: PhotoStore
    rules: Rules


@router.get("")
def write(
    request: Request,
    reference: str,
    staff: DeskDep,
    session: SessionDep,
    rules: RulesDep,
    lang: LanguageDep,
    unit: str = "",
) -> Response:
    """The form, with the authority that is proposed."""
    report = report_for(session, staff, reference, to_act=True)
    chosen = unit or report.proposed_unit_code or ""
    return _page(request, report, rules, lang=lang, chosen=chosen, banner=rules_watch.banner(session))


@router.post("", dependencies=[CsrfChecked])
def look(
    request: Request,
    reference: str,
    staff: DeskDep,
    session: SessionDep,
    rules: RulesDep,
    state: StateDep,
    now: NowDep,
    form: FormDep,
    lang: LanguageDep,
) -> Response:
    """The letter as it would go; nothing is sent yet."""
    loads = (joinedload(Report.reporter), selectinload(Report.photos))
    report = report_for(session, staff, reference, *loads, to_act=True)
    chosen, words = str(form.get("unit") or ""), str(form.get("words") or "").strip()
    banner = rules_watch.banner(session)
    office = _Packing(state.settings, state.photos, rules)
    try:
        letter = authority_letter.preview(session, report, chosen, words=words, office=office, at=now)
    except Invalid as error:
        said = say(error, lang)
        return _page(request, report, rules, lang=lang, chosen=chosen, words=words, banner=banner, refused=said)
    return _page(request, report, rules, lang=lang, chosen=chosen, words=words, banner=banner, letter=letter)


def _page(
    request: Request, report: Report, rules: Rules, *, lang: str, chosen: str, banner: object, **shown: object
) -> Response:
    units = [(unit.code, unit.name(lang)) for unit in authority_letter.with_letters(rules)]
    unit = rules.units.get(chosen)
    given = {"words": "", "letter": None, "refused": "", **shown}
    return render(
        request,
        "staff/letter.html",
        status_code=422 if given["refused"] else 200,
        report=report,
        units=units,
        chosen=chosen,
        authority=unit.name(lang) if unit else "",
        letter_language=rules.default_language,
        rules_banner=banner,
        **given,
    )
