"""Photos sent before their report."""

from __future__ import annotations

import io

import anyio
import pytest
from fastapi import Request
from PIL import Image
from sqlalchemy import select
from starlette.exceptions import HTTPException

from app.models import Photo, Report
from app.web.bodies import bounded

LAMP = {"category": "lamp_dark", "lat": 69.6492, "lon": 18.9553}


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "orange").save(out, kind)
    return out.getvalue()


def test_a_photo_is_taken_bare_and_as_a_form_and_waits_for_its_report(client, session):
    bare = client.post("/api/photos", content=picture(), headers={"content-type": "image/jpeg"})
    form = client.post("/api/photos", files={"photo": ("lamp.png", picture("PNG"), "image/png")})
    for answer in (bare, form):
        assert answer.status_code == 201, answer.text
        body = answer.json()
        assert (body["width"], body["height"], body["expires_at"]) == (64, 48, "2026-12-01T11:00:00Z")
        # Nobody sees it before the desk has.
        assert client.get(f"/photos/{body['id']}.jpg").status_code == 404
    ids = [answer.json()["id"] for answer in (bare, form)]
    sent = client.post("/api/reports", json=LAMP | {"photos": ids})
    assert sent.status_code == 201, sent.text
    photos = session.scalars(select(Photo).order_by(Photo.sort_order)).all()
    assert [str(photo.id) for photo in photos] == ids
    assert {photo.report_id for photo in photos} == {session.scalar(select(Report.id))}
    assert not any(photo.public for photo in photos)
    assert client.get(f"/api/reports/{sent.json()['reference']}").json()["photos"] == []


def test_a_photo_belongs_to_one_report(client):
    photo = client.post("/api/photos", content=picture(), headers={"content-type": "image/jpeg"}).json()["id"]
    assert client.post("/api/reports", json=LAMP | {"photos": [photo]}).status_code == 201
    second = client.post("/api/reports", json=LAMP | {"photos": [photo]})
    assert second.status_code == 422
    assert second.json()["errors"][0]["field"] == "photos"


@pytest.mark.parametrize("contents", [b"", b"I am no photo", picture()[:200]])
def test_what_is_no_photo_is_refused_in_words(client, session, contents):
    answer = client.post("/api/photos", content=contents, headers={"content-type": "image/jpeg"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "photo" in answer.json()["detail"]
    assert session.scalar(select(Photo)) is None


def test_a_photo_that_is_too_large_is_refused(client, state):
    contents = b"\xff" * (state.settings.photo_max_bytes + 20_000)
    answer = client.post("/api/photos", content=contents, headers={"content-type": "image/jpeg"})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("headers", "most_read"), [([(b"content-length", b"900")], 0), ([], 150)])
def test_a_body_that_is_too_large_is_not_read_to_its_end(headers, most_read):
    """Whether the request says beforehand how large it is, or not."""
    read = 0

    async def endless():
        nonlocal read
        read += 50
        return {"type": "http.request", "body": b"x" * 50, "more_body": True}

    request = Request({"type": "http", "headers": headers}, bounded(endless, {"headers": headers}, 120))
    with pytest.raises(HTTPException) as refused:
        anyio.run(request.body)
    assert (refused.value.status_code, read) == (413, most_read)


def test_other_contents_are_not_taken(client):
    for kind in ("text/plain", "application/json", ""):
        answer = client.post("/api/photos", content=picture(), headers={"content-type": kind})
        assert answer.status_code == 415


@pytest.mark.parametrize(
    ("kind", "contents"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data; name=photo\r\n\r\nx\r\n--b--"),
        ("multipart/form-data; boundary=b", b"nothing of the kind"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\nx\r\n--b--',
        ),
    ],
)
def test_a_form_without_a_photo_is_a_problem_and_no_crash(client, kind, contents):
    answer = client.post("/api/photos", content=contents, headers={"content-type": kind})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
