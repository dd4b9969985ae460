"""The place of a photo: proposed to whoever sent it, confirmed before it counts, and kept nowhere."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from app.models import Photo, Place, Report
from app.storage import gps
from tests.application import STORGATA
from tests.storage.pictures import WHERE, encoded, exif, heic, quarters
from tests.web.pages.forms import Form, form_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.testclient import TestClient

    from app.web.state import AppState

BALSFJORD = (69.3000, 19.2000)


def photo(where: tuple[float, float] | None = STORGATA, *, taken: str = "") -> bytes:
    found = exif(where=where)
    if taken:
        found.get_ifd(0x8769)[0x9003] = taken
    return encoded("JPEG", quarters(480, 320), exif=found)


def token(client: TestClient) -> dict[str, str]:
    return {"x-csrf-token": form_of(client.get("/").text, "/reports").fields["csrf_token"][0]}


def ask(client: TestClient, data: bytes, **headers: str):
    headers = {"content-type": "application/octet-stream", **token(client), **headers}
    return client.post("/photos/position", content=data, headers=headers)


def test_the_beginning_of_a_photo_tells_its_place_and_nothing_is_kept(
    client: TestClient, session: Session, state: AppState
) -> None:
    answer = ask(client, photo()[:1500])
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {"lat": 69.6492, "lon": 18.9553, "inside": True, "near": "", "notes": []}
    assert session.scalar(select(func.count(Photo.id))) == 0
    assert not state.photos.folder.exists()


def test_the_nearest_address_is_named(client: TestClient, session: Session) -> None:
    lat, lon = STORGATA
    session.add(Place(kind="address", source_ref="1", label="Storgata 64", detail="9008 Tromsø", lat=lat, lon=lon))
    session.commit()
    assert ask(client, photo()).json()["near"] == "Storgata 64"


def test_no_log_line_holds_a_place(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        ask(client, photo())
        client.post("/photos", files={"photo": ("a.jpg", photo())}, data={"place": "1"}, headers=token(client))
    assert "/photos/position" in caplog.text
    assert "69.64" not in caplog.text


@pytest.mark.parametrize("data", [photo(None), b"Dear council", b"", heic(), b"\xff\xd8\xff\xe1\xff\xffExif\0\0MM\0*"])
def test_what_tells_no_place_is_null(client: TestClient, data: bytes) -> None:
    answer = ask(client, data)
    assert (answer.status_code, answer.json()) == (200, None)


def test_outside_our_area_is_said_and_cannot_be_chosen(client: TestClient) -> None:
    found = ask(client, photo(BALSFJORD)).json()
    assert not found["inside"]
    assert found["notes"] == ["The photo was taken outside our area. Show the place yourself."]


@pytest.mark.parametrize(
    ("taken", "notes"),
    [
        ("2026:11:28 12:00:00", []),
        ("2026:11:25 12:00:00", ["The photo was taken on 25 November 2026, 5 days ago. Is the fault still there?"]),
        ("2027:11:25 12:00:00", []),
        ("1980:01:01 00:00:00", []),
        ("0000:00:00 00:00:00", []),
    ],
)
def test_a_photo_of_another_week_says_so(client: TestClient, taken: str, notes: list[str]) -> None:
    assert ask(client, photo(taken=taken)).json()["notes"] == notes


def test_a_place_is_told_to_pages_of_ours_only(client: TestClient) -> None:
    assert client.post("/photos/position", content=photo(), headers={"content-type": "image/jpeg"}).status_code == 403
    assert ask(client, photo(), origin="https://elsewhere.example").status_code == 403


def test_more_than_a_beginning_is_refused(client: TestClient) -> None:
    assert ask(client, photo() + bytes(400_000)).status_code == 413


def test_a_whole_photo_tells_its_place_to_its_sender_when_asked(client: TestClient) -> None:
    data = heic(exif=exif(6, where=STORGATA).tobytes())
    files = {"photo": ("IMG_1.HEIC", data, "image/heic")}
    asked = client.post("/photos", files=files, data={"place": "1"}, headers=token(client))
    assert (asked.status_code, asked.json()["place"]["lat"]) == (201, 69.6492)
    assert "place" not in client.post("/photos", files=files, headers=token(client)).json()


@pytest.mark.parametrize(
    "data", [photo(WHERE), heic(exif=exif(where=WHERE).tobytes()), encoded("AVIF", exif=exif(where=WHERE))]
)
def test_what_is_kept_of_a_photo_holds_no_place(
    client: TestClient, session: Session, state: AppState, data: bytes
) -> None:
    assert gps(data) == pytest.approx(WHERE, abs=1e-6)
    client.post("/photos", files={"photo": ("a", data)}, data={"place": "1"}, headers=token(client))
    kept = session.scalars(select(Photo)).one()
    for size in ("full", "thumbnail"):
        stored = state.photos.open(kept.id, size).read_bytes()
        assert gps(stored) is None
        assert b"Exif" not in stored


def fill_in(client: TestClient, do: str, page: str = "", *files: tuple[str, bytes]) -> tuple[int, str]:
    form = form_of(page or client.get("/").text, "/reports")
    answer = form.fill(description="Dark since Friday", do=do).send(client, files=list(files))
    return answer.status_code, answer.text


def proposal(page: str) -> tuple[str, str, str]:
    fields = form_of(page, "/reports").fields
    return fields["proposed"][0], fields.get("lat", [""])[0], fields.get("lon", [""])[0]


def test_without_script_a_place_is_proposed_confirmed_and_then_sent(client: TestClient, session: Session) -> None:
    status, page = fill_in(client, "photo", "", ("none.jpg", encoded("JPEG")), ("some.jpg", photo()))
    assert status == 200
    assert "The photo was taken here. Is that right?" in page
    assert proposal(page) == ("69.6492, 18.9553", "", "")
    _, page = fill_in(client, "photo:yes", page)
    assert "The place of the photo is now the place of your report." in page
    assert proposal(page) == ("", "69.6492", "18.9553")
    form = form_of(page, "/reports").fill(category="sweeping")
    form.fields.pop("do", None)
    assert form.send(client).headers["location"].startswith("/follow/")
    report = session.scalars(select(Report)).one()
    assert (report.lat, report.lon, report.description) == (*STORGATA, "Dark since Friday")
    assert session.scalar(select(func.count(Photo.id)).where(Photo.report_id == report.id)) == 2


def test_an_open_proposal_stays_through_a_failed_form_and_is_not_used(client: TestClient, session: Session) -> None:
    _, page = fill_in(client, "photo", "", ("some.jpg", photo()))
    form = form_of(page, "/reports").fill(category="sweeping")
    form.fields.pop("do", None)
    answer = form.send(client)
    assert answer.status_code == 422
    assert proposal(answer.text) == ("69.6492, 18.9553", "", "")
    assert session.scalar(select(func.count(Report.id))) == 0


def test_no_forgets_the_proposal(client: TestClient) -> None:
    _, page = fill_in(client, "photo", "", ("some.jpg", photo()))
    _, page = fill_in(client, "photo:no", page)
    assert proposal(page) == ("", "", "")
    assert "Is that right?" not in shown_place(page)


def shown_place(page: str) -> str:
    """The box of the proposal, when it is shown."""
    box = page[page.index('id="photo-place"') :]
    return "" if "hidden>" in box[: box.index(">") + 1] else box[: box.index("</section>")]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([], "Choose a photo first."),
        ([("a.jpg", photo(None))], "The photo does not say where it was taken. It is kept."),
        ([("a.jpg", b"Dear council")], "The photo does not say where it was taken."),
    ],
)
def test_without_a_place_there_is_a_sentence(client: TestClient, files: list[tuple[str, bytes]], words: str) -> None:
    _, page = fill_in(client, "photo", "", *files)
    assert words in page
    assert shown_place(page) == ""


def test_yes_to_nonsense_is_no_place(client: TestClient) -> None:
    form: Form = form_of(client.get("/").text, "/reports").fill(do="photo:yes", proposed="nowhere")
    page = form.send(client).text
    assert proposal(page) == ("", "", "")
