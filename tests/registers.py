"""A register of somebody else's: a real web server that answers what a test gives it, and remembers what it heard."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import orjson
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

HTML = b"<!doctype html><title>Vedlikehold</title><p>Tjenesten er nede."


class FakeRegister:
    """`answers[path] = body` (bytes, or what becomes JSON), `status`, `delay` in seconds; `drip`: byte by byte.

    Nothing is answered before `may_answer` is set, which it is unless a test clears it.
    """

    def __init__(self) -> None:
        self.answers: dict[str, object] = {}
        self.status = 200
        self.delay = 0.0
        self.drip = False
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""

    def body(self, path: str) -> bytes | None:
        """What it says about a path, None for 404."""
        answer = self.answers.get(path)
        return answer if answer is None or isinstance(answer, bytes) else orjson.dumps(answer)


def _handler(register: FakeRegister) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            split = urlsplit(self.path)
            register.asked.append((split.path, dict(parse_qsl(split.query, keep_blank_values=True))))
            register.headers.append({name.lower(): value for name, value in self.headers.items()})
            time.sleep(register.delay)
            register.may_answer.wait(30)
            body = register.body(split.path)
            self.send_response(404 if body is None else register.status)
            self.end_headers()
            try:
                self._write(body or b"{}")
            except OSError:
                return  # Whoever asked did not wait.

        def _write(self, body: bytes) -> None:
            for start in range(len(body)) if register.drip else ():
                self.wfile.write(body[start : start + 1])
                self.wfile.flush()
                time.sleep(0.3)
            if not register.drip:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silent."""

    return Handler


@contextmanager
def fake_register() -> Iterator[FakeRegister]:
    """A register on a port of its own."""
    register = FakeRegister()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(register))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    register.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield register
    finally:
        server.shutdown()
        thread.join()
        server.socket.close()


@pytest.fixture
def make_register() -> Iterator[Callable[[], FakeRegister]]:
    """`make_register()` is another one."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda: stack.enter_context(fake_register())
