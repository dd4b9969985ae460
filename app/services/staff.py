"""Staff themselves: added, invited, changed, let go; and what they do with their own account."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.delivery import DeliveryFailed
from app.delivery.letter import address_of
from app.errors import N_, Conflict, Gone, Invalid, NotFound
from app.languages import LANGUAGES
from app.models import ChangeKind, Role, Staff, StaffUnit
from app.queries import people
from app.services import passwords, signing_in

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.routing import Rules

INVITED_FOR = timedelta(hours=72)
LONGEST_NAME = 100

WRONG = N_("This cannot be saved yet. Look at the fields that are marked.")
NO_INVITATION = N_("This invitation is not valid. Perhaps it has been used. Ask your administrator for a new one.")


def held(session: Session, staff_id: int, *, version: int | None = None) -> Staff:
    """The one who is to be changed, and nobody else's to change until we are done.

    Raises NotFound, and Conflict when the page that was sent is no longer true; without `version` that is not asked.
    """
    # One lock for all: who ends the last but one administrator waits for who ends the last.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("staff", 0))))
    staff = session.get(Staff, staff_id, populate_existing=True)
    if staff is None:
        raise NotFound(N_("There is nobody with this number."))
    if version is not None and version != staff.version:
        raise Conflict(
            N_("Somebody else changed %(name)s just now. Look at the page again before you save."), name=staff.name
        )
    return staff


def add(
    session: Session,
    *,
    email: str,
    name: str,
    role: str,
    unit_codes: Collection[str],
    rules: Rules,
    at: datetime,
    leads: Collection[str] = (),
    by: Staff | None = None,
) -> Staff:
    """Somebody new, who cannot sign in before accepting an invitation. Raises Invalid; Conflict on a known address."""
    email, name = email.strip(), " ".join(name.split())
    _refuse_unknown_units(set(unit_codes), known=set(rules.units))
    problems = _mistakes(name=name, role=role, unit_codes=unit_codes)
    if not _can_get_mail(email):
        problems["email"] = N_("The e-mail address must look like name@example.com.")
    if problems:
        raise Invalid(_sentence(problems), fields=problems)
    staff = Staff(
        email=email,
        name=name,
        role=role,
        active=True,
        created_at=at,
        version=0,
        language=rules.municipality.default_language if rules.municipality.default_language in LANGUAGES else "en",
    )
    staff.memberships = [StaffUnit(unit_code=code, leader=code in leads) for code in sorted(set(unit_codes))]
    try:
        with session.begin_nested():
            session.add(staff)  # The flush at the end of the block tells whether the address is taken.
    except IntegrityError:
        raise Conflict(N_("Somebody with this e-mail address is on the list already.")) from None
    staff.record(ChangeKind.ADDED, by=by, at=at, role=role, units=staff.own_unit_codes, leads=staff.leads)
    return staff


def change(
    session: Session,
    staff: Staff,
    *,
    name: str,
    role: str,
    unit_codes: Collection[str],
    rules: Rules,
    at: datetime,
    leads: Collection[str] = (),
    by: Staff | None = None,
) -> None:
    """Another name, role or units, or a unit to lead; in force with the person's next click. Raises Invalid, Conflict.

    Nobody takes the administrator's role from oneself: a slip would shut the door from the inside.
    """
    name = " ".join(name.split())
    # A unit that left the rules file may stay where it was.
    _refuse_unknown_units(set(unit_codes), known=set(rules.units) | set(staff.own_unit_codes))
    problems = _mistakes(name=name, role=role, unit_codes=unit_codes)
    if problems:
        raise Invalid(_sentence(problems), fields=problems)
    if staff.role == Role.ADMIN and role != Role.ADMIN:
        _keep_an_administrator(session, staff)
        if by is not None and by.id == staff.id:
            raise Conflict(N_("You cannot take this role from yourself. Ask another administrator."))
    before = _facts(staff)
    staff.name, staff.role = name, role
    kept = {membership.unit_code: membership for membership in staff.memberships}
    staff.memberships = [kept.get(code) or StaffUnit(unit_code=code) for code in sorted(set(unit_codes))]
    for membership in staff.memberships:
        membership.leader = role == Role.UNIT and membership.unit_code in leads
    _record_difference(staff, before, by=by, at=at)


def _facts(staff: Staff) -> dict[str, object]:
    return {"name": staff.name, "role": staff.role, "units": staff.own_unit_codes, "leads": staff.leads}


def _record_difference(staff: Staff, before: dict[str, object], *, by: Staff | None, at: datetime) -> None:
    """What is different now, each as (before, after); of a name only that it is."""
    after = _facts(staff)
    changed = {key: [before[key], after[key]] for key in after if after[key] != before[key]}
    if "name" in changed:
        changed["name"] = []
    if changed:
        staff.record(ChangeKind.CHANGED, by=by, at=at, **changed)


def invite(staff: Staff, *, at: datetime, by: Staff | None = None) -> str:
    """A new token for one password, good for 72 hours; an earlier invitation is over. Only its hash is kept."""
    if not staff.active:
        raise Conflict(N_("%(name)s is not active. Take the person back first."), name=staff.name)
    token = secrets.token_urlsafe(32)
    staff.invite_hash, staff.invited_at = _hash(token), at
    staff.record(ChangeKind.INVITED, by=by, at=at)
    return token


def uninvite(staff: Staff, *, at: datetime, by: Staff | None = None) -> None:
    """The link that is on its way opens nothing any more. Raises Conflict when there is none."""
    if staff.invite_hash is None:
        raise Conflict(N_("%(name)s has no invitation that is open."), name=staff.name)
    staff.invite_hash = staff.invited_at = None
    staff.record(ChangeKind.UNINVITED, by=by, at=at)


def invitation(session: Session, token: str, *, at: datetime) -> Staff:
    """Whom the token invites. Raises NotFound when it was used or never given, Gone after 72 hours."""
    staff = people.by_invitation(session, _hash(token))
    if staff is None or staff.invited_at is None:
        raise NotFound(NO_INVITATION)
    if at >= staff.invited_at + INVITED_FOR:
        raise Gone(N_("This invitation is more than three days old. Ask your administrator for a new one."))
    return staff


def accept_invitation(session: Session, token: str, password: str, *, at: datetime) -> Staff:
    """The chosen password counts from now on, and every session that was open is over."""
    staff = invitation(session, token, at=at)
    set_password(session, staff, password, at=at)
    return staff


def set_password(session: Session, staff: Staff, password: str, *, at: datetime) -> None:
    """A new password ends all sessions and any invitation that is still open. Raises Invalid."""
    passwords.check(password, email=staff.email)
    staff.password_hash = signing_in.hasher.hash(password)
    staff.invite_hash = staff.invited_at = None
    signing_in.revoke_sessions(session, staff, at=at)


def change_password(session: Session, staff: Staff, *, current: str, new: str, at: datetime) -> None:
    """One's own password, by who knows the old one. Raises Invalid."""
    if not staff.password_hash or not signing_in.hasher.verify(current, staff.password_hash):
        raise Invalid(
            N_("The password you have now is not this one."),
            fields={"current": N_("Write the password you sign in with today.")},
        )
    set_password(session, staff, new, at=at)


