"""The private cluster starts, survives what happens to programs, and says in a sentence what it cannot do."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.cluster import Cluster, ClusterError, DataFolderLock, binaries, find_binaries, place


def _make_folder() -> Path:
    """A folder that user postgres can enter; pytest's own ones belong to us alone."""
    made = Path(tempfile.mkdtemp(prefix="gatami-cluster-", dir="/tmp"))
    made.chmod(0o755)
    return made


@pytest.fixture
def folder() -> Iterator[Path]:
    made = _make_folder()
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def shared() -> Iterator[Cluster]:
    """One cluster for the tests that leave it usable: making one takes a second."""
    folder = _make_folder()
    cluster = Cluster(folder / "postgres", durable=False)
    yield cluster
    cluster.stop(immediate=True)
    shutil.rmtree(folder)


@pytest.fixture
def started(shared: Cluster) -> Cluster:
    shared.start()
    shared.create_database("gatami")
    return shared


def _query(cluster: Cluster, sql: str) -> object:
    with psycopg.connect(cluster.url("gatami").replace("+psycopg", ""), autocommit=True) as connection:
        answer = connection.execute(sql)
        row = answer.fetchone() if answer.description else None
        return row[0] if row else None


def _kill_server(cluster: Cluster) -> None:
    pid = int((cluster.data_dir / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    while Path(f"/proc/{pid}/cwd").exists():
        time.sleep(0.01)


def test_a_new_cluster_has_postgis_and_listens_on_its_socket_only(started: Cluster) -> None:
    _query(started, "CREATE EXTENSION postgis")
    assert str(_query(started, "SELECT postgis_lib_version()")).startswith("3.")
    assert _query(started, "SHOW listen_addresses") == ""
    socket = Path(str(_query(started, "SHOW unix_socket_directories")))
    assert socket.stat().st_mode & 0o777 == 0o700


def test_a_started_cluster_can_be_started_again_and_found_by_another_program(started: Cluster) -> None:
    started.start()
    other = Cluster(started.wanted_dir)
    assert other.running
    other.start()
    assert other.url("gatami") == started.url("gatami")


def test_data_survives_a_kill_9_of_the_server(started: Cluster) -> None:
    _query(started, "CREATE TABLE kept AS SELECT 42 AS answer")
    _query(started, "CHECKPOINT")
    _kill_server(started)
    assert not started.running
    started.start()
    assert _query(started, "SELECT answer FROM kept") == 42


def test_a_pid_file_that_names_somebody_elses_process_does_not_stop_the_start(started: Cluster) -> None:
    started.stop(immediate=True)
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        stale = f"{sleeper.pid}\n{started.data_dir}\n0\n5432\n/nowhere\n\n0 0\nready\n"
        (started.data_dir / "postmaster.pid").write_text(stale)
        assert not started.running
        started.start()
        assert started.running
    finally:
        sleeper.kill()
        sleeper.wait()


def test_a_stopped_cluster_leaves_no_socket_folder_and_says_how_to_start(started: Cluster) -> None:
    socket = Path(str(_query(started, "SHOW unix_socket_directories")))
    started.stop()
    started.stop()
    assert not socket.exists()
    with pytest.raises(ClusterError, match="does not run: start it with `gatami run`"):
        started.url("gatami")


def test_databases_are_made_copied_and_dropped(started: Cluster) -> None:
    _query(started, "CREATE TABLE marked ()")
    started.create_database("gatami")
    started.create_database("copy", template="gatami")
    with psycopg.connect(started.url("copy").replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT to_regclass('marked')").fetchone() == ("marked",)
    started.drop_database("copy")
    started.drop_database("copy")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(started.url("copy").replace("+psycopg", ""))


def test_a_long_and_deep_path_works_although_a_socket_address_is_short(folder: Path) -> None:
    deep = folder / ("en-lang-mappe-med-et-langt-navn-" * 3) / ("og-enda-en-æøå-" * 4)
    deep.mkdir(parents=True)
    cluster = Cluster(deep / "postgres", durable=False)
    cluster.start()
    cluster.create_database("gatami")
    try:
        assert _query(cluster, "SELECT 1") == 1
    finally:
        cluster.stop(immediate=True)


def test_a_folder_that_the_server_cannot_enter_is_replaced_by_another_and_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = folder / "elsewhere" / "postgres"
    monkeypatch.setattr(place, "_elsewhere", lambda _: elsewhere)
    # A file where a folder should be stops root and everybody else alike.
    (folder / "closed").touch()
    wanted = folder / "closed" / "postgres"
    cluster = Cluster(wanted, durable=False)
    assert cluster.data_dir == elsewhere
    assert cluster.moved is not None
    assert str(wanted) in cluster.moved
    assert str(elsewhere) in cluster.moved


def test_data_of_a_newer_postgresql_is_refused_with_the_package_to_install(folder: Path) -> None:
    data = folder / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("99\n")
    place.owner().adopt(data)
    with pytest.raises(ClusterError, match=r"made by PostgreSQL 99, newer than .*postgresql-99-postgis-3"):
        Cluster(data).start()


def test_a_folder_with_something_else_in_it_is_left_alone(folder: Path) -> None:
    data = folder / "postgres"
    data.mkdir()
    (data / "letters.txt").write_text("precious")
    with pytest.raises(ClusterError, match="holds something that is not a database"):
        Cluster(data, durable=False).start()
    assert (data / "letters.txt").read_text() == "precious"


def test_missing_programs_are_said_with_the_line_to_type(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_ROOTS", (folder,))
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(ClusterError, match="apt-get install postgresql-postgis"):
        Cluster(folder / "postgres").start()
    assert not (folder / "postgres").exists()


def test_a_postgresql_without_postgis_is_not_taken(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = folder / "77" / "bin"
    programs.mkdir(parents=True)
    for name in ("initdb", "pg_ctl", "postgres"):
        (programs / name).touch(mode=0o755)
    monkeypatch.setattr(binaries, "_ROOTS", (folder, *binaries._ROOTS))
    assert find_binaries().major < 77


def test_a_second_program_on_a_data_folder_gets_a_sentence_with_the_first_ones_number(folder: Path) -> None:
    with (
        DataFolderLock(folder),
        pytest.raises(ClusterError, match=rf"in use by another gatami \(process {os.getpid()}\).*GATAMI_DATA_DIR"),
    ):
        DataFolderLock(folder).__enter__()
    with DataFolderLock(folder):
        pass


def test_a_data_folder_that_cannot_be_written_is_said(folder: Path) -> None:
    (folder / "file").touch()
    with pytest.raises(ClusterError, match="cannot be written"):
        DataFolderLock(folder / "file" / "var").__enter__()
