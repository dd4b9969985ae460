"""What can be reported."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request, Response

from app.errors import N_, Invalid
from app.languages import best_language
from app.queries.figures import all_figures, counted_at
from app.web import examples, presenting
from app.web.category_schemas import Categories
from app.web.deps import RulesDep, SessionDep
from app.web.openapi import answers
from app.web.tags import etag, not_modified

router = APIRouter(prefix="/api/categories", tags=["Categories"])
NO_SUCH_LANGUAGE = N_("The categories have no names in this language.")


@router.get(
    "", summary="List categories", response_model=Categories,
    responses=answers(200, examples.CATEGORIES, "Groups, categories and their questions", 422),
)  # fmt: skip
def list_categories(
    request: Request,
    session: SessionDep,
    rules: RulesDep,
    language: Annotated[str | None, Query(max_length=12, description="nb, nn, se or en; else Accept-Language.")] = None,
) -> Response:
    """In the rules file's order, which is the order that the form shows."""
    lang = language or best_language(
        request.headers.get("accept-language"), default=rules.default_language, among=rules.languages
    )
    if language and language not in rules.languages:
        raise Invalid(NO_SUCH_LANGUAGE, fields={"language": NO_SUCH_LANGUAGE})
    tag = etag("categories", rules.sha256, lang, str(counted_at(session)))
    headers = {"ETag": tag, "Vary": "Accept-Language", "Cache-Control": "public, no-cache"}
    if not_modified(request, tag):
        return Response(status_code=304, headers=headers)
    body = orjson.dumps(presenting.categories(rules, lang, all_figures(session)))
    return Response(body, 200, headers, "application/json")