def change_account(staff: Staff, *, name: str, language: str) -> None:
    """One's own name, as colleagues see it, and language. Raises Invalid."""
    name = " ".join(name.split())
    if language not in LANGUAGES:
        raise Invalid(N_("This language is not there."))
    problems = _mistaken_name(name)
    if problems:
        raise Invalid(problems["name"], fields=problems)
    staff.name, staff.language = name, language


def deactivate(session: Session, staff: Staff, *, at: datetime, by: Staff | None = None) -> None:
    """Somebody who left: out at once, on every device; what the person did stays in the history. Raises Conflict."""
    if staff.role == Role.ADMIN and staff.active:
        _keep_an_administrator(session, staff)
    if by is not None and by.id == staff.id:
        raise Conflict(N_("You cannot end your own account. Ask another administrator."))
    if staff.active:
        staff.record(ChangeKind.ENDED, by=by, at=at)
    staff.active, staff.invite_hash, staff.invited_at = False, None, None
    signing_in.revoke_sessions(session, staff, at=at)


def reactivate(staff: Staff, *, at: datetime, by: Staff | None = None) -> None:
    """Somebody who came back; the old password is not good any more."""
    if not staff.active:
        staff.active, staff.password_hash = True, None
        staff.record(ChangeKind.RETURNED, by=by, at=at)


def sign_out(session: Session, staff: Staff, *, number: int | None = None, at: datetime, by: Staff) -> None:
    """End one of the person's sessions, or all. Raises NotFound when it is over or somebody else's."""
    if number is None:
        signing_in.revoke_sessions(session, staff, at=at)
    else:
        signing_in.revoke_session(session, staff, number, at=at)
    staff.record(ChangeKind.SIGNED_OUT, by=by, at=at, all=number is None)


def _keep_an_administrator(session: Session, staff: Staff) -> None:
    if people.is_last_administrator(session, staff):
        raise Conflict(
            N_("%(name)s is the last administrator. Make somebody else administrator first."), name=staff.name
        )


def _refuse_unknown_units(unit_codes: set[str], *, known: set[str]) -> None:
    unknown = sorted(unit_codes - known)
    if unknown:
        raise Invalid(
            N_("The rules file has no unit %(unit)s. It has these: %(known)s."),
            unit=", ".join(unknown),
            known=", ".join(sorted(known)),
            fields={"unit": N_("Choose among the units of the rules file.")},
        )


def _mistakes(*, name: str, role: str, unit_codes: Collection[str]) -> dict[str, str]:
    problems = _mistaken_name(name)
    if role not in set(Role):
        problems["role"] = N_("Choose one of the roles: desk, unit, crew or admin.")
    elif not unit_codes and role in {Role.UNIT, Role.CREW}:
        problems["unit"] = N_("A unit member or a crew belongs to at least one unit. Choose one.")
    return problems


def _mistaken_name(name: str) -> dict[str, str]:
    if 1 <= len(name) <= LONGEST_NAME:
        return {}
    return {"name": N_("Write a name of at most 100 characters.")}


def _sentence(problems: dict[str, str]) -> str:
    return next(iter(problems.values())) if len(problems) == 1 else WRONG


def _can_get_mail(email: str) -> bool:
    try:
        return "." in address_of(email).domain and len(email) <= 254
    except DeliveryFailed:
        return False


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
