"""A mail server that writes down what it takes before it says so, is slow at times and refuses at times."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from email import message_from_bytes
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """Every mail taken is a line of JSON in `file`; `busy` is the share that is told to come later."""

    def __init__(self, file: Path, *, busy: float, seed: int) -> None:
        self._out = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._busy = busy
        self._random = random.Random(seed)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Slow enough that a kill often comes in the middle."""
        await asyncio.sleep(self._random.uniform(0, 0.05))
        if self._random.random() < self._busy:
            return "451 4.3.0 Come back later"
        mail = message_from_bytes(envelope.content or b"")
        line = {"message_id": mail["Message-ID"].strip("<>"), "to": envelope.rcpt_tos[0]}
        os.write(self._out, json.dumps(line).encode() + b"\n")
        await asyncio.sleep(self._random.uniform(0, 0.05))
        return "250 Taken"


async def serve(port: int, sink: Sink) -> None:
    """Until the process is ended."""
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(sink), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Sink(Path(sys.argv[2]), busy=0.03, seed=int(sys.argv[3]))))
