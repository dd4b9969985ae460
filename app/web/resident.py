"""The resident who is signed in by a link in a mail: who it is, for handlers, and the cookie that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from app.models import ResidentSession
from app.services import mine
from app.settings import Settings
from app.web import security
from app.web.deps import NowDep, SessionDep, StateDep

COOKIE = "gatami_mine"


@dataclass(frozen=True)
class Resident:
    """The owner of an e-mail address, in one browser. `email` is spelled as its owner wrote it when signing in."""

    email: str
    session: ResidentSession


class NoResidentError(Exception):
    """The page is for one who is signed in by e-mail; web/errors.py sends the person to the sign-in page."""


def get_resident_or_none(request: Request, session: SessionDep, state: StateDep, now: NowDep) -> Resident | None:
    """Who is signed in, if anybody."""
    token = security.get_cookie(request, state.settings, COOKIE)
    found = mine.who_is(session, token, at=now) if token else None
    return Resident(found.email, found) if found is not None else None


MaybeResidentDep = Annotated[Resident | None, Depends(get_resident_or_none)]


def get_resident(resident: MaybeResidentDep) -> Resident:
    """Who is signed in; raises NoResidentError."""
    if resident is None:
        raise NoResidentError
    return resident


ResidentDep = Annotated[Resident, Depends(get_resident)]


def keep_session(response: Response, settings: Settings, token: str) -> None:
    """Signed in from now on, for as long as the session lasts."""
    days = settings.mine_days
    security.set_cookie(response, settings, COOKIE, token, max_age=days * 86400)


def end_session(response: Response, settings: Settings) -> None:
    """The browser forgets it."""
    name = security.cookie_name(settings, COOKIE)
    response.delete_cookie(name, path="/", secure=settings.https, httponly=True, samesite="lax")
