"""`gatami staff`: who may sign in. For the first administrator, and when the browser is no way in."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.connect import database
from app.errors import NotFound
from app.settings import get_settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.db import SessionFactory
    from app.models import Staff

staff_app = typer.Typer(help="Who may sign in: add, invite, list, and let go.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The address the person signs in with.")]


@staff_app.command("add")
def add(
    email: Email,
    *,
    name: Annotated[str, typer.Option(help="First and last name, as colleagues see it.")],
    role: Annotated[str, typer.Option(help="desk, unit, crew or admin.")],
    unit: Annotated[list[str] | None, typer.Option(help="Code of a unit in the rules file; may be repeated.")] = None,
) -> None:
    """Put somebody on the list of staff; `gatami staff invite` then lets the person choose a password."""
    from app.routing import load_rules
    from app.services import staff

    rules = load_rules(get_settings().rules_file)
    with _session() as session:
        added = staff.add(session, email=email, name=name, role=role, unit_codes=unit or [], rules=rules, at=_now())
        typer.echo(f"{added.name} is on the list. Next: gatami staff invite {added.email}")


@staff_app.command("invite")
def invite(email: Email) -> None:
    """Mail a link to choose a password with, good once and for 72 hours; without a mail server it is printed."""
    from app.db import transaction
    from app.routing import load_rules
    from app.services import invitations, staff

    settings, at = get_settings(), _now()
    rules = load_rules(settings.rules_file)
    with _sessions() as factory:
        with transaction(factory) as session:
            person = _person(session, email)
            token = staff.invite(person, at=at)
        invited = invitations.send(person, token, settings=settings, rules=rules, at=at)
    if invited.mailed:
        typer.echo(f"{person.name} has got a mail with a link, which works once, for 72 hours.")
        return
    typer.echo(f"Give {person.name} this link, which works once, for 72 hours:\n{invited.link}")
    if invited.trouble:
        typer.echo(f"The mail could not be sent: {invited.why('en')}", err=True)
        raise typer.Exit(1)


@staff_app.command("password")
def password(
    email: Email,
    *,
    generate: Annotated[bool, typer.Option("--generate", help="Make one up and print it, instead of asking.")] = False,
) -> None:
    """Give somebody a new password; all of the person's sessions end."""
    from app.services import staff

    with _session() as session:
        person = _person(session, email)
        chosen = (
            secrets.token_urlsafe(15)
            if generate
            else typer.prompt(f"New password for {person.name}", hide_input=True, confirmation_prompt=True)
        )
        staff.set_password(session, person, chosen, at=_now())
    typer.echo(f"{person.name} has a new password{f': {chosen}' if generate else '.'}")


@staff_app.command("list")
def list_staff() -> None:
    """Print everybody: address, name, role, units, and whether the person can sign in."""
    from app.queries import people

    with _session() as session:
        rows = [
            (one.email, one.name, one.role, ",".join(one.own_unit_codes) or "-", _standing(one))
            for one in people.everybody(session)
        ]
    if not rows:
        typer.echo("There is nobody yet: gatami staff add EMAIL --name NAME --role admin")
        return
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for row in rows:
        typer.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


@staff_app.command("deactivate")
def deactivate(email: Email) -> None:
    """Let somebody go: signed out at once on every device. What the person did stays in the history."""
    from app.services import staff

    with _session() as session:
        person = _person(session, email)
        staff.deactivate(session, person, at=_now())
    typer.echo(f"{person.name} can no longer sign in.")


@staff_app.command("reactivate")
def reactivate(email: Email) -> None:
    """Take somebody back, who then needs an invitation for a new password."""
    from app.services import staff

    with _session() as session:
        person = _person(session, email)
        staff.reactivate(person, at=_now())
    typer.echo(f"{person.name} is back. Next: gatami staff invite {person.email}")


@contextmanager
def _sessions() -> Iterator[SessionFactory]:
    from app.db import make_engine, make_session_factory

    with database() as url:
        engine = make_engine(url, pool_size=1)
        try:
            yield make_session_factory(engine)
        finally:
            engine.dispose()


@contextmanager
def _session() -> Iterator[Session]:
    from app.db import transaction

    with _sessions() as factory, transaction(factory) as session:
        yield session


def _person(session: Session, email: str) -> Staff:
    from app.queries import people

    person = people.by_email(session, email)
    if person is None:
        raise NotFound("Nobody has the address %(email)s. See: gatami staff list", email=email)
    return person


def _standing(one: Staff) -> str:
    if not one.active:
        return "left"
    if one.password_hash:
        return "can sign in"
    return "invited" if one.invite_hash else "not invited"


def _now() -> datetime:
    return datetime.now(UTC)
