"""What handlers ask for: the session, the rules, the clock, the form, the person signed in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from anyio import CancelScope, CapacityLimiter, to_thread
from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.db import transaction
from app.errors import N_, Forbidden
from app.languages import LANGUAGES, best_language
from app.models import Role, Staff
from app.routing import Rules
from app.services import signing_in
from app.settings import Settings
from app.web import security
from app.web.bodies import read_form
from app.web.state import AppState, state_of

MOST_FORM_BYTES = 1_000_000
# The desk may tick two hundred reports, and is told so in words when it ticks far more.
MOST_FIELDS = 2_000


@dataclass(frozen=True)
class SignedIn:
    """What templates know of the person; it outlives a transaction that was rolled back."""

    name: str
    role: str
    language: str
    unit_codes: tuple[str, ...]
    # What a tablet knows the person by, so that it keeps one person's round from the next.
    id: int

    @classmethod
    def of(cls, staff: Staff) -> SignedIn:
        """A copy of what is shown."""
        return cls(staff.name, staff.role, staff.language, tuple(staff.unit_codes), staff.id)


class NotSignedIn(Exception):
    """The page is for staff; web/errors.py sends the person to the sign-in page and back."""


class CsrfFailed(Exception):
    """The form does not come from this browser's own page, or the page was open for too long."""


# Dependencies that do no work are coroutines: a plain function would cost each request a change of threads.
async def get_state(request: Request) -> AppState:
    """The parts that outlive a request."""
    return state_of(request)


StateDep = Annotated[AppState, Depends(get_state)]


async def get_session(state: StateDep) -> AsyncIterator[Session]:
    """One transaction a request. Committed before the answer is sent, so that a failing commit is a 500.

    Opening a session asks the database nothing and needs no thread; its end does, and one that is not waited for by
    handlers who wait for connections.
    """
    async with state.session_turns:
        begun = transaction(state.session_factory)
        session = begun.__enter__()
        try:
            yield session
        except BaseException as error:
            await _in_a_thread_of_its_own(begun.__exit__, type(error), error, error.__traceback__)
            raise
        await _in_a_thread_of_its_own(begun.__exit__, None, None, None)


async def _in_a_thread_of_its_own(leave: Callable[..., object], *outcome: object) -> None:
    with CancelScope(shield=True):
        await to_thread.run_sync(leave, *outcome, limiter=CapacityLimiter(1))


SessionDep = Annotated[Session, Depends(get_session, scope="function")]


async def get_rules(state: StateDep) -> Rules:
    """The rules in force."""
    return state.rules_file.current


async def get_settings(state: StateDep) -> Settings:
    """The settings."""
    return state.settings


async def get_now(state: StateDep) -> datetime:
    """The time of this request, UTC."""
    return state.clock()


RulesDep = Annotated[Rules, Depends(get_rules)]
SettingsDep = Annotated[Settings, Depends(get_settings)]
NowDep = Annotated[datetime, Depends(get_now)]


async def get_form(request: Request) -> AsyncIterator[FormData]:
    """A posted form without files to keep; those with photos are read by app.web.uploads."""
    async with read_form(
        request, most_bytes=MOST_FORM_BYTES, max_files=6, max_fields=MOST_FIELDS, max_part_size=200_000
    ) as form:
        # Should the request be refused, the error page gives the words back to who typed them.
        request.state.typed = str(form.get("words") or "")
        yield form


FormDep = Annotated[FormData, Depends(get_form)]


def form_token(form: FormData, request: Request) -> str:
    """The CSRF token as a hidden field or as a header of a script's request."""
    return str(form.get("csrf_token") or request.headers.get("x-csrf-token") or "")


def check_csrf(request: Request, form: FormDep, state: StateDep) -> None:
    """Every form of the pages goes through here; raises CsrfFailed."""
    if not security.csrf_holds(request, state.settings, form_token(form, request), secret=state.secret):
        raise CsrfFailed


CsrfChecked = Depends(check_csrf)


def get_staff_or_none(request: Request, session: SessionDep, state: StateDep, now: NowDep) -> Staff | None:
    """Who is signed in, if anybody; kept on the request, so that templates know too."""
    token = security.get_cookie(request, state.settings, "gatami_session")
    staff = signing_in.who_is(session, token, at=now) if token else None
    request.state.staff = SignedIn.of(staff) if staff else None
    return staff


MaybeStaffDep = Annotated[Staff | None, Depends(get_staff_or_none)]


def require(*roles: Role) -> Callable[..., Staff]:
    """A dependency that lets only these roles in; administrators may do what the desk may."""
    allowed = set(roles) | ({Role.ADMIN} if Role.DESK in roles else set())

    def get_staff(staff: MaybeStaffDep) -> Staff:
        if staff is None:
            raise NotSignedIn
        if allowed and staff.role not in allowed:
            raise Forbidden(N_("Your role does not open this page. Ask an administrator."))
        return staff

    return get_staff


AnyStaffDep = Annotated[Staff, Depends(require())]
DeskDep = Annotated[Staff, Depends(require(Role.DESK))]
UnitDep = Annotated[Staff, Depends(require(Role.DESK, Role.UNIT))]
CrewDep = Annotated[Staff, Depends(require(Role.DESK, Role.UNIT, Role.CREW))]
AdminDep = Annotated[Staff, Depends(require(Role.ADMIN))]


def get_language(request: Request) -> str:
    """The language of the page: the one asked for, else chosen before, of the person signed in, of the browser."""
    asked = getattr(request.state, "language", None)
    if asked is not None:
        return str(asked)
    chosen = request.cookies.get("gatami_language")
    if chosen in LANGUAGES:
        return str(chosen)
    staff = getattr(request.state, "staff", None)
    if staff is not None:
        return str(staff.language)
    default = state_of(request).rules_file.current.default_language
    return best_language(request.headers.get("accept-language"), default=default)


LanguageDep = Annotated[str, Depends(get_language)]
