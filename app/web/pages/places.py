"""The search for a place, for the page's script: while somebody types, and when the button is pressed."""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Request, Response

from app.errors import TooMany
from app.services.finding_places import LONGEST, find_places
from app.web.deps import get_language
from app.web.limiting import check_sender
from app.web.place_search import in_words
from app.web.state import state_of

router = APIRouter()
# Somebody waits for this one with each letter: it is matched before all others.
ASKED_OFTEN = True
# What is looked for may be somebody's address, so no cache keeps it.
_HEADERS = {"Cache-Control": "no-store"}
_MOST = LONGEST * 50


def search(request: Request) -> Response:
    """Places for the text `q`, at most ten. With `quick` our own database only is asked.

    No transaction of the request's own, because other registers may take two seconds; and without dependencies, which
    would take as long as the answer.
    """
    state = state_of(request)
    rules = state.rules_file.current
    found = find_places(
        state.session_factory,
        state.registers,
        rules,
        request.query_params.get("q", "")[:_MOST],
        quick=request.query_params.get("quick", "") not in {"", "0"},
        may_ask=lambda: may_ask(request),
    )
    body = orjson.dumps(in_words(found, rules, get_language(request)).as_data())
    return Response(body, media_type="application/json", headers=_HEADERS)


router.add_route("/places", search, methods=["GET"], include_in_schema=False)


def may_ask(request: Request) -> bool:
    """Whoever searches very often gets what we know ourselves."""
    try:
        check_sender(request, "search")
    except TooMany:
        return False
    return True
