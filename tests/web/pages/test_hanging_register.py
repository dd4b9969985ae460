"""A register that hangs: whoever looks for a place waits for it, and no connection of the database does."""

from __future__ import annotations

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app.db import transaction
from app.main import create_app
from app.models import Role, Staff, StaffSession
from app.storage import PhotoStore
from app.web.security import csrf_token
from app.web.state import AppState
from tests.application import SECRET, STORGATA
from tests.lookup.kartverket import address, addresses, names
from tests.web.pages.forms import form_of
from tests.web.pages.test_front import jpeg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from httpx import Response
    from sqlalchemy import Engine

    from app.db import SessionFactory
    from app.routing import RulesFile
    from app.settings import Settings
    from tests.application import Clock
    from tests.registers import FakeRegister

pytestmark = pytest.mark.realdb
TOKEN = "session of Kari"
IN_TRANSACTION = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
)


@pytest.fixture
def kartverket(make_register: Callable[[], FakeRegister]) -> FakeRegister:
    fake = make_register()
    fake.answers = {"/sok": addresses(address("Nygata 1", *STORGATA)), "/navn": names()}
    fake.may_answer.clear()
    return fake


@pytest.fixture
def browser(
    real_session_factory: SessionFactory,
    settings: Settings,
    rules_file: RulesFile,
    clock: Clock,
    kartverket: FakeRegister,
) -> Iterator[TestClient]:
    """A browser in front of an application whose commits are real."""
    registers = {"address_register": kartverket.url, "name_register": kartverket.url}
    state = AppState(
        settings=settings.model_copy(update=registers),
        session_factory=real_session_factory,
        rules_file=rules_file,
        photos=PhotoStore(settings.photo_dir),
        secret=SECRET,
        clock=clock,
    )
    with TestClient(create_app(state), follow_redirects=False, headers={"accept-language": "en"}) as browser:
        yield browser


@pytest.fixture
def kari(real_session_factory: SessionFactory, browser: TestClient, clock: Clock) -> None:
    """Kari of the service desk is signed in."""
    with transaction(real_session_factory) as session:
        person = Staff(
            email="kari@tromso.example",
            name="Kari",
            role=Role.DESK.value,
            created_at=clock(),
            language="en",
            active=True,
        )
        session.add(person)
        session.flush()
        until = clock() + timedelta(days=1)
        token_hash = hashlib.sha256(TOKEN.encode()).hexdigest()
        session.add(
            StaffSession(
                token_hash=token_hash, staff_id=person.id, created_at=clock(), seen_at=clock(), expires_at=until
            )
        )
    browser.cookies.set("gatami_session", TOKEN)


def most_in_transaction(engine: Engine, fake: FakeRegister, ask: Callable[[], Response]) -> tuple[int, Response]:
    """How many connections were at most in a transaction while the register was asked, and the page that came."""
    seen = []
    with ThreadPoolExecutor(1) as pool, engine.connect() as watching:
        watching.execution_options(isolation_level="AUTOCOMMIT")
        page = pool.submit(ask)
        while not fake.asked and not page.done():
            time.sleep(0.01)
        for _ in range(6):
            seen.append(watching.scalar(IN_TRANSACTION) or 0)
            time.sleep(0.03)
        assert not page.done()
        fake.may_answer.set()
        return max(seen), page.result()


def test_a_photo_in_the_form_waits_for_the_register_without_a_connection(
    browser: TestClient, engine: Engine, kartverket: FakeRegister
) -> None:
    form = form_of(browser.get("/").text, "/reports").fill(where="nygata 1", do="place")
    held, answer = most_in_transaction(engine, kartverket, lambda: form.send(browser, files=[("a.jpg", jpeg())]))
    assert held == 0
    filled = form_of(answer.text, "/reports").fields
    assert (filled["lat"], filled["address"], len(filled["photos"])) == ([str(STORGATA[0])], ["Nygata 1"], 1)


def test_nor_does_somebody_who_is_signed_in(
    browser: TestClient, engine: Engine, kartverket: FakeRegister, kari: None
) -> None:
    form = form_of(browser.get("/").text, "/reports").fill(where="nygata 1", do="place")
    held, answer = most_in_transaction(engine, kartverket, lambda: form.send(browser))
    assert held == 0
    assert form_of(answer.text, "/reports").fields["address"] == ["Nygata 1"]


def test_nor_does_the_desks_page(browser: TestClient, engine: Engine, kartverket: FakeRegister, kari: None) -> None:
    typed = {"where": "nygata 1", "do": "place", "csrf_token": csrf_token(TOKEN, secret=SECRET)}
    held, answer = most_in_transaction(engine, kartverket, lambda: browser.post("/staff/reports/new", data=typed))
    assert held == 0
    assert form_of(answer.text, "/staff/reports/new").fields["address"] == ["Nygata 1"]
