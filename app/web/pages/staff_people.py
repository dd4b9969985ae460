"""The units and who works there, for the desk; adding, inviting and letting go of staff, for administrators."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from app.db import transaction
from app.errors import N_, DomainError
from app.models import Role, Staff
from app.models.reference import show_reference
from app.queries import people, sights
from app.services import deputies, invitations, leaving
from app.services import staff as services
from app.services.invitations import Invited
from app.text import translate
from app.web.deps import AdminDep, CsrfChecked, DeskDep, FormDep, NowDep, RulesDep, SessionDep, StateDep, get_language
from app.web.pages.staff_person import (
    ColleagueDep,
    HeldDep,
    Person,
    PersonDep,
    VersionDep,
    new_page,
    person_page,
    whole,
)
from app.web.report_file_pdf import SIGHTS
from app.web.state import state_of
from app.web.templating import redirect, render

router = APIRouter(prefix="/staff", include_in_schema=False)


@router.get("/units")
def units_page(request: Request, staff: DeskDep, session: SessionDep, rules: RulesDep, now: NowDep) -> Response:
    """The units of the rules file: how they are reached, what waits there, who works there and who stands in."""
    members = people.members(session)
    return render(
        request,
        "staff/units.html",
        is_admin=staff.role == Role.ADMIN,
        units=list(rules.units.values()),
        waiting=people.open_counts(session),
        members=members,
        instead=people.deputies(session, {one.id for staffed in members.values() for one in staffed}, at=now),
    )


@router.get("/people")
def people_page(request: Request, admin: AdminDep, session: SessionDep) -> Response:
    """Everybody who may or might sign in."""
    return render(request, "staff/people.html", everybody=people.everybody(session), me=admin)


@router.get("/people/new")
def new_person_page(request: Request, admin: AdminDep) -> Response:  # noqa: ARG001
    """The form for somebody new."""
    return new_page(request, Person())


@router.post("/people", dependencies=[CsrfChecked])
def add_person(
    request: Request,
    admin: AdminDep,
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
                leads=person.leads,
                rules=rules,
                at=now,
                by=admin,
            )
            token = services.invite(added, at=now, by=admin)
    except DomainError as error:
        return new_page(request, person, error=error)
    return _tell(request, added, invitations.send(added, token, settings=state.settings, rules=rules, at=now))


@router.get("/people/{staff_id:int}")
def show_person(
    request: Request, colleague: ColleagueDep, admin: AdminDep, session: SessionDep, now: NowDep
) -> Response:
    """One person, to be changed, invited again, represented or let go."""
    return person_page(request, session, colleague, me=admin, at=now)


@router.post("/people/{staff_id:int}", dependencies=[CsrfChecked])
def change_person(
    request: Request, colleague: ColleagueDep, admin: AdminDep, session: SessionDep, person: PersonDep,
    version: VersionDep, rules: RulesDep, now: NowDep,
) -> Response:  # fmt: skip
    """Another name, role or units."""
    try:
        held = services.held(session, colleague.id, version=version)
        services.change(
            session, held, name=person.name, role=person.role, unit_codes=person.unit_codes, leads=person.leads,
            rules=rules, by=admin, at=now,
        )  # fmt: skip
    except DomainError as error:
        return person_page(request, session, colleague, me=admin, at=now, person=person, error=error)
    return redirect(request, "/staff/people", flash=("success", N_("%(name)s is saved.")), name=held.name)


@router.get("/people/{staff_id:int}/sights")
def what_was_seen(
    request: Request, colleague: ColleagueDep, session: SessionDep, rules: RulesDep, before: str = ""
) -> Response:
    """Which reports the person has opened, for when there is a reason to ask."""
    found = sights.seen_by_person(session, colleague, before=_moment(before))
    return render(
        request,
        "staff/sights.html",
        colleague=colleague,
        looks=found[: sights.MOST],
        show_reference=show_reference,
        older=found[sights.MOST - 1].at.isoformat() if len(found) > sights.MOST else "",
        sight_word=lambda code: translate(SIGHTS.get(code) or code, get_language(request)),
        rules=rules,
    )


@router.post("/people/{staff_id:int}/invitation", dependencies=[CsrfChecked])
def invite_again(
    request: Request, colleague: ColleagueDep, admin: AdminDep, version: VersionDep, rules: RulesDep, state: StateDep,
    now: NowDep,
) -> Response:  # fmt: skip
    """A new link; the one before it is over."""
    with transaction(state.session_factory) as session:
        invited = services.held(session, colleague.id, version=version)
        token = services.invite(invited, at=now, by=admin)
    return _tell(request, invited, invitations.send(invited, token, settings=state.settings, rules=rules, at=now))


@router.post("/people/{staff_id:int}/invitation/end", dependencies=[CsrfChecked])
def withdraw_invitation(request: Request, held: HeldDep) -> Response:
    """The link that is on its way opens nothing."""
    try:
        services.uninvite(held.staff, at=held.at, by=held.by)
    except DomainError as error:
        return held.refused(error)
    return _back(request, held.staff, N_("The invitation of %(name)s is withdrawn."))


@router.post("/people/{staff_id:int}/departure", dependencies=[CsrfChecked])
def let_go(request: Request, held: HeldDep, form: FormDep) -> Response:
    """Signed out at once, on every device; what is theirs goes to a colleague or is freed."""
    try:
        left = leaving.leave(
            held.session, held.staff, heir_id=whole(form, "heir"), by=held.by,
            at=held.at,
        )  # fmt: skip
    except DomainError as error:
        return held.refused(error)
    unled = leaving.unled(held.session, left.leads)
    sentence = (
        N_("%(name)s can no longer sign in. Nobody leads %(units)s now: name somebody.")
        if unled
        else N_("%(name)s can no longer sign in.")
    )
    names = ", ".join(unit_name(request, code) for code in unled)
    return redirect(
        request, "/staff/people", flash=("warning" if unled else "success", sentence), name=held.staff.name, units=names
    )


@router.post("/people/{staff_id:int}/return", dependencies=[CsrfChecked])
def take_back(request: Request, held: HeldDep) -> Response:
    """Back on the list; a new invitation is the next step."""
    services.reactivate(held.staff, at=held.at, by=held.by)
    return _back(request, held.staff, N_("%(name)s is back. Send a new invitation now."))


@router.post("/people/{staff_id:int}/sessions", dependencies=[CsrfChecked])
def sign_out_everywhere(request: Request, held: HeldDep) -> Response:
    """Out with the next click, on every device."""
    services.sign_out(held.session, held.staff, at=held.at, by=held.by)
    return _back(request, held.staff, N_("%(name)s is signed out on every device."))


@router.post("/people/{staff_id:int}/sessions/{number:int}", dependencies=[CsrfChecked])
def sign_out_one(request: Request, held: HeldDep, number: int) -> Response:
    """One browser is out with the next click."""
    try:
        services.sign_out(held.session, held.staff, number=min(number, 2**62), at=held.at, by=held.by)
    except DomainError as error:
        return held.refused(error)
    return _back(request, held.staff, N_("This browser of %(name)s is signed out."))


@router.post("/people/{staff_id:int}/deputies", dependencies=[CsrfChecked])
def appoint_deputy(request: Request, held: HeldDep, form: FormDep) -> Response:
    """Somebody stands in from one day to another."""
    try:
        deputies.appoint(
            held.session, held.staff, deputy_id=whole(form, "deputy"),
            first_day=_day(form, "first_day"), last_day=_day(form, "last_day"), by=held.by, at=held.at,
            lang=get_language(request),
        )  # fmt: skip
    except DomainError as error:
        return held.refused(error)
    return _back(request, held.staff, N_("It is saved who stands in for %(name)s."))


@router.post("/people/{staff_id:int}/deputies/{deputyship_id:int}/end", dependencies=[CsrfChecked])
def end_deputy(request: Request, held: HeldDep, deputyship_id: int) -> Response:
    """Back earlier than planned."""
    try:
        deputies.end(held.session, held.staff, min(deputyship_id, 2**62), by=held.by, at=held.at)
    except DomainError as error:
        return held.refused(error)
    return _back(request, held.staff, N_("Nobody stands in for %(name)s any more."))


def unit_name(request: Request, code: str) -> str:
    """As people read it, also of a unit that has left the rules file."""
    unit = state_of(request).rules_file.current.units.get(code)
    return unit.name(get_language(request)) if unit else code


def _day(form: FormData, name: str) -> date | None:
    try:
        return date.fromisoformat(str(form.get(name) or ""))
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _back(request: Request, colleague: Staff, sentence: str) -> Response:
    return redirect(request, f"/staff/people/{colleague.id}", flash=("success", sentence), name=colleague.name)


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
