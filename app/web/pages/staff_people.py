"""The units and who works there, for the desk; adding, inviting and letting go of staff, for administrators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.db import transaction
from app.errors import N_, DomainError, Invalid, NotFound
from app.models import Role, Staff
from app.queries import people
from app.services import invitations
from app.services import staff as services
from app.services.invitations import Invited
from app.text import say, translate
from app.web.deps import AdminDep, CsrfChecked, DeskDep, FormDep, NowDep, RulesDep, SessionDep, StateDep, get_language
from app.web.errors import status_of
from app.web.templating import redirect, render

router = APIRouter(prefix="/staff", include_in_schema=False)


@dataclass(frozen=True)
class Person:
    """The form about one person, as typed."""

    email: str = ""
    name: str = ""
    role: str = ""
    unit_codes: tuple[str, ...] = ()

    @classmethod
    def of(cls, staff: Staff) -> Person:
        """The form as it stands before anybody types."""
        return cls(staff.email, staff.name, staff.role, tuple(staff.unit_codes))


def get_person(form: FormDep) -> Person:
    """What was typed. The desk and administrators belong to no unit, whatever was left ticked."""
    role = str(form.get("role") or "")
    codes = tuple(str(code) for code in form.getlist("unit")) if role in {Role.UNIT, Role.CREW} else ()
    return Person(str(form.get("email") or ""), str(form.get("name") or ""), role, codes)


PersonDep = Annotated[Person, Depends(get_person)]


def get_colleague(staff_id: int, admin: AdminDep, session: SessionDep) -> Staff:  # noqa: ARG001  (nobody else gets this far)
    """The one whom the page is about."""
    found = session.get(Staff, staff_id)
    if found is None:
        raise NotFound(N_("There is nobody with this number."))
    return found


ColleagueDep = Annotated[Staff, Depends(get_colleague)]


@router.get("/units")
def units_page(request: Request, staff: DeskDep, session: SessionDep, rules: RulesDep) -> Response:
    """The units of the rules file: how they are reached, what waits there, who works there."""
    return render(
        request,
        "staff/units.html",
        is_admin=staff.role == Role.ADMIN,
        units=list(rules.units.values()),
        waiting=people.open_counts(session),
        members=people.members(session),
    )


@router.get("/people")
def people_page(request: Request, admin: AdminDep, session: SessionDep) -> Response:
    """Everybody who may or might sign in."""
    return render(request, "staff/people.html", everybody=people.everybody(session), me=admin)


@router.get("/people/new")
def new_person_page(request: Request, admin: AdminDep) -> Response:  # noqa: ARG001
    """The form for somebody new."""
    return _form(request, Person())


@router.post("/people", dependencies=[CsrfChecked])
def add_person(
    request: Request,
    admin: AdminDep,  # noqa: ARG001
    person: PersonDep,
    rules: RulesDep,
    state: StateDep,
    now: NowDep,
) -> Response:
    """Put on the list and invited at once. Committed before the mail goes out: its link must open something."""
    try:
        with transaction(state.session_factory) as session:
            added = services.add(
                session,
                email=person.email,
                name=person.name,
                role=person.role,
                unit_codes=person.unit_codes,
                rules=rules,
                at=now,
            )
            token = services.invite(added, at=now)
    except DomainError as error:
        return _form(request, person, error=error)
    return _tell(request, added, invitations.send(added, token, settings=state.settings, rules=rules, at=now))


@router.get("/people/{staff_id:int}")
def person_page(request: Request, colleague: ColleagueDep, admin: AdminDep) -> Response:
    """One person, to be changed, invited again or let go."""
    return _form(request, Person.of(colleague), colleague=colleague, mine=admin.id == colleague.id)


@router.post("/people/{staff_id:int}", dependencies=[CsrfChecked])
def change_person(
    request: Request, colleague: ColleagueDep, admin: AdminDep, session: SessionDep, person: PersonDep, rules: RulesDep
) -> Response:
    """Another name, role or units."""
    try:
        services.change(
            session, colleague, name=person.name, role=person.role, unit_codes=person.unit_codes, rules=rules
        )
    except DomainError as error:
        return _form(request, person, colleague=colleague, mine=admin.id == colleague.id, error=error)
    return redirect(request, "/staff/people", flash=("success", N_("%(name)s is saved.")), name=colleague.name)


@router.post("/people/{staff_id:int}/invitation", dependencies=[CsrfChecked])
def invite_again(request: Request, colleague: ColleagueDep, rules: RulesDep, state: StateDep, now: NowDep) -> Response:
    """A new link; the one before it is over."""
    with transaction(state.session_factory) as session:
        invited = session.get_one(Staff, colleague.id, with_for_update=True)
        token = services.invite(invited, at=now)
    return _tell(request, invited, invitations.send(invited, token, settings=state.settings, rules=rules, at=now))


@router.post("/people/{staff_id:int}/departure", dependencies=[CsrfChecked])
def let_go(request: Request, colleague: ColleagueDep, session: SessionDep, now: NowDep) -> Response:
    """Signed out at once, on every device."""
    services.deactivate(session, colleague, at=now)
    return redirect(
        request, "/staff/people", flash=("success", N_("%(name)s can no longer sign in.")), name=colleague.name
    )


@router.post("/people/{staff_id:int}/return", dependencies=[CsrfChecked])
def take_back(request: Request, colleague: ColleagueDep) -> Response:
    """Back on the list; a new invitation is the next step."""
    services.reactivate(colleague)
    return redirect(
        request,
        f"/staff/people/{colleague.id}",
        flash=("success", N_("%(name)s is back. Send a new invitation now.")),
        name=colleague.name,
    )


def _tell(request: Request, person: Staff, invited: Invited) -> Response:
    """The link is shown only when the mail could not carry it, and is kept by no browser."""
    if invited.mailed:
        return redirect(
            request, "/staff/people", flash=("success", N_("%(name)s has got a mail with a link.")), name=person.name
        )
    page = render(
        request, "staff/invited.html", person=person, link=invited.link, why=invited.why(get_language(request))
    )
    page.headers["Cache-Control"] = "no-store"
    return page


def _form(
    request: Request,
    person: Person,
    *,
    colleague: Staff | None = None,
    mine: bool = False,
    error: DomainError | None = None,
) -> Response:
    lang = get_language(request)
    fields = error.fields if isinstance(error, Invalid) else {}
    return render(
        request,
        "staff/person.html",
        status_code=status_of(error) if error else 200,
        person=person,
        colleague=colleague,
        mine=mine,
        sentence=say(error, lang) if error else "",
        mistakes={name: translate(words, lang) for name, words in fields.items()},
    )
