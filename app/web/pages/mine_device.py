"""How the reports stand that a device remembers: one question for all of them, answered to who holds their links."""

from __future__ import annotations

import re

import orjson
from fastapi import APIRouter, Response

from app.models import Report
from app.models.links import follow_token, same
from app.models.reference import parse_reference
from app.queries.mine import by_references
from app.routing import Rules
from app.text import status_word
from app.web.deps import FormDep, LanguageDep, RulesDep, SessionDep, StateDep

router = APIRouter(include_in_schema=False, prefix="/mine")
MOST = 200
_LINK = re.compile(r"/follow/([^/]{1,20})/([^/]{1,60})")


@router.post("/statuses")
def show_statuses(form: FormDep, session: SessionDep, state: StateDep, rules: RulesDep, lang: LanguageDep) -> Response:
    """{"reports": [{...} or null]} in the order of `links`, one a line: null for a wrong link, or what no longer is.

    They stand in the body, so that no log and no history holds them. Nothing is changed, and only kind and status are
    told, to who holds the link anyway; so it needs no token of a form.
    """
    links = str(form.get("links") or "").splitlines()[:MOST]
    wanted = [_LINK.fullmatch(link) for link in links]
    numbers = [parse_reference(found.group(1)) or "" if found else "" for found in wanted]
    known = {report.reference: report for report in by_references(session, set(numbers) - {""})}
    answers: list[dict[str, str] | None] = []
    for found, number in zip(wanted, numbers, strict=True):
        report = known.get(number)
        holds = found and report and same(found.group(2), follow_token(report, secret=state.secret))
        answers.append(_about(report, rules, lang) if report and holds else None)
    return Response(orjson.dumps({"reports": answers}), media_type="application/json")


def _about(report: Report, rules: Rules, lang: str) -> dict[str, str]:
    category = rules.categories.get(report.category_code)
    return {
        "status": report.status,
        "words": status_word(report.status, lang),
        "kind": category.name(lang) if category else report.category_code,
    }
