"""One person's page: what all forms about a colleague share, and the page that shows them again with what was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.errors import N_, DomainError, Invalid, NotFound
from app.models import Role, Staff
from app.queries import people
from app.services import deputies, leaving
from app.services import staff as services
from app.text import say, translate
from app.web.deps import AdminDep, FormDep, NowDep, SessionDep, get_language
from app.web.errors import status_of
from app.web.state import state_of
from app.web.templating import render


@dataclass(frozen=True)
class Person:
    """The form about one person, as typed."""

    email: str = ""
    name: str = ""
    role: str = ""
    unit_codes: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()

    @classmethod
    def of(cls, staff: Staff) -> Person:
        """The form as it stands before anybody types."""
        return cls(staff.email, staff.name, staff.role, tuple(staff.own_unit_codes), tuple(staff.leads))


def get_person(form: FormDep) -> Person:
    """What was typed. The desk and administrators belong to no unit, whatever was left ticked."""
    role = str(form.get("role") or "")
    codes = tuple(str(code) for code in form.getlist("unit")) if role in {Role.UNIT, Role.CREW} else ()
    leads = tuple(str(code) for code in form.getlist("leads"))
    return Person(str(form.get("email") or ""), str(form.get("name") or ""), role, codes, leads)


PersonDep = Annotated[Person, Depends(get_person)]


def get_colleague(staff_id: int, admin: AdminDep, session: SessionDep) -> Staff:  # noqa: ARG001  (nobody else gets this far)
    """The one whom the page is about."""
    found = session.get(Staff, staff_id)
    if found is None:
        raise NotFound(N_("There is nobody with this number."))
    return found


ColleagueDep = Annotated[Staff, Depends(get_colleague)]


def get_version(form: FormDep) -> int | None:
    """Which state of the person the page showed."""
    return whole(form, "version")


def whole(form: FormData, name: str) -> int | None:
    """A field's whole number of at most nine digits; None when it is none."""
    text = str(form.get(name) or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


VersionDep = Annotated[int | None, Depends(get_version)]


@dataclass(frozen=True)
class Held:
    """A colleague who is about to be changed, by whom, and when."""

    request: Request
    session: Session
    staff: Staff
    by: Staff
    at: datetime

    def refused(self, error: DomainError) -> Response:
        """The person's page with why it was not done."""
        return person_page(self.request, self.session, self.staff, me=self.by, at=self.at, error=error)


def get_held(
    request: Request, staff_id: int, admin: AdminDep, session: SessionDep, version: VersionDep, now: NowDep
) -> Held:
    """The colleague, if nobody else changed the person since the page was opened; raises Conflict."""
    return Held(request, session, services.held(session, staff_id, version=version), admin, now)


HeldDep = Annotated[Held, Depends(get_held)]


def new_page(request: Request, person: Person, *, error: DomainError | None = None) -> Response:
    """The form for somebody new."""
    return render(
        request, "staff/person.html", status_code=status_of(error) if error else 200,
        person=person, colleague=None, **_mistakes(request, error),
    )  # fmt: skip


def person_page(
    request: Request, session: Session, colleague: Staff, *, me: Staff, at: datetime,
    person: Person | None = None, error: DomainError | None = None,
) -> Response:  # fmt: skip
    """One person with everything that can be done about the person; `error` says why something was not."""
    invited_until = colleague.invited_at + services.INVITED_FOR if colleague.invited_at else None
    return render(
        request,
        "staff/person.html",
        status_code=status_of(error) if error else 200,
        person=person or Person.of(colleague),
        colleague=colleague,
        mine=me.id == colleague.id,
        invited_until=invited_until,
        invitation_over=invited_until is not None and invited_until <= at,
        browsers=people.open_browsers(session, colleague, at=at),
        arranged=deputies.arranged(session, colleague, at=at),
        heirs=leaving.heirs(session, colleague),
        theirs=leaving.theirs(session, colleague, at=at),
        changes=people.changes(session, colleague),
        names=people.names(session),
        day=date.fromisoformat,
        today=people.today(at).isoformat(),
        rules=state_of(request).rules_file.current,
        **_mistakes(request, error),
    )


def _mistakes(request: Request, error: DomainError | None) -> dict[str, Any]:
    lang = get_language(request)
    fields = error.fields if isinstance(error, Invalid) else {}
    return {
        "sentence": say(error, lang) if error else "",
        "mistakes": {name: translate(words, lang) for name, words in fields.items()},
    }
