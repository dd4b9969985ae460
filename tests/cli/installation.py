"""`gatami` on an installation of the test's own, as a person at a terminal runs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.cli import app
from app.cluster import ClusterError
from app.errors import DomainError
from app.settings import get_settings


@dataclass
class Installation:
    """A database with its data folder, and more settings as GATAMI_<NAME>; without an address, its own cluster."""

    url: str
    folder: Path
    more: dict[str, str] = field(default_factory=dict)

    def gatami(self, *arguments: object, typed: str | None = None, **settings: object) -> Result:
        """Run the command; `typed` is what the person types."""
        given = {"database_url": self.url, "data_dir": self.folder, **self.more, **settings}
        with pytest.MonkeyPatch.context() as environment:
            for name, value in given.items():
                environment.setenv(f"GATAMI_{name.upper()}", str(value))
            get_settings.cache_clear()
            result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed)
        get_settings.cache_clear()
        return result

    def sql(self, statement: str) -> None:
        """Change the database behind everybody's back."""
        with psycopg.connect(self.url.replace("+psycopg", "")) as connection:
            connection.execute(statement.encode())


def said(result: Result) -> str:
    """What the person reads: the sentence of a refusal, or what was printed."""
    return str(result.exception) if isinstance(result.exception, DomainError | ClusterError) else result.output
