"""The search for a place, for the page's script: while somebody types, and when the button is pressed."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request, Response

from app.errors import TooMany
from app.services.finding_places import LONGEST, find_places
from app.web.deps import RulesDep, StateDep, get_language
from app.web.limiting import check_sender
from app.web.place_search import in_words

router = APIRouter(include_in_schema=False)
# What is looked for may be somebody's address, so no cache keeps it.
_HEADERS = {"Cache-Control": "no-store"}


@router.get("/places")
def search(
    request: Request,
    state: StateDep,
    rules: RulesDep,
    q: Annotated[str, Query(max_length=LONGEST * 50)] = "",
    quick: bool = False,
) -> Response:
    """Places for a text, at most ten. `quick` asks our own database only. No transaction of the request's own, because
    other registers may take two seconds.
    """
    found = find_places(state.session_factory, state.registers, rules, q, quick=quick, may_ask=lambda: may_ask(request))
    # Not by LanguageDep, which would change threads for each letter that somebody types.
    body = orjson.dumps(in_words(found, rules, get_language(request)).as_data())
    return Response(body, media_type="application/json", headers=_HEADERS)


def may_ask(request: Request) -> bool:
    """Whoever searches very often gets what we know ourselves."""
    try:
        check_sender(request, "search")
    except TooMany:
        return False
    return True
