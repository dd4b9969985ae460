"""The demo's staff, one for each role, with passwords that are made anew for every installation."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.models import Role, Staff, StaffUnit
from app.services.signing_in import hasher

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

# Easy to read aloud and to type; with the digits there are more than 10^10 of them, on a computer's own address.
_WORDS = (
    "sild", "torsk", "brott", "fjell", "kai", "skrei", "naust", "flo", "fjære", "snø", "skare", "kram", "fokk", "nysnø",
    "lyng", "molte", "rype", "rein", "havørn", "lomvi", "teist", "lunde", "kobbe", "nise", "spekk", "tran", "trål",
    "skøyte", "sjark", "anker", "tau", "fender", "lykt", "lanterne", "måne", "stjerne", "nordlys", "blåtime",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Login:
    """What somebody needs to try the demo as this person."""

    email: str
    password: str
    what: str

    def __str__(self) -> str:
        return f"{self.email:<28} {self.password:<30} {self.what}"


@dataclass(frozen=True, slots=True)
class Person:
    """One of the staff; the names are made up."""

    key: str
    name: str
    role: Role
    units: tuple[str, ...]
    what: str


PEOPLE = (
    Person("kari", "Kari Blåtime", Role.DESK, (), "Servicetorget (desk)"),
    Person("jon", "Jon Vindkast", Role.DESK, (), "Servicetorget (desk)"),
    Person("ola", "Ola Brøyteskjær", Role.UNIT, ("bydrift",), "Bydrift (unit)"),
    Person("per", "Per Lyskaster", Role.CREW, ("bydrift",), "Bydrift (crew)"),
    Person("eva", "Eva Fyrkjele", Role.UNIT, ("eiendom",), "Eiendom (unit)"),
    Person("liv", "Liv Dvergbjørk", Role.UNIT, ("park_idrett",), "Park og idrett (unit)"),
    Person("tor", "Tor Kumlokk", Role.UNIT, ("vann_avlop",), "Vann og avløp (unit)"),
    Person("ada", "Ada Nøkkelknippe", Role.ADMIN, (), "Administrator"),
)


def add_staff(session: Session, *, at: datetime) -> tuple[dict[str, Staff], list[Login]]:
    """Everybody by key, and the logins, which exist nowhere else."""
    staff, logins = {}, []
    for person in PEOPLE:
        login = Login(email_of(person), new_password(), person.what)
        staff[person.key] = Staff(
            email=login.email,
            name=person.name,
            role=person.role.value,
            password_hash=hasher.hash(login.password),
            language="nb",
            active=True,
            created_at=at,
            memberships=[StaffUnit(unit_code=code, leader=person.role == Role.UNIT) for code in person.units],
        )
        logins.append(login)
    session.add_all(staff.values())
    session.flush()  # History names staff by their ids.
    return staff, logins


def email_of(person: Person) -> str:
    """An address that no mail can ever reach."""
    return f"{person.key}@tromso.example"


def new_password() -> str:
    """Three words and four digits."""
    words = "-".join(secrets.choice(_WORDS) for _ in range(3))
    return f"{words}-{secrets.randbelow(9000) + 1000}"
