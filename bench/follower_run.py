"""A worker's digest run in a process of its own, which may be killed: `... follower_run URL SINK NOW SECONDS`.

The mail server is a file: what it has taken is a line there before it says so, as bench/mail_sink.py does.
"""

from __future__ import annotations

import os
import re
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from app.db import make_engine, make_session_factory
from app.delivery import smtp
from app.routing import RulesFile
from app.services import digests
from app.services.office import Office
from app.settings import PROJECT, Settings
from app.storage import PhotoStore
from bench.harness import SECRET

if TYPE_CHECKING:
    from email.message import EmailMessage

_REPORT = re.compile(r"/reports/([0-9-]+)")


def main(url: str, sink: Path, now: datetime, seconds: float) -> None:
    """Until nothing waits any more, or for so long after all of it was begun."""
    settings = Settings(
        _env_file=None,
        database_url=url,
        data_dir=sink.parent,
        secret_key=SECRET,
        smtp_host="a.file",
        smtp_timeout=0.001,
    )
    office = Office(
        settings=settings,
        session_factory=make_session_factory(make_engine(url, pool_size=2)),
        rules_file=RulesFile(PROJECT / "routing_rules.yaml"),
        photos=PhotoStore(settings.photo_dir),
        secret=SECRET.encode(),
        channels={},
        clock=lambda: now,
    )
    out = os.open(sink, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def take(message: EmailMessage, **_: object) -> None:
        text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        line = {
            "id": message["Message-ID"],
            "to": str(message["To"]),
            "reports": _REPORT.findall(text),
            "at": time.monotonic(),
        }
        os.write(out, orjson.dumps(line) + b"\n")

    smtp.send = take
    digests.begin(office)
    until = time.monotonic() + seconds
    while digests.run(office, seconds=until - time.monotonic()).sent and time.monotonic() < until:
        pass


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3]), float(sys.argv[4]))
