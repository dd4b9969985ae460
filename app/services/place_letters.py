"""What is written to those who follow a place: whether they want to hear, and the digest of what happened there.

Nothing that anybody typed, unless the desk let it through; looked up when the mail is written, not when it was due.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sqlalchemy import func, select

from app.delivery.letter import Letter
from app.models import PlaceFollow, PlaceMail, PlaceMailKind
from app.models.links import BounceKind, bounce_token, place_confirm_path, place_path, place_stop_path
from app.queries.place_news import DigestItem, items_for
from app.routing import areas_at
from app.services.place_words import group_names, place_name, rhythm_words

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.routing import Rules
    from app.services.office import Office

MOST_ITEMS = 30
MOST_LETTERS = 140


def write(session: Session, mail: PlaceMail, *, office: Office, at: datetime) -> Letter | None:
    """The mail in the follower's language; None when nothing is to be said any more, or to nobody."""
    follow = session.scalars(select(PlaceFollow).where(PlaceFollow.id == mail.follow_id)).one()
    rules, base_url = office.rules, office.settings.base_url
    context: dict[str, object] = {"place": place_name(follow, follow.language)}
    stop_url = None
    if mail.kind == PlaceMailKind.CONFIRM:
        if not follow.waits:
            return None
        context |= {
            "confirm_url": f"{base_url}{place_confirm_path(follow, secret=office.secret)}",
            "kinds": group_names(follow, rules, follow.language),
            "rhythm": rhythm_words(follow.weekday, follow.language),
        }
    else:
        told = _digest(session, mail, follow, rules, base_url=base_url) if follow.hears else None
        if told is None:
            return None
        stop_url = f"{base_url}{place_stop_path(follow, secret=office.secret)}"
        own_url = f"{base_url}{place_path(follow, secret=office.secret)}"
        context |= told | {"stop_url": stop_url, "own_url": own_url}
    return Letter(
        template="place_confirm" if mail.kind == PlaceMailKind.CONFIRM else "digest",
        to=follow.email or "",
        language=follow.language,
        at=at,
        context=context,
        message_id=mail.message_id,
        municipality=rules.municipality.name(follow.language),
        stop_url=stop_url,
        bounce_token=bounce_token(BounceKind.PLACE_MAIL, mail.id, follow.email or "", secret=office.secret),
    )


def list_path(follow: PlaceFollow, rules: Rules) -> str:
    """The public list and map with the same place and kinds. A street has no list: it is a circle around its middle."""
    near = {"near": f"{follow.lat:.5f},{follow.lon:.5f}", "radius": follow.radius if follow.street is None else 500}
    kinds = [f"{code}.*" for code in follow.groups or () if code in rules.groups]
    query = near | ({"category": ",".join(kinds)} if kinds else {})
    return f"/reports?{urlencode(query, safe=',.*')}"


def _digest(
    session: Session, mail: PlaceMail, follow: PlaceFollow, rules: Rules, *, base_url: str
) -> dict[str, object] | None:
    """What is new there, but for what the same address heard of already: circles overlap, and a daily and a weekly
    digest meet.

    What stands in the mail is kept with it in the transaction that begins the attempt, so a mail that is cut off
    counts as heard, and one that did not go out does not. What the mail only counts is left to the other mail. When
    the follower ends a place, its address goes, and what was told about that place may be told once more.
    """
    _wait_for_others(session, follow)
    items, in_all = items_for(
        session,
        follow,
        after=mail.from_event,
        until=mail.until_event,
        categories=categories_of(follow, rules),
        limit=MOST_ITEMS,
    )
    if not items:
        return None
    mail.told = [event for item in items for event in item.events]
    return {
        "kinds": _by_group(items, rules, language=follow.language, base_url=base_url),
        "in_all": in_all,
        "more": in_all - len(items),
        "list_url": f"{base_url}{list_path(follow, rules)}",
    }


def _wait_for_others(session: Session, follow: PlaceFollow) -> None:
    """One worker at a time puts together what one address is told; the next sees what the first wrote down."""
    lock = func.pg_advisory_xact_lock(func.hashtext("digest to"), func.hashtext((follow.email or "").lower()))
    session.execute(select(lock))


def categories_of(follow: PlaceFollow, rules: Rules) -> frozenset[str] | None:
    """The categories that are followed; None when it is all of them."""
    if follow.groups is None:
        return None
    return frozenset(category.code for code in follow.groups for category in rules.categories_in(code))


def _by_group(
    items: Sequence[DigestItem], rules: Rules, *, language: str, base_url: str
) -> list[tuple[str, list[dict[str, object]]]]:
    """(group's name, its reports), in the order of the rules file; kinds that left it come last, without a name."""
    grouped: dict[str, list[dict[str, object]]] = {}
    for item in items:
        category = rules.categories.get(item.category_code)
        shown = _shown(item, rules, language=language, base_url=base_url)
        grouped.setdefault(category.group if category else "", []).append(shown)
    named = [(group.name(language), grouped[code]) for code, group in rules.groups.items() if code in grouped]
    return [*named, ("", grouped[""])] if "" in grouped else named


def _shown(item: DigestItem, rules: Rules, *, language: str, base_url: str) -> dict[str, object]:
    category = rules.categories.get(item.category_code)
    return {
        "category": category.name(language) if category else item.category_code,
        "place": item.address or _area(item, rules, language=language),
        "status": item.status,
        "is_new": item.is_new,
        "at": item.created_at if item.is_new else item.closed_at or item.created_at,
        "words": _short(item.words),
        "url": f"{base_url}/reports/{item.shown_reference}",
    }


def _area(item: DigestItem, rules: Rules, *, language: str) -> str:
    here = areas_at(rules, item.lat, item.lon)
    return next((area.name(language) for code, area in rules.areas.items() if code in here), "")


def _short(words: str | None) -> str:
    """One line of it."""
    line = " ".join((words or "").split())
    return line if len(line) <= MOST_LETTERS else f"{line[:MOST_LETTERS].rsplit(' ', 1)[0]} …"
