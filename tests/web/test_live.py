"""The desk's stream: who hears what, and what it costs."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import joinedload

from app.db import transaction
from app.models import Report, Role, Staff, StaffSession
from app.services import claims, signing_in, triage
from app.services.drafts import ReportDraft
from app.services.reporting import submit_report
from app.web.state import AppState
from tests.application import STORGATA
from tests.people import Browser
from tests.serving import LiveServer

pytestmark = pytest.mark.realdb


def hire(state: AppState, name: str = "Kari", role: Role = Role.DESK) -> str:
    """Somebody who is signed in; the session's token."""
    with transaction(state.session_factory) as session:
        staff = Staff(email=f"{name}@tromso.example", name=name, role=role.value, created_at=state.clock(), active=True)
        session.add(staff)
        session.flush()
        times = {"created_at": state.clock(), "seen_at": state.clock(), "expires_at": state.clock() + timedelta(1)}
        token_hash = hashlib.sha256(f"session-of-{name}".encode()).hexdigest()
        session.add(StaffSession(token_hash=token_hash, staff_id=staff.id, **times))
    return f"session-of-{name}"


def send_in(state: AppState) -> str:
    """A new report; its reference."""
    draft = ReportDraft(category="lamp_dark", lat=STORGATA[0], lon=STORGATA[1])
    with transaction(state.session_factory) as session:
        return submit_report(session, draft, rules=state.rules_file.current, at=state.clock()).reference


async def events(lines: AsyncIterator[str]) -> AsyncIterator[tuple[str, dict[str, object]]]:
    """(name, data) of each event of the stream."""
    name = ""
    async for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def hear(server: LiveServer, token: str, do: Callable[[], object], *, pages: int = 1) -> list[tuple[str, dict]]:
    """The first event that each of so many open pages hears after `do`."""

    async def listen(client: httpx.AsyncClient, ready: Callable[[], Awaitable[None]]) -> tuple[str, dict]:
        async with client.stream("GET", "/staff/live") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = answer.aiter_lines()
            assert await anext(lines) == "retry: 3000"
            await ready()
            async for event in events(lines):
                return event
        return "ended", {}

    async def run() -> list[tuple[str, dict]]:
        waiting = asyncio.Barrier(pages + 1)

        async def ready() -> None:
            await waiting.wait()

        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(
                httpx.AsyncClient(
                    base_url=server.url,
                    cookies={"gatami_session": token},
                    timeout=30,
                    limits=httpx.Limits(max_connections=None),
                )
            )
            listening = [asyncio.create_task(listen(client, ready)) for _ in range(pages)]
            await waiting.wait()
            await asyncio.sleep(1.5)  # What was there before is known after the first look.
            await asyncio.to_thread(do)
            return await asyncio.wait_for(asyncio.gather(*listening), 30)

    return asyncio.run(run())


def test_an_open_page_hears_of_a_new_report(live_server: LiveServer) -> None:
    token = hire(live_server.state)
    sent: list[str] = []
    heard = hear(live_server, token, lambda: sent.append(send_in(live_server.state)))
    assert heard == [("changed", {"references": sent, "new": 1})]


def test_an_open_page_hears_of_a_claim_and_of_its_end(live_server: LiveServer) -> None:
    state, token = live_server.state, hire(live_server.state)
    reference = send_in(state)

    def claim() -> None:
        with transaction(state.session_factory) as session:
            claims.claim(session, reference, by=session.scalars(select(Staff)).one(), at=state.clock())

    def end() -> None:
        with transaction(state.session_factory) as session:
            session.execute(update(Report).values(claimed_by_id=None, claimed_at=None))

    assert hear(live_server, token, claim) == [("changed", {"references": [reference], "new": 1})]
    assert hear(live_server, token, end) == [("changed", {"references": [reference], "new": 1})]


def test_two_hundred_open_pages_hear_of_a_decision_and_hold_no_connection(live_server: LiveServer) -> None:
    state, token = live_server.state, hire(live_server.state)
    reference = send_in(state)
    held: list[int] = []

    def decide() -> None:
        with transaction(state.session_factory) as session:
            connections = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            held.append(session.scalar(text(connections)))
            report = session.scalars(select(Report).options(joinedload(Report.reporter))).one()
            kari, rules = session.scalars(select(Staff)).one(), state.rules_file.current
            triage.forward(session, report, "bydrift", rules=rules, by=kari, at=state.clock(), undo_seconds=10)

    heard = hear(live_server, token, decide, pages=200)
    assert heard == [("changed", {"references": [reference], "new": 0})] * 200
    # The pool's own, whatever the number of pages.
    assert held[0] <= state.settings.pool_size + 1


def test_the_stream_ends_with_the_session(live_server: LiveServer) -> None:
    state, token = live_server.state, hire(live_server.state)

    def sign_out() -> None:
        with transaction(state.session_factory) as session:
            signing_in.sign_out(session, token, at=state.clock())

    assert hear(live_server, token, sign_out) == [("gone", {})]


def test_the_stream_ends_when_the_person_leaves_the_desk(live_server: LiveServer) -> None:
    state, token = live_server.state, hire(live_server.state)

    def move() -> None:
        with transaction(state.session_factory) as session:
            session.execute(update(Staff).values(role=Role.UNIT.value))

    assert hear(live_server, token, move) == [("gone", {})]


def test_the_end_of_the_server_is_not_the_end_of_the_session(live_server: LiveServer) -> None:
    state, token = live_server.state, hire(live_server.state)
    assert hear(live_server, token, state.live.close) == [("ended", {})]


def test_nobody_but_the_desk_may_listen(
    browser_of: Callable[[Staff], Browser], client: httpx.Client, ola: Staff, per: Staff
) -> None:
    assert client.get("/staff/live").status_code in {303, 401}
    assert browser_of(ola).get("/staff/live").status_code == 403
    assert browser_of(per).get("/staff/live").status_code == 403


def test_asking_for_the_head_of_the_stream_does_not_wait_for_its_end(
    browser_of: Callable[[Staff], Browser], kari: Staff
) -> None:
    answer = browser_of(kari).head("/staff/live")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
