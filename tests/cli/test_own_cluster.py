"""The commands on the private cluster: beside a running GataMi, without one, and what they leave behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cluster import Cluster, DataFolderLock
from app.settings import PROJECT


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A data folder that PostgreSQL's user may enter, with the database that the first command made in it."""
    made = Path(tempfile.mkdtemp(prefix="gatami-own-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    if (made / "var" / "postgres" / "PG_VERSION").exists():
        Cluster(made / "var" / "postgres").stop(immediate=True)
    shutil.rmtree(made)


def gatami(folder: Path, *arguments: str, data: str = "var") -> subprocess.CompletedProcess[str]:
    """The real command in a process of its own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("GATAMI_")}
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments], cwd=PROJECT, check=False, capture_output=True, text=True,
        env=own | {"GATAMI_DATA_DIR": str(folder / data)}, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_before_the_first_start_there_is_nothing_to_save_and_nothing_is_made(folder):
    saved = gatami(folder, "backup", str(folder / "none.tar"), data="nowhere")
    assert (saved.returncode, "GataMi has never run there" in saved.stderr) == (1, True)
    assert "There is no database in" in gatami(folder, "doctor", data="nowhere").stdout
    assert not (folder / "nowhere" / "postgres" / "PG_VERSION").exists()


def test_staff_backup_doctor_and_restore_work_beside_a_running_server_and_without(folder):
    added = gatami(folder, "staff", "add", "ada@tromso.example", "--name", "Ada", "--role", "admin")
    assert added.returncode == 0, added.stderr
    cluster = Cluster(folder / "var" / "postgres")
    assert not cluster.running
    assert gatami(folder, "doctor").returncode == 0
    assert not cluster.running

    # As `gatami run` does it: the lock held, the server up.
    with DataFolderLock(folder / "var"):
        cluster.start()
        assert "Ada" in gatami(folder, "staff", "list").stdout
        assert gatami(folder, "doctor").returncode == 0
        saved = gatami(folder, "backup", str(folder / "one.tar"))
        assert saved.returncode == 0, saved.stderr
        assert cluster.running
        refused = gatami(folder, "restore", str(folder / "one.tar"), "--yes")
        assert (refused.returncode, "in use by another gatami" in refused.stderr) == (1, True)
    cluster.stop()

    gatami(folder, "staff", "add", "per@tromso.example", "--name", "Per", "--role", "desk")
    back = gatami(folder, "restore", str(folder / "one.tar"), "--yes")
    assert back.returncode == 0, back.stderr
    listed = gatami(folder, "staff", "list").stdout
    assert ("Ada" in listed, "Per" in listed) == (True, False)
    moved = gatami(folder, "restore", str(folder / "one.tar"), data="elsewhere")
    assert moved.returncode == 0, moved.stderr
    assert "Ada" in gatami(folder, "staff", "list", data="elsewhere").stdout
    assert not cluster.running
    assert not Cluster(folder / "elsewhere" / "postgres").running
