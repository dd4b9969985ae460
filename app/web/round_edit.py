"""What all changes of a round on the web have in common: done, or shown with the newest state and what was tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from fastapi import Request, Response
from sqlalchemy.orm.exc import StaleDataError

from app.errors import N_, Conflict, DomainError, Invalid
from app.services.round_measuring import Planner
from app.services.ways import ways
from app.text import say, translate
from app.web.deps import get_language
from app.web.errors import status_of
from app.web.round_view import Said, Tried, show
from app.web.state import state_of
from app.web.templating import redirect

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.models import Staff

Do = Callable[[], tuple[str, Mapping[str, object]] | str | None]
STALE = N_("Somebody else changed this round just now. Look at it again before you decide.")


def base_of(route_list_id: int) -> str:
    """Where the pages of a list begin."""
    return f"/staff/route-lists/{route_list_id}"


def planner_of(request: Request, session: Session, staff: Staff, *, at: datetime) -> Planner:
    """Who changes a round, with the rules and the ways of now."""
    state = state_of(request)
    rules = state.rules_file.current
    source = ways(session, rules, state.settings)
    return Planner(staff=staff, rules=rules, ways=source, at=at, undo_seconds=state.settings.undo_seconds)


def changing(
    request: Request,
    session: Session,
    staff: Staff,
    route_list_id: int,
    do: Do,
    *,
    done: str = "",
    to: str = "",
    tried: Tried | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    """Do it and show the round again; `do` may give a sentence of its own, with what fills it in, instead of `done`.

    What is refused is taken back as a whole, and the page shows the newest state, the reason, and what was tried.
    """
    try:
        with session.begin_nested():
            said = do()
    except (Conflict, Invalid, StaleDataError) as error:
        return _refused(request, session, staff, route_list_id, error, tried=tried, given=given)
    sentence, params = said if isinstance(said, tuple) else (said or done, {})
    return redirect(request, to or base_of(route_list_id), flash=("success", sentence), **params)


def _refused(
    request: Request,
    session: Session,
    staff: Staff,
    route_list_id: int,
    error: DomainError | StaleDataError,
    *,
    tried: Tried | None,
    given: dict[str, str] | None,
) -> Response:
    lang = get_language(request)
    mistaken = isinstance(error, Invalid)
    words = say(error, lang) if isinstance(error, DomainError) else translate(STALE, lang)
    fields = (
        {name: translate(words, lang) for name, words in error.fields.items()} if isinstance(error, Invalid) else {}
    )
    return show(
        request,
        session,
        staff,
        route_list_id,
        status_code=status_of(error) if isinstance(error, DomainError) else 409,
        said=Said("danger" if mistaken else "warning", words),
        tried=None if mistaken else tried,
        given=given,
        fields=fields,
    )
