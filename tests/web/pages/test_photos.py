"""Photos: who may send them, who may see them, and what is refused before it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from app.models import Actor, Photo, Report, Staff
from app.models.links import photo_key
from app.services.photos import attach_photos, take_photo
from tests.application import SECRET, Clock
from tests.web.pages.forms import form_of
from tests.web.pages.test_front import jpeg

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI
    from sqlalchemy.orm import Session
    from starlette.testclient import TestClient

    from app.web.state import AppState
    from tests.people import Browser


@pytest.fixture
def photo(session: Session, state: AppState, clock: Clock, make_report: Callable[..., Report], kari: Staff) -> Photo:
    """A photo of a report that Bydrift has."""
    report = make_report()
    report.forward("bydrift", actor=Actor.of(kari), at=clock())
    taken = take_photo(session, state.photos, jpeg(), at=clock())
    attach_photos(session, report, [taken.id])
    session.commit()
    session.refresh(taken)
    return taken


def upload(client: TestClient, data: bytes, **headers: str):
    token = form_of(client.get("/").text, "/reports").fields["csrf_token"][0]
    return client.post(
        "/photos",
        files={"photo": ("a.jpg", data, "image/jpeg")},
        headers={"x-csrf-token": token, "accept": "application/json", **headers},
    )


def test_an_uploaded_photo_is_seen_by_its_sender_only(client: TestClient) -> None:
    answer = upload(client, jpeg())
    assert answer.status_code == 201
    thumbnail = answer.json()["thumbnail"]
    seen = client.get(thumbnail)
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")
    assert seen.headers["cache-control"] == "no-store"
    path = thumbnail.partition("?")[0]
    assert client.get(path).status_code == 404
    assert client.get(f"{path}?key=guess").status_code == 404


def test_a_photo_needs_a_page_of_ours(client: TestClient, session: Session) -> None:
    assert client.post("/photos", files={"photo": ("a.jpg", jpeg(), "image/jpeg")}).status_code == 403
    assert session.scalar(select(func.count(Photo.id))) == 0


@pytest.mark.parametrize("data", [b"Dear council", b"", b"\xff\xd8\xff\xe0 but no more", b"GIF89a"])
def test_what_is_no_photo_is_refused_with_a_sentence(client: TestClient, session: Session, data: bytes) -> None:
    answer = upload(client, data)
    assert answer.status_code == 422
    assert answer.json()["detail"].endswith((".", "first."))
    assert session.scalar(select(func.count(Photo.id))) == 0


def test_a_body_that_says_it_is_too_long_is_refused_unread(client: TestClient) -> None:
    answer = upload(client, b"x", **{"content-length": "17000000"})
    assert answer.status_code == 422
    assert "larger than 15 MB" in answer.json()["detail"]


def test_a_body_that_does_not_say_its_length_is_refused(client: TestClient) -> None:
    def trickle():
        yield b"--x\r\n"

    headers = {"content-type": "multipart/form-data; boundary=x", "accept": "application/json"}
    for path in ("/photos", "/reports"):
        assert client.post(path, content=trickle(), headers=headers).status_code == 411


def test_each_sees_the_photos_of_the_reports_they_see(
    photo: Photo,
    browser_of: Callable[[Staff | None], Browser],
    kari: Staff,
    ola: Staff,
    per: Staff,
    eva: Staff,
) -> None:
    for staff, status in ((kari, 200), (ola, 200), (per, 200), (eva, 404), (None, 404)):
        for name in (f"{photo.id}.jpg", f"{photo.id}-thumbnail.jpg"):
            answer = browser_of(staff).get(f"/photos/{name}")
            assert answer.status_code == status, (staff and staff.name, name)
            if status == 200:
                assert answer.headers["cache-control"] == "no-store"


def test_everybody_sees_a_published_photo_until_it_is_taken_down(
    client: TestClient, session: Session, photo: Photo, clock: Clock
) -> None:
    path = f"/photos/{photo.id}.jpg"
    assert client.get(path).status_code == 404
    photo.public = True
    session.commit()
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert client.get(path, headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    report = session.get_one(Report, photo.report_id)
    report.hidden_at = clock()
    session.commit()
    assert client.get(path).status_code == 404
    report.hidden_at, report.private = None, True
    session.commit()
    assert client.get(path).status_code == 404


def test_the_key_of_an_unsent_photo_does_not_open_it_once_it_is_sent(client: TestClient, photo: Photo) -> None:
    assert client.get(f"/photos/{photo.id}.jpg?key={photo_key(photo.id, secret=SECRET)}").status_code == 404


@pytest.mark.parametrize("name", ["..%2f..%2fetc%2fpasswd", "1", "{id}-thumbnail-thumbnail", "%00", "{id}.part"])
def test_other_names_are_not_found(client: TestClient, photo: Photo, name: str) -> None:
    assert client.get(f"/photos/{name.format(id=photo.id)}.jpg").status_code == 404


def test_the_pages_and_the_api_share_one_intake(app: FastAPI, session: Session, state: AppState, clock: Clock) -> None:
    first = take_photo(session, state.photos, jpeg(), at=clock(), once="key")
    assert take_photo(session, state.photos, jpeg(), at=clock(), once="key") is first
    assert take_photo(session, state.photos, jpeg(), at=clock(), once="other") is not first
    assert take_photo(session, state.photos, jpeg(), at=clock()) is not take_photo(
        session, state.photos, jpeg(), at=clock()
    )
