"""`gatami bounces`: mails that came back, from the mail server's pipe, a mail folder or a mailbox file."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.connect import database
from app.settings import get_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.services.bounces import Found

# What a mail server reads as: not now, hand it over again later (sysexits.h).
TRY_LATER = 75


def bounces(
    maildir: Annotated[
        Path | None,
        typer.Option(help="A Maildir folder or an mbox file; without it, one message is read from standard input."),
    ] = None,
    given_to: Annotated[
        str, typer.Option(envvar="ORIGINAL_RECIPIENT", help="The address it came to; Postfix says it by itself.")
    ] = "",
) -> None:
    """Switch off addresses whose mails came back for good. Answers nothing to anybody, so no loop can begin."""
    from sqlalchemy.exc import OperationalError

    if maildir is not None and not (maildir.is_file() or all((maildir / part).is_dir() for part in ("new", "cur"))):
        typer.echo(f"gatami: {maildir} is neither a Maildir nor a mailbox file.", err=True)
        raise typer.Exit(1)
    try:
        counts = Counter(_take_in(_from_pipe(given_to) if maildir is None else _from_box(maildir)))
    except OperationalError:
        # A mail server that hears of any other failure sends a bounce of the bounce.
        typer.echo("gatami: The database does not answer.", err=True)
        raise typer.Exit(TRY_LATER) from None
    typer.echo(", ".join(f"{found.value}: {count}" for found, count in sorted(counts.items())) or "nothing to read")


def _take_in(messages: Iterator[tuple[bytes, str]]) -> Iterator[Found]:
    """Each message in a transaction of its own, and marked as read only after it."""
    from datetime import UTC, datetime

    from app.db import make_engine, make_session_factory, transaction
    from app.delivery.bounce import read_bounce
    from app.services.bounces import take_in

    settings = get_settings()
    with database() as url:
        engine = make_engine(url, pool_size=1)
        factory = make_session_factory(engine)
        for data, given_to in messages:
            bounce = read_bounce(data, given_to=given_to)
            with transaction(factory) as session:
                found = take_in(session, bounce, settings=settings, secret=settings.secret(), at=datetime.now(UTC))
            yield found
        engine.dispose()


def _from_pipe(given_to: str) -> Iterator[tuple[bytes, str]]:
    """The one message, as much of it as is needed; the rest is read and dropped, or the mail server would complain."""
    from app.delivery.bounce import MOST_BYTES

    data = sys.stdin.buffer.read(MOST_BYTES)
    while sys.stdin.buffer.read(1_000_000):
        pass
    yield data, given_to


def _from_box(path: Path) -> Iterator[tuple[bytes, str]]:
    """What is unread in a Maildir, which is marked as read then; of a file, all, and it stays as it is."""
    import mailbox

    from app.delivery.bounce import MOST_BYTES

    if path.is_file():
        with closing(mailbox.mbox(path, create=False)) as box:
            for key in box.iterkeys():
                yield box.get_file(key).read(MOST_BYTES), ""
        return
    for file in sorted([*(path / "new").iterdir(), *(path / "cur").iterdir()]):
        name, _, flags = file.name.partition(":2,")
        if "S" in flags:
            continue
        try:
            with file.open("rb") as opened:
                data = opened.read(MOST_BYTES)
        except OSError as error:
            _skip(file, error)
            continue
        yield data, ""
        # A mail program may have moved it meanwhile: it is read again then, which changes nothing.
        try:
            file.rename(path / "cur" / f"{name}:2,{''.join(sorted({*flags, 'S'}))}")
        except OSError as error:
            _skip(file, error)


def _skip(file: Path, error: OSError) -> None:
    typer.echo(f"gatami: left out {file.name}: {error.strerror or type(error).__name__}.", err=True)
