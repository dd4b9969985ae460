"""The commands on the private cluster: beside a running GataMi, without one, and what they leave behind."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cluster import Cluster, DataFolderLock
from tests.cli.installation import Installation, said


@pytest.fixture(scope="module")
def own() -> Iterator[Installation]:
    """A data folder that PostgreSQL's user may enter, and no address of a database."""
    made = Path(tempfile.mkdtemp(prefix="gatami-own-", dir="/tmp"))
    made.chmod(0o755)
    yield Installation("", made / "var")
    if (made / "var" / "postgres" / "PG_VERSION").exists():
        Cluster(made / "var" / "postgres").stop(immediate=True)
    shutil.rmtree(made)


def test_before_the_first_start_there_is_nothing_to_save_and_nothing_is_made(own, tmp_path):
    assert "GataMi has never run there" in said(own.gatami("backup", tmp_path / "none.tar"))
    assert "There is no database in" in said(own.gatami("doctor"))
    assert not (own.folder / "postgres" / "PG_VERSION").exists()
    assert list(tmp_path.iterdir()) == []


def test_commands_work_beside_a_running_server_and_without_and_leave_it_as_it_was(own, tmp_path):
    cluster, file = Cluster(own.folder / "postgres"), tmp_path / "one.tar"
    added = own.gatami("staff", "add", "ada@tromso.example", "--name", "Ada", "--role", "admin")
    assert added.exit_code == 0, said(added)
    assert own.gatami("doctor").exit_code == 0
    assert not cluster.running

    # As `gatami run` does it: the lock held, the server up.
    with DataFolderLock(own.folder):
        cluster.start()
        assert "Ada" in said(own.gatami("staff", "list"))
        assert own.gatami("doctor").exit_code == 0
        saved = own.gatami("backup", file)
        assert saved.exit_code == 0, said(saved)
        assert cluster.running
        assert "in use by another gatami" in said(own.gatami("restore", file, "--yes"))
    cluster.stop()

    own.gatami("staff", "add", "per@tromso.example", "--name", "Per", "--role", "desk")
    back = own.gatami("restore", file, "--yes")
    assert back.exit_code == 0, said(back)
    listed = said(own.gatami("staff", "list"))
    assert ("Ada" in listed, "Per" in listed) == (True, False)
    assert not cluster.running
