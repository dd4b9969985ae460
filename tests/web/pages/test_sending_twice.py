"""The same report sent twice at once, over real connections: a double tap, a browser that tries again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app.db import SessionFactory, transaction
from app.main import create_app
from app.models import Photo, Report
from app.storage import PhotoStore
from app.web.state import AppState
from tests.application import SECRET, Clock
from tests.web.pages.forms import form_of
from tests.web.pages.test_front import PLACE, jpeg

if TYPE_CHECKING:
    from pathlib import Path

    from app.routing import RulesFile
    from app.settings import Settings

pytestmark = pytest.mark.realdb
TAPS = 6


@pytest.fixture
def real_client(
    real_session_factory: SessionFactory,
    settings: Settings,
    rules_file: RulesFile,
    clock: Clock,
    tmp_path: Path,
) -> TestClient:
    """A browser on an application whose every request has a connection of its own."""
    state = AppState(
        settings=settings,
        session_factory=real_session_factory,
        rules_file=rules_file,
        photos=PhotoStore(tmp_path / "photos"),
        secret=SECRET,
        clock=clock,
    )
    return TestClient(create_app(state), follow_redirects=False, headers={"accept-language": "en"})


@pytest.mark.parametrize("photos", [[], [("a.jpg", jpeg()), ("b.jpg", jpeg("red"))]], ids=["words", "photos"])
def test_six_taps_at_once_are_one_report_and_one_answer(
    real_client: TestClient, real_session_factory: SessionFactory, photos: list[tuple[str, bytes]]
) -> None:
    form = form_of(real_client.get("/").text, "/reports").fill(category="sweeping", email="me@example.com", **PLACE)
    together = Barrier(TAPS)

    def tap(_: int) -> tuple[int, str]:
        together.wait()
        answer = form.send(real_client, files=photos)
        return answer.status_code, answer.headers.get("location", answer.text[:300])

    with ThreadPoolExecutor(TAPS) as pool:
        answers = set(pool.map(tap, range(TAPS)))
    assert len(answers) == 1, answers
    assert answers.pop()[0] == 303
    with transaction(real_session_factory) as session:
        assert session.scalar(select(func.count(Report.id))) == 1
        assert session.scalar(select(func.count(Photo.id))) == len(photos)


def test_a_mistake_does_not_use_up_the_forms_key(real_client: TestClient) -> None:
    form = form_of(real_client.get("/").text, "/reports").fill(category="sweeping", email="x", **PLACE)
    assert form.send(real_client).status_code == 422
    assert form.fill(email="").send(real_client).status_code == 303
