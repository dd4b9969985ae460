"""Kill web servers and workers at random moments under load, then count what was lost.

Run as `python -m bench.faults`. It has its own database cluster (durable, as in real life) and its own mail
server, all on this machine and gone afterwards.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from app.cluster import Cluster
from app.db import migrate
from app.models import Role, Staff, StaffSession
from app.settings import PROJECT
from bench.fault_checks import check, open_messages, states
from bench.fault_load import SESSION_TOKEN, Load
from bench.fault_processes import Herd

if TYPE_CHECKING:
    from collections.abc import Iterator

DRAIN_SECONDS = 150.0


def main() -> int:
    """Exit code 0 when nothing was lost and nobody was written to twice."""
    options = _options()
    began = time.monotonic()
    with (
        _folder() as folder,
        _database(folder / "postgres") as url,
        _mail_server(folder, seed=options.seed) as port,
    ):
        engine = create_engine(url)
        migrate(url)
        _sign_the_desk_in(engine)
        ports = (_free_port(), _free_port())
        herd = Herd(_environment(url, folder, mail_port=port), ports, seed=options.seed)
        load = Load(ports, engine, residents=options.residents, pause=options.pause / 2, seed=options.seed)
        herd.start()
        load.start()
        try:
            time.sleep(3)
            herd.kill_for(kills=options.kills, pause=options.pause)
            load.stop()
            stormed = time.monotonic() - began
            _drain(engine)
        finally:
            load.stop()
            herd.stop()
        lost = _report(engine, load, herd, folder / "mails", stormed=stormed, whole=time.monotonic() - began)
        engine.dispose()
    return 1 if lost else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between kills, on average")
    parser.add_argument("--residents", type=int, default=3, help="how many send reports at the same time")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="gatami-faults-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _database(data_dir: Path) -> Iterator[str]:
    cluster = Cluster(data_dir, durable=True)
    cluster.start()
    try:
        cluster.create_database("gatami")
        yield cluster.url("gatami")
    finally:
        cluster.stop(immediate=True)


@contextmanager
def _mail_server(folder: Path, *, seed: int) -> Iterator[int]:
    port = _free_port()
    (folder / "mails").touch()
    command = [sys.executable, "-m", "bench.mail_sink", str(port), str(folder / "mails"), str(seed)]
    process = subprocess.Popen(command, cwd=PROJECT)
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


def _environment(url: str, folder: Path, *, mail_port: int) -> dict[str, str]:
    return {
        "GATAMI_DATABASE_URL": url, "GATAMI_DATA_DIR": str(folder / "data"), "GATAMI_SMTP_HOST": "127.0.0.1",
        "GATAMI_SMTP_PORT": str(mail_port), "GATAMI_SMTP_SECURITY": "none", "GATAMI_SMTP_TIMEOUT": "2",
        "GATAMI_UNDO_SECONDS": "1", "GATAMI_LOG_LEVEL": "error", "GATAMI_POOL_SIZE": "5",
        "GATAMI_LIMIT_REPORTS_PER_HOUR": "100000000", "GATAMI_LIMIT_REPORTS_PER_EMAIL": "100000000",
        # Nothing leaves the machine.
        "GATAMI_ADDRESS_REGISTER": "", "GATAMI_NAME_REGISTER": "", "GATAMI_ROAD_REGISTER": "",
        "GATAMI_SECRET_KEY": "known only to this measurement, which is gone afterwards",
    }  # fmt: skip


def _sign_the_desk_in(engine: Engine) -> None:
    now = datetime.now(UTC)
    with Session(engine) as session:
        desk = Staff(email="desk@tromso.example", name="Desk", role=Role.DESK.value, created_at=now, active=True)
        session.add(desk)
        session.flush()
        session.add(StaffSession(
            token_hash=hashlib.sha256(SESSION_TOKEN.encode()).hexdigest(), staff_id=desk.id, created_at=now,
            seen_at=now, expires_at=now + timedelta(days=1),
        ))  # fmt: skip
        session.commit()


def _drain(engine: Engine) -> None:
    """Until all messages have found their end, or nothing more can be hoped for."""
    until = time.monotonic() + DRAIN_SECONDS
    while time.monotonic() < until and open_messages(engine):
        time.sleep(0.5)


def _report(engine: Engine, load: Load, herd: Herd, mails: Path, *, stormed: float, whole: float) -> int:
    checks = check(engine, load.promises, mails)
    kills = herd.kills
    print(f"\n{kills.total()} kills -9: {kills['web']} of web servers, {kills['worker']} of workers")
    print(f"in {stormed:.0f} s, {whole:.0f} s in all; {load.promises.resent} requests were sent again\n")
    print(f"| {'promise':54} | {'made':>6} | {'broken':>6} |\n|{'-' * 56}|{'-' * 7}:|{'-' * 7}:|")
    for one in checks:
        print(f"| {one.name:54} | {one.made:6} | {one.broken:6} |")
    print(f"\n| {'messages':20} | {'sent':>6} | {'unknown':>7} | {'failed':>6} | {'waiting':>7} |")
    print(f"|{'-' * 22}|{'-' * 7}:|{'-' * 8}:|{'-' * 7}:|{'-' * 8}:|")
    for name, by in states(engine).items():
        waiting = by["pending"] + by["sending"]
        print(f"| {name:20} | {by['sent']:6} | {by['unknown']:7} | {by['failed']:6} | {waiting:7} |")
    for problem in load.promises.not_answered[:5]:
        print(f"not answered: {problem}")
    return sum(one.broken for one in checks)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    raise SystemExit(main())
