"""The application on the test's own transaction, with a clock that the test sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session, sessionmaker
from starlette.datastructures import State
from starlette.testclient import TestClient

from app.main import create_app
from app.models import Report
from app.routing import Rules, RulesFile
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.reporting import submit_report
from app.settings import PROJECT, Settings
from app.storage import PhotoStore
from app.web.security import content_security_policy
from app.web.state import AppState, keep_state

# A Monday in the polar night, noon in Tromsø.
NOON = datetime(2026, 11, 30, 11, 0, tzinfo=UTC)
STORGATA = (69.6492, 18.9553)
SECRET = b"a secret that only the tests know, and nobody else"


@dataclass
class Clock:
    """Time that stands still until a test moves it."""

    now: datetime = field(default=NOON)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **delta: float) -> None:
        """Let time pass."""
        self.now += timedelta(**delta)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def now(clock: Clock) -> datetime:
    return clock.now


@pytest.fixture(scope="session")
def rules_file() -> RulesFile:
    return RulesFile(PROJECT / "routing_rules.yaml")


@pytest.fixture(scope="session")
def rules(rules_file: RulesFile) -> Rules:
    return rules_file.current


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a test installation; nothing of the developer's environment reaches it."""
    return Settings(
        _env_file=None,
        data_dir=tmp_path,
        secret_key=SECRET.decode(),
        database_url="postgresql://unused",
        public_url="http://testserver",
        form_seconds=0,
        mail_collect_minutes=0,
        address_register="",
        name_register="",
        road_register="",
    )


@pytest.fixture
def state(session: Session, settings: Settings, rules_file: RulesFile, clock: Clock) -> AppState:
    """The application's parts; every request joins the test's transaction by a savepoint."""
    factory = sessionmaker(bind=session.connection(), expire_on_commit=False, join_transaction_mode="create_savepoint")
    return AppState(
        settings=settings,
        session_factory=factory,
        rules_file=rules_file,
        photos=PhotoStore(settings.photo_dir),
        secret=SECRET,
        clock=clock,
    )


@pytest.fixture
def app(state: AppState) -> FastAPI:
    return app_with(state)


_built: dict[tuple[str, str, bool], FastAPI] = {}


def app_with(state: AppState, *, kind: str = "in this thread") -> FastAPI:
    """The application with these parts. Its routes are worked out at the first request, so it is built once a process.

    What it takes from the settings when it is built tells one from another; `kind` keeps two apart in one test.
    """
    settings = state.settings
    key = (kind, content_security_policy(settings), settings.https)
    app = _built.get(key) or _built.setdefault(key, create_app(state))
    # What an earlier test's pages have kept is forgotten.
    app.state = State()
    app.openapi_schema = None
    keep_state(app, state)
    return app


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A browser without JavaScript; redirects are not followed, so that tests see them."""
    client = TestClient(app, follow_redirects=False, headers={"accept-language": "en"})
    yield client
    client.close()


@pytest.fixture
def make_report(session: Session, rules: Rules, clock: Clock) -> Callable[..., Report]:
    """A report as a resident sends it: `make_report(category="...", lat=..., email="...")`."""

    def make(*, category: str | None = None, email: str = "", name: str = "", **given: object) -> Report:
        place = {} if "lat" in given or "address" in given else {"lat": STORGATA[0], "lon": STORGATA[1]}
        draft = ReportDraft(
            category=category or "lamp_dark",
            reporter=ReporterDraft(name=name, email=email, language="en"),
            **{**place, **given},  # type: ignore[arg-type]
        )
        report = submit_report(session, draft, rules=rules, at=clock())
        session.commit()
        return report

    return make
