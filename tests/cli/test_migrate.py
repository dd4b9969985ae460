"""`gatami migrate`, and what the parts say to a database whose tables are not this version's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.settings import Settings
from tests.cli.installation import Installation, said

NEWER = "The database's tables (0999) are of a newer version of GataMi than this one (0"  # the newest follows


def test_a_database_of_a_newer_version_is_left_alone_with_a_sentence(
    make_database: Callable[..., str], tmp_path: Path
) -> None:
    ours = Installation(make_database("newer"), tmp_path)
    ours.sql("UPDATE alembic_version SET version_num = '0999'")
    for command in ("migrate", "serve", "worker"):
        result = ours.gatami(command)
        assert result.exit_code == 1
        assert said(result).startswith(NEWER)
        assert said(result).endswith(": install that version, or restore a backup that this one made.")


def test_a_database_without_tables_says_what_to_run_first(make_database: Callable[..., str], tmp_path: Path) -> None:
    ours = Installation(make_database("bare", migrated=False), tmp_path)
    for command in ("serve", "worker"):
        assert said(ours.gatami(command)) == (
            "The database does not have this version's tables yet: run `gatami migrate` first."
        )


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_usual_address_of_a_postgresql_is_taken(scheme: str) -> None:
    assert Settings(database_url=f"{scheme}://me@db/gatami").database_url == "postgresql+psycopg://me@db/gatami"


def test_an_address_of_another_database_is_refused_with_an_example() -> None:
    with pytest.raises(ValueError, match="must be an address like postgresql://user:password@host:5432/name"):
        Settings(database_url="mysql://me@db/gatami")
