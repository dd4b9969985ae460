"""Residents who send again until they have an answer, and a desk that forwards what they sent."""

from __future__ import annotations

import itertools
import queue
import random
import re
import threading
import time
import uuid
from dataclasses import dataclass, field

import httpx
from sqlalchemy import Engine, text

SESSION_TOKEN = "the desk's session in this measurement"  # noqa: S105 - it opens a database that is gone afterwards
UNITS = ("bydrift", "eiendom", "statens_vegvesen")
GIVE_UP_SECONDS = 90.0


@dataclass
class Promises:
    """What people were told: references by key, and the unit of each report that the desk forwarded."""

    reports: dict[str, str] = field(default_factory=dict)
    forwarded: dict[str, str] = field(default_factory=dict)
    resent: int = 0
    not_answered: list[str] = field(default_factory=list)


class Load:
    """`residents` threads and one desk, until `stop`."""

    def __init__(self, ports: tuple[int, int], engine: Engine, *, residents: int, pause: float, seed: int) -> None:
        self.promises = Promises()
        self._ports = itertools.cycle(ports)
        self._engine = engine
        self._pause = pause
        self._stopping = threading.Event()
        self._to_forward: queue.Queue[str | None] = queue.Queue()
        self._residents = [
            threading.Thread(target=self._reside, args=(number, random.Random(seed + number)))
            for number in range(residents)
        ]
        self._desk = threading.Thread(target=self._forward_all, args=(random.Random(seed),))

    def start(self) -> None:
        """Everybody begins."""
        for thread in (*self._residents, self._desk):
            thread.start()

    def stop(self) -> None:
        """Nobody begins anything new; what was begun is finished."""
        self._stopping.set()
        for thread in self._residents:
            thread.join()
        self._to_forward.put(None)
        self._desk.join()

    def _reside(self, number: int, chance: random.Random) -> None:
        with httpx.Client(timeout=5) as client:
            for count in itertools.count():
                if self._stopping.is_set():
                    return
                self._report(client, f"resident-{number}-{count}@example.org", chance)
                time.sleep(chance.uniform(0, 2 * self._pause))

    def _report(self, client: httpx.Client, address: str, chance: random.Random) -> None:
        body = {
            "category": "lamp_dark", "lat": round(69.64 + chance.random() / 50, 6),
            "lon": round(18.93 + chance.random() / 20, 6), "description": "Mørkt her",
            "reporter": {"email": address, "language": chance.choice(["nb", "en"])},
        }  # fmt: skip
        key = str(uuid.UUID(int=chance.getrandbits(128)))
        answer = self._until_answered(client, "/api/reports", json=body, headers={"Idempotency-Key": key})
        if answer is None or answer.status_code != 201:
            self.promises.not_answered.append(answer.text[:200] if answer is not None else "no answer")
            return
        reference = str(answer.json()["reference"])
        self.promises.reports[key] = reference
        if chance.random() < 0.5:
            self._confirm(reference)
        self._to_forward.put(reference)

    def _confirm(self, reference: str) -> None:
        """As if the person had opened the receipt."""
        with self._engine.begin() as connection:
            connection.execute(
                text("UPDATE reporter SET confirmed_at = now() WHERE report_id = (SELECT id FROM report "
                     "WHERE reference = :reference)"), {"reference": reference.replace("-", "")},
            )  # fmt: skip

    def _forward_all(self, chance: random.Random) -> None:
        with httpx.Client(timeout=5, cookies={"gatami_session": SESSION_TOKEN}) as client:
            page = self._until_answered(client, "/staff/deliveries", method="GET")
            found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page.text if page else "")
            token = found.group(1) if found else ""
            while (reference := self._to_forward.get()) is not None:
                unit = chance.choice(UNITS)
                form = {"csrf_token": token, "unit": unit}
                answer = self._until_answered(client, f"/staff/reports/{reference}/forwarding", data=form)
                # 409: an earlier attempt got through, and only its answer was lost.
                if answer is not None and answer.status_code in {303, 409}:
                    self.promises.forwarded[reference] = unit
                else:
                    status = answer.status_code if answer is not None else "no answer"
                    self.promises.not_answered.append(f"forwarding: {status}")

    def _until_answered(
        self, client: httpx.Client, path: str, *, method: str = "POST", **given: object
    ) -> httpx.Response | None:
        """As a phone does it: the same again, until somebody answers."""
        until = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < until:
            try:
                answer = client.request(method, f"http://127.0.0.1:{next(self._ports)}{path}", **given)  # type: ignore[arg-type]
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code < 500:
                return answer
            self.promises.resent += 1
            time.sleep(0.1)
        return None
