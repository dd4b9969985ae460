"""`gatami demo`, and the demo that `gatami run` loads once into the private cluster."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from app.cli.connect import database
from app.errors import Conflict, Invalid
from app.settings import Settings, get_settings

if TYPE_CHECKING:
    from pathlib import Path

    from app.services.demo_staff import Login


def demo() -> None:
    """Load the Tromsø demo into the private database of the data folder, once; print its logins."""
    settings = get_settings()
    if settings.database_url:
        raise Invalid(
            "The demo goes only into the private database of the data folder, never into one that somebody "
            "else keeps: unset GATAMI_DATABASE_URL to try it."
        )
    with database() as url:
        lines = _load(settings, url)
    typer.echo("\n".join(lines))


def load_once(settings: Settings, url: str) -> list[str]:
    """Load the demo unless it is there; gives the lines to print at each start (the logins).

    A database that is in use, or the rules of another place, is no reason not to start.
    """
    try:
        return _load(settings, url)
    except (Conflict, Invalid):
        return []


def _load(settings: Settings, url: str) -> list[str]:
    """The logins' lines, of the demo that is there or comes now. Raises Conflict and Invalid."""
    from app.db import make_engine, make_session_factory, transaction
    from app.routing import load_rules
    from app.services import demo as loading
    from app.storage import PhotoStore

    engine = make_engine(url, pool_size=1)
    try:
        with transaction(make_session_factory(engine)) as session:
            if not loading.is_loaded(session):
                rules = load_rules(settings.rules_file)
                loading.check_rules(rules)
                loading.check_empty(session)
                typer.echo("Loading the demo, ninety days of Tromsø ...", err=True)
                store = PhotoStore(settings.photo_dir)
                logins = loading.load_demo(session, rules=rules, store=store, now=datetime.now(UTC))
                # Before the commit: passwords that nobody can read again would be worse than a file too many.
                _keep(_logins_file(settings), logins)
    finally:
        engine.dispose()
    return _lines(_logins_file(settings))


def _logins_file(settings: Settings) -> Path:
    return settings.data_dir / "demo_logins"


def _keep(path: Path, logins: list[Login]) -> None:
    """Written whole or not at all, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write("".join(f"{login}\n" for login in logins))
    draft.replace(path)


def _lines(path: Path) -> list[str]:
    lines: list[str] = []
    with suppress(FileNotFoundError):
        lines = path.read_text(encoding="utf-8").splitlines()
    if not lines:
        return [f"The demo is loaded, but its passwords in {path} are gone: `gatami staff password` sets new ones."]
    return ["Sign in at /staff as one of (also in " + str(path) + "):", *(f"  {line}" for line in lines)]
