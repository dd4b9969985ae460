"""`gatami doctor`: what is wrong with this installation, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.connect import database, private_cluster
from app.cluster import ClusterError
from app.settings import Settings, get_settings

if TYPE_CHECKING:
    from app.routing import Rules
    from app.services.checkup import Finding

_SIGNS = {"ok": ("ok      ", typer.colors.GREEN), "warning": ("warning ", typer.colors.YELLOW),
          "problem": ("PROBLEM ", typer.colors.RED)}  # fmt: skip


def doctor(
    *, as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")] = False
) -> None:
    """Try every part of this installation and say what to do; changes nothing; exit 1 when there is a problem."""
    levels = []
    for finding in _findings(get_settings()):
        levels.append(finding.level)
        typer.echo(json.dumps(asdict(finding), ensure_ascii=False) if as_json else _line(finding))
    if not as_json:
        typer.echo(
            f"{levels.count('problem')} problems, {levels.count('warning')} warnings, {levels.count('ok')} in order."
        )
    if "problem" in levels:
        raise typer.Exit(1)


def _line(finding: Finding) -> str:
    sign, colour = _SIGNS[finding.level]
    advice = f"\n{'':24}-> {finding.advice}" if finding.advice else ""
    return f"{typer.style(sign, fg=colour)}{finding.part:16}{finding.words}{advice}"


def _findings(settings: Settings) -> Iterator[Finding]:
    from app.services import checkup
    from app.services.checkup_registers import check_registers
    from app.services.checkup_roads import check_router

    rules, found = checkup.check_rules(settings)
    yield from _of_database(settings, rules)
    yield found
    for check in (checkup.check_mail, checkup.check_photos, checkup.check_secret, checkup.check_address):
        yield check(settings)
    if rules is not None:
        yield from check_registers(settings, rules)
        yield check_router(settings, rules)


def _of_database(settings: Settings, rules: Rules | None) -> Iterator[Finding]:
    from sqlalchemy.exc import OperationalError

    from app.db import make_engine
    from app.services import checkup_database

    try:
        if not settings.database_url and not private_cluster(settings).exists:
            yield checkup_database.not_made(settings.data_dir)
            return
        with database(migrated=False) as url:
            engine = make_engine(url, pool_size=1)
            try:
                yield from checkup_database.examine(engine, rules, at=datetime.now(UTC))
            finally:
                engine.dispose()
    except OperationalError as error:
        yield checkup_database.unreachable(str(error.orig).strip().splitlines()[0])
    except ClusterError as error:
        yield checkup_database.unreachable(str(error))
