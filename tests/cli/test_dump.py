"""Talking to PostgreSQL's programs."""

from __future__ import annotations

from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from app.cli.dump import find_programs, libpq
from app.errors import Invalid


def test_the_databases_password_is_never_an_argument_that_others_can_read():
    with libpq("postgresql+psycopg://ola:p%3Ass%5Cw%40rd@db.example:5433/gatami?sslmode=require") as address:
        given = conninfo_to_dict(address)
        kept = Path(str(given["passfile"]))
        assert "rd" not in address.replace(str(kept), "")
        assert (kept.read_text(), kept.stat().st_mode & 0o777) == ("*:*:*:*:p\\:ss\\\\w@rd\n", 0o600)
        assert {**given, "passfile": ""} == {
            "user": "ola",
            "host": "db.example",
            "port": "5433",
            "dbname": "gatami",
            "sslmode": "require",
            "passfile": "",
        }
    assert not kept.exists()


def test_programs_older_than_the_server_are_not_used():
    assert find_programs(13).major >= 13
    with pytest.raises(Invalid, match="postgresql-client-99"):
        find_programs(99)
