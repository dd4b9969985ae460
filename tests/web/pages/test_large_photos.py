"""Photos that are too large or too many, sent by a browser without script: nothing that was typed is lost."""

from __future__ import annotations

import asyncio
import tempfile
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select
from starlette.datastructures import Headers, UploadFile

from app.models import Photo, Report
from app.web import uploads
from app.web.photo_forms import LettingGo
from tests.web.pages.forms import form_of
from tests.web.pages.test_front import PLACE, jpeg

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from sqlalchemy.orm import Session
    from starlette.testclient import TestClient

    from app.web.state import AppState
    from tests.web.pages.forms import Form

WORDS = "A long story about the lamp at the corner."


@pytest.fixture
def form(client: TestClient) -> Form:
    return form_of(client.get("/").text, "/reports").fill(category="sweeping", description=WORDS, **PLACE)


def test_five_large_photos_are_named_and_every_word_stays(
    client: TestClient, session: Session, state: AppState, form: Form
) -> None:
    large = bytes(state.settings.photo_max_bytes + 500_000)
    answer = form.send(client, files=[(f"large-{number}.jpg", large) for number in range(5)])
    assert answer.status_code == 422
    assert form_of(answer.text, "/reports").fields["description"][0].strip() == WORDS
    assert "large-0.jpg, large-1.jpg, large-2.jpg, large-3.jpg, large-4.jpg: The photo is larger" in answer.text
    assert session.scalar(select(func.count(Report.id))) == 0


def test_a_small_photo_among_large_ones_is_kept(
    client: TestClient, session: Session, state: AppState, form: Form
) -> None:
    large = bytes(state.settings.photo_max_bytes + 1)
    answer = form.send(client, files=[("large.jpg", large), ("small.jpg", jpeg()), ("also.jpg", large)])
    assert len(form_of(answer.text, "/reports").fields["photos"]) == 1
    assert "large.jpg, also.jpg: The photo is larger" in answer.text
    assert session.scalar(select(func.count(Photo.id))) == 1


def test_no_more_is_kept_of_large_photos_than_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    made, held = [], []

    class Measured(tempfile.SpooledTemporaryFile[bytes]):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            made.append(self)

        def write(self, data: Any) -> int:
            written = super().write(data)
            held.append(sum(file.tell() for file in made))
            return written

    monkeypatch.setattr("starlette.formparsers.SpooledTemporaryFile", Measured)
    head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="%d"\r\n\r\n'
    sizes = [1_500, 900, 1_001, 1_000, 1_000, 700, 50_000]
    body = b"".join(head % number + bytes(size) + b"\r\n" for number, size in enumerate(sizes))

    async def pieces() -> AsyncGenerator[bytes, None]:
        whole = body + b'--x\r\nContent-Disposition: form-data; name="words"\r\n\r\nkept\r\n--x--\r\n'
        for start in range(0, len(whole), 100):
            yield whole[start : start + 100]

    parser = LettingGo(Headers({"content-type": "multipart/form-data; boundary=x"}), pieces())
    parser.most_per_file, parser.most_kept = 1_000, 3_000
    found = asyncio.run(parser.parse())
    files = [file for file in found.getlist("f") if isinstance(file, UploadFile)]
    assert [len(file.file.read()) for file in files] == [0, 900, 0, 1_000, 1_000, 0, 0]
    assert [file.size for file in files] == [1_001, 900, 1_001, 1_000, 1_000, 1_001, 1_001]
    assert found["words"] == "kept"
    assert 1_000 < max(held) <= 3_000
    asyncio.run(found.close())


def test_every_refused_photo_is_named_with_its_reason_and_that_there_were_too_many(
    client: TestClient, form: Form
) -> None:
    files = [("a.jpg", b"Dear council"), ("b.jpg", b"GIF89a"), ("c.jpg", b"Dear sir")]
    files += [(f"{number}.jpg", jpeg(size=(40 + number, 40))) for number in range(3)]
    page = form.send(client, files=files).text
    assert "Send at most five photos." in page
    assert all(f"{name}.jpg" in page for name in "abc")
    assert len(form_of(page, "/reports").fields["photos"]) == 2


def test_a_whole_album_is_five_photos_and_a_sentence(client: TestClient, form: Form) -> None:
    page = form.send(client, files=[(f"{number}.jpg", jpeg(size=(40 + number, 40))) for number in range(30)]).text
    assert "Send at most five photos." in page
    assert form_of(page, "/reports").fields["description"][0].strip() == WORDS


def test_beyond_what_is_read_the_page_leads_back_and_not_to_an_empty_form(
    client: TestClient, form: Form, monkeypatch: pytest.MonkeyPatch, state: AppState
) -> None:
    monkeypatch.setattr(uploads, "MOST_READ_BYTES", 0)
    monkeypatch.setattr(state.settings, "photo_max_bytes", 1_000)
    answer = form.send(client, files=[("huge.jpg", bytes(1_100_000))])
    assert answer.status_code == 413
    assert "Back button" in answer.text
    main = answer.text.partition("<main")[2].partition("</main")[0]
    assert 'href="/"' not in main
    said = client.post(
        "/reports",
        data=form.fields,
        files={"photo_files": ("a", bytes(1_100_000))},
        headers={"accept": "application/json"},
    )
    assert said.json()["detail"] == "Send less, or fewer photos."
