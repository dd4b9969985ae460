"""`gatami mail-in`: one mail from the mail server's pipe becomes a report."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from app.cli.bounces import TRY_LATER
from app.cli.connect import database
from app.settings import get_settings


def mail_in(
    envelope_sender: Annotated[
        str | None,
        typer.Option(
            "--sender", envvar="SENDER", help="Who sent it, as the mail server says; Postfix says it by itself."
        ),
    ] = None,
) -> None:
    """Make a report of the mail on standard input; what cannot become one waits for the desk."""
    from app.services.mail_intake import Mail, take_in
    from app.worker import make_office

    settings = get_settings()
    data, size = _read(settings.mailbox_max_bytes)
    if not data.strip():
        typer.echo("gatami: There was no mail on standard input.", err=True)
        raise typer.Exit(1)
    try:
        with database() as url:
            office = make_office(settings.model_copy(update={"database_url": url}))
            outcome = take_in(office, Mail(data, size, envelope_sender))
            office.session_factory.kw["bind"].dispose()
    except Exception as error:  # noqa: BLE001  (whatever it is, the mail must not be lost)
        # The mail server keeps it and hands it over again; one that is itself the trouble waits for the desk then.
        typer.echo(f"gatami: The mail could not be taken in now ({type(error).__name__}).", err=True)
        raise typer.Exit(TRY_LATER) from None
    typer.echo(outcome.value)


def _read(most: int) -> tuple[bytes, int]:
    """As much as may become a report, and how much there was; the rest is read, or the mail server would complain."""
    data = sys.stdin.buffer.read(most)
    size = len(data)
    while rest := sys.stdin.buffer.read(1_000_000):
        size += len(rest)
    return data, size
