"""Kinds of reports by words, as parts of the report form that a script asks for."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.web.deps import CsrfChecked, FormDep, LanguageDep, RulesDep
from app.web.kind_step import propose_kinds, search_kinds
from app.web.templating import render

router = APIRouter(include_in_schema=False, prefix="/kinds")


@router.get("")
def find(
    request: Request, rules: RulesDep, lang: LanguageDep, q: Annotated[str, Query(max_length=300)] = ""
) -> Response:
    """The kinds that the words may mean, as choices of the form."""
    return render(request, "front/_kinds_found.html", kinds_found=search_kinds(rules, q, lang), chosen="")


@router.post("", dependencies=[CsrfChecked])
def propose(request: Request, posted: FormDep, rules: RulesDep, lang: LanguageDep) -> Response:
    """The same for a description, which is sent in the body because its words may be personal."""
    words = str(posted.get("words", ""))
    return render(request, "front/_kinds_proposed.html", kinds_found=propose_kinds(rules, words, lang))
