"""How every register is asked: two seconds in all, a rest after three failures, and nothing believed unchecked.

    register = Register("roads", settings.road_register)
    answer = register.ask("/posisjon", {"lat": 69.65, "lon": 18.95}, TypeAdapter(list[Position]), when_404=b"[]")

Two registers at once: `begin` both, then `wait` for both; each has its two seconds from when it was begun.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import urlencode

from pydantic import TypeAdapter, ValidationError

from app.delivery.http import Answer, Unreachable, request

log = logging.getLogger("gatami.registers")

SECONDS = 2.0
FAILURES = 3
REST_SECONDS = 60.0
# A register that hangs must not take every thread that the web server has.
AT_ONCE = 16

T = TypeVar("T")
Why = Literal["off", "resting", "busy", "late", "unreachable", "refused", "nonsense"]
_NOT_ASKED = {"off", "resting", "busy"}


class RegisterDown(Exception):  # noqa: N818  (an outcome that callers turn into a sentence, never a page of error)
    """The register gave nothing that can be used.

    `why`: off (not set up), resting (failed just before), busy (too many questions at once), late (over two seconds),
    unreachable, refused (it did not accept this question), nonsense (no JSON of the agreed shape, or a server error).
    """

    def __init__(self, register: str, why: Why) -> None:
        super().__init__(f"{register}: {why}")
        self.register = register
        self.why = why


class Register:
    """One register of somebody else's, and how it was lately. `base_url` empty: it is never asked. Thread-safe."""

    def __init__(
        self, name: str, base_url: str, *, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self.base_url = base_url.rstrip("/")
        self.seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._room = threading.BoundedSemaphore(AT_ONCE)
        self._failures = 0
        self._rests_until = 0.0

    def ask(
        self,
        path: str,
        params: Mapping[str, Any],
        shape: TypeAdapter[T],
        *,
        headers: Mapping[str, str] | None = None,
        when_404: bytes | None = None,
    ) -> T:
        """GET, parsed as `shape`; `when_404` is the body that a 404 stands for. Raises RegisterDown in two seconds."""
        return self.begin(path, params, shape, headers=headers, when_404=when_404).wait()

    def begin(
        self,
        path: str,
        params: Mapping[str, Any],
        shape: TypeAdapter[T],
        *,
        headers: Mapping[str, str] | None = None,
        when_404: bytes | None = None,
    ) -> Question[T]:
        """Ask without waiting; all arguments as in `ask`."""
        question = Question(self, shape, when_404=when_404)
        url = f"{self.base_url}{path}?{urlencode(params)}"
        question.start(url, {"accept": "application/json", **(headers or {})})
        return question

    def admit(self) -> Why | None:
        """Why it is not asked now, if so. After a rest one question goes through, and the others see what it brings."""
        if not self.base_url:
            return "off"
        with self._lock:
            now = self._clock()
            if now < self._rests_until:
                return "resting"
            if self._failures >= FAILURES:
                self._rests_until = now + self.seconds
        return None if self._room.acquire(blocking=False) else "busy"

    def leave(self) -> None:
        """A question is over, in whichever way."""
        self._room.release()

    def note(self, why: Why | None) -> None:
        """How a question went; the third failure in a row begins a minute's rest."""
        if why in _NOT_ASKED:
            return
        # One that refuses a question lives: somebody who types nonsense must not silence it for all others.
        fine = why in {None, "refused"}
        with self._lock:
            self._failures = 0 if fine else self._failures + 1
            self._rests_until = self._clock() + REST_SECONDS if self._failures >= FAILURES else 0.0
            failures = self._failures
        # Not again every minute of a long outage.
        if not fine and failures <= FAILURES:
            rests = ", it is left alone for a while" if failures == FAILURES else ""
            log.warning("Register %s: %s%s", self.name, why, rests)


class Question(Generic[T]):
    """A question on its way. A thread of its own asks it, because looking up a name in DNS knows no time-out."""

    def __init__(self, register: Register, shape: TypeAdapter[T], *, when_404: bytes | None) -> None:
        self._register = register
        self._shape = shape
        self._when_404 = when_404
        self._until = time.monotonic() + register.seconds
        self._done = threading.Event()
        self._outcome: Answer | Why = "late"

    def start(self, url: str, headers: Mapping[str, str]) -> None:
        """Send it, unless the register rests."""
        why = self._register.admit()
        if why is not None:
            self._outcome = why
            self._done.set()
            return
        threading.Thread(target=self._run, args=(url, headers), name=f"ask {self._register.name}", daemon=True).start()

    def wait(self) -> T:
        """The answer, or RegisterDown when the two seconds are over. Ask it once only."""
        came = self._done.wait(max(0.0, self._until - time.monotonic()))
        outcome = self._outcome if came else "late"
        try:
            parsed = self._parsed(outcome)
        except RegisterDown as down:
            self._register.note(down.why)
            raise
        self._register.note(None)
        return parsed

    def _run(self, url: str, headers: Mapping[str, str]) -> None:
        try:
            # A little longer than anybody waits: each step of a request has this long, and so has a lost one.
            self._outcome = request("GET", url, timeout=self._register.seconds + 0.5, headers=headers)
        except Unreachable:
            self._outcome = "unreachable"
        finally:
            self._register.leave()
            self._done.set()

    def _parsed(self, outcome: Answer | Why) -> T:
        name = self._register.name
        if not isinstance(outcome, Answer):
            raise RegisterDown(name, outcome)
        body = self._when_404 if outcome.status == 404 and self._when_404 is not None else outcome.body
        if body is outcome.body and outcome.status != 200:
            raise RegisterDown(name, "refused" if outcome.status in {400, 404, 422} else "nonsense")
        try:
            return self._shape.validate_json(body)
        except ValidationError as error:
            # The question may be somebody's address, so neither it nor the answer is logged.
            raise RegisterDown(name, "nonsense") from error
