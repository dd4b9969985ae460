"""Photos: who may send them, who may see them, and what is refused before it is read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from app.db import transaction
from app.errors import Invalid
from app.models import Actor, Photo, Report, Staff
from app.models.links import follow_path, follow_token, photo_key
from app.queries.following import followed_report
from app.services import following
from app.services.drafts import ReportDraft
from app.services.photos import attach_photos, take_photo
from app.services.reporting import submit_report
from tests.application import SECRET, STORGATA, Clock
from tests.web.pages.forms import form_of
from tests.web.pages.test_front import jpeg

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable

    from fastapi import FastAPI
    from sqlalchemy.orm import Session
    from starlette.testclient import TestClient

    from app.db import SessionFactory
    from app.routing import Rules
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
    assert answer.headers["cache-control"] == "public, no-cache", (
        "a cache asks each time, so what is hidden is gone at once"
    )
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


def taken(client: TestClient, number: int) -> list[str]:
    """Ids of photos that were sent before the form."""
    return [upload(client, jpeg(size=(64 + i, 48))).json()["id"] for i in range(number)]


def test_the_server_counts_and_five_is_the_most(client: TestClient, session: Session) -> None:
    form = form_of(client.get("/").text, "/reports").fill(category="sweeping", address="Storgata 64")
    answer = form.fill(photos=taken(client, 6)).send(client)
    assert answer.status_code == 422
    assert "Send at most five photos. The first five are kept." in answer.text
    kept = form_of(answer.text, "/reports").fill(category="sweeping")
    assert len(kept.fields["photos"]) == 5
    assert kept.send(client).status_code == 303
    assert session.scalar(select(func.count(Photo.id)).where(Photo.report_id.is_not(None))) == 5


def test_the_same_photo_named_twice_counts_once(client: TestClient, session: Session) -> None:
    form = form_of(client.get("/").text, "/reports").fill(category="sweeping", address="Storgata 64")
    assert form.fill(photos=taken(client, 1) * 6).send(client).status_code == 303
    assert session.scalar(select(func.count(Photo.id)).where(Photo.report_id.is_not(None))) == 1


def test_a_photo_that_waited_too_long_is_said_to_be_gone_and_nothing_else_is_lost(
    client: TestClient, session: Session, clock: Clock
) -> None:
    form = form_of(client.get("/").text, "/reports").fill(
        category="sweeping", address="Storgata 64", description="Deep", photos=taken(client, 2)
    )
    old = session.get_one(Photo, form.fields["photos"][0])
    session.delete(old)
    session.commit()
    clock.pass_(hours=12)
    answer = form.send(client)
    assert answer.status_code == 422
    assert "A photo is not here any more. Photos wait for 24 hours" in answer.text
    again = form_of(answer.text, "/reports")
    assert again.fields["photos"] == form.fields["photos"][1:]
    assert "Deep" in again.fields["description"][0]
    assert again.send(client).status_code == 303


@pytest.mark.parametrize("kind", ["GIF89a", "%PDF-1.7", "<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_a_format_we_do_not_take_is_told_which_we_do(client: TestClient, kind: str) -> None:
    answer = upload(client, kind.encode())
    assert answer.status_code == 422
    assert "Choose a photo in JPEG, PNG, WebP, HEIC or AVIF format." in answer.json()["detail"]


def test_a_message_of_the_reporter_takes_photos_that_came_before_it_and_keeps_them_when_refused(
    client: TestClient, session: Session, make_report: Callable[..., Report]
) -> None:
    report = make_report()
    path = follow_path(report, secret=SECRET)
    form = form_of(client.get(path).text, f"{path}/reply").fill(words="x" * 3001, photos=taken(client, 2))
    refused = form.send(client, files=[("c.jpg", jpeg("red"))])
    assert refused.status_code == 422
    again = form_of(refused.text, f"{path}/reply")
    assert len(again.fields["photos"]) == 3
    again.fields["remove_photo"] = again.fields["photos"][:1]
    assert again.fill(words="Deeper now").send(client).status_code == 303
    assert session.scalar(select(func.count(Photo.id)).where(Photo.report_id == report.id)) == 2


def test_a_message_with_a_refused_photo_keeps_the_others(
    client: TestClient, make_report: Callable[..., Report]
) -> None:
    path = follow_path(make_report(), secret=SECRET)
    form = form_of(client.get(path).text, f"{path}/reply").fill(words="Deeper now")
    refused = form.send(client, files=[("a.jpg", jpeg()), ("b.jpg", b"Dear council")])
    assert "This file is not a photo." in refused.text
    assert len(form_of(refused.text, f"{path}/reply").fields["photos"]) == 1


def photos(session: Session, state: AppState, clock: Clock, number: int) -> list[uuid.UUID]:
    return [take_photo(session, state.photos, jpeg(), at=clock()).id for _ in range(number)]


@pytest.mark.realdb
def test_two_messages_at_once_do_not_get_past_the_twentieth_photo(
    real_session_factory: SessionFactory, state: AppState, rules: Rules, clock: Clock
) -> None:
    with transaction(real_session_factory) as session:
        draft = ReportDraft(category="sweeping", lat=STORGATA[0], lon=STORGATA[1])
        report = submit_report(session, draft, rules=rules, at=clock())
        attach_photos(session, report, photos(session, state, clock, 16))
        report_id, reference = report.id, report.reference
        token = follow_token(report, secret=SECRET)
        new = [photos(session, state, clock, 4) for _ in range(2)]
    both = Barrier(2)

    def tell(photo_ids: list[uuid.UUID]) -> bool:
        with transaction(real_session_factory) as session:
            report = followed_report(session, reference, token, secret=SECRET)
            both.wait(timeout=10)
            try:
                following.tell_more(session, report, words="", photo_ids=tuple(photo_ids), at=clock())
            except Invalid:
                return False
            return True

    with ThreadPoolExecutor(2) as threads:
        outcomes = sorted(threads.map(tell, new))
    with transaction(real_session_factory) as session:
        assert session.scalar(select(func.count(Photo.id)).where(Photo.report_id == report_id)) == 20
    assert outcomes == [False, True]
