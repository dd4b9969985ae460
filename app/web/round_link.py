"""Somebody without an account, with a link to one round: a contractor, or a crew lent by a neighbour.

The link opens this round and nothing else; whoever made it can end it at any moment.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

from fastapi import Depends

from app.errors import N_, Gone, NotFound
from app.models import RoundLink, RouteList
from app.queries import round_links
from app.web.deps import LanguageDep, NowDep, RulesDep, SessionDep, StateDep

ENDED = N_("The link to this round has ended. Ask %(unit)s for a new one.")
NOT_READY = N_("This round is not ready yet. Try again later, or ask %(unit)s.")


class LinkedRound(NamedTuple):
    """The round and the link that opens it."""

    route_list: RouteList
    link: RoundLink


def get_linked_round(
    token: str, session: SessionDep, state: StateDep, rules: RulesDep, now: NowDep, lang: LanguageDep
) -> LinkedRound:
    """What the link in the address opens. Raises NotFound for a wrong one, Gone for one that has ended."""
    route_list, link = round_links.linked_round(session, token, secret=state.secret)
    unit = rules.units.get(route_list.unit_code)
    asked = unit.name(lang) if unit else route_list.unit_code
    if link.revoked_at is not None or link.ends_at <= now:
        raise Gone(ENDED, unit=asked)
    if route_list.is_draft:
        raise NotFound(NOT_READY, unit=asked)
    round_links.note_use(link, at=now)
    return LinkedRound(route_list, link)


RoundLinkDep = Annotated[LinkedRound, Depends(get_linked_round)]
