"""What a stranger, a curious colleague or a careless click sends: the answer is never a crash, and leaks nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from threading import Barrier

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from starlette.datastructures import FormData, UploadFile

from app.db import transaction
from app.errors import TooMany
from app.models import Report, Reporter
from app.services import right_unit, signing_in, triage
from app.web import api, pages
from app.web.access_log import mask
from app.web.deps import MOST_FORM_BYTES
from app.web.uploads import in_turn

FAR_TOO_LARGE = "9" * 25
LONGER_THAN_PYTHON_READS = "9" * 5000


@pytest.mark.parametrize(
    "address",
    [
        "/staff/queue?category=%00",
        f"/staff/queue?done={FAR_TOO_LARGE}",
        "/staff/inbox?unit=a%00b",
        "/staff/inbox?status=%00",
        f"/staff/inbox?after={FAR_TOO_LARGE}",
        "/staff/reports?category=%00",
        "/staff/reports?unit=%00",
        "/staff/reports?until=9999-12-31",
        "/staff/reports?since=0001-01-01",
        "/staff/reports/export.csv?unit=%00",
        "/staff/reports/export.csv?until=9999-12-31",
        f"/staff/route-lists/{FAR_TOO_LARGE}",
        f"/staff/route-lists/{FAR_TOO_LARGE}/round.gpx",
        f"/staff/people/{FAR_TOO_LARGE}",
    ],
)
def test_an_address_with_impossible_values_is_answered(address, browser_of, ada):
    assert browser_of(ada).get(address).status_code in {200, 404, 422}


@pytest.mark.parametrize(
    ("decision", "fields"),
    [
        ("rejection", {"words": "a\x00b"}),
        ("note", {"words": "a\x00b"}),
        ("placement", {"lat": "69.65", "lon": "18.95", "address": "a\x00b"}),
        ("recall", {"forwarding": "abc"}),
        ("recall", {"forwarding": FAR_TOO_LARGE}),
        ("recall", {"forwarding": "²"}),
        ("undo", {"update": "²"}),
        ("undo", {"update": LONGER_THAN_PYTHON_READS}),
        ("rejection", {"words": "no", "version": "²"}),
        ("rejection", {"words": "no", "version": LONGER_THAN_PYTHON_READS}),
    ],
)
def test_a_decision_with_impossible_values_is_answered(decision, fields, browser_of, kari, make_report):
    answer = browser_of(kari).submit(f"/staff/reports/{make_report().reference}/{decision}", **fields)
    assert answer.status_code in {303, 404, 409, 422}


@pytest.mark.parametrize(
    "address",
    [
        f"/staff/deliveries/{FAR_TOO_LARGE}/attempt",
        f"/staff/deliveries/notifications/{FAR_TOO_LARGE}/attempt",
        f"/staff/route-lists/1/stops/{FAR_TOO_LARGE}/completion",
    ],
)
def test_a_number_beyond_the_database_is_answered(address, browser_of, kari):
    assert browser_of(kari).submit(address).status_code in {404, 422}


def test_signing_in_with_a_character_that_is_none_is_answered(browser_of):
    answer = browser_of(None).submit("/staff/sign-in", email="a\x00@b.example", password="x", next="/staff")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "email",
    ["ø@example.com", "a@example..com", "a@example.com\x7f", "a@b.example\r\nBcc: c@b.example"],
)
def test_an_address_that_no_mail_can_go_to_is_refused_at_once(email, client):
    sent = {"category": "lamp_dark", "lat": 69.6492, "lon": 18.9553, "reporter": {"email": email}}
    assert client.post("/api/reports", json=sent).status_code == 422


def test_signs_that_nobody_sees_are_left_out_of_an_address(client, session):
    sent = {"category": "lamp_dark", "lat": 69.6492, "lon": 18.9553, "reporter": {"email": "a@example.com\u200b"}}
    assert client.post("/api/reports", json=sent).status_code == 201
    assert session.scalars(select(Reporter.email)).one() == "a@example.com"


def test_control_characters_that_came_along_with_pasted_words_are_left_out(browser_of, session):
    browser, words = browser_of(None), "Dark\x0b here\x1b[31m, \x00really."
    form = {"category": "sweeping", "asked": "sweeping", "lat": "69.6492", "lon": "18.9553", "description": words}
    assert browser.submit("/reports", **form).status_code == 303
    assert session.scalars(select(Report.description)).one() == "Dark here[31m, really."


def a_form(field: str, words: bytes, *, charset: str) -> dict[str, object]:
    head = f'--edge\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n'
    body = head.encode() + words + b"\r\n--edge--\r\n"
    return {"content": body, "headers": {"content-type": f"multipart/form-data; boundary=edge; charset={charset}"}}


@pytest.mark.parametrize("charset", ["raw_unicode_escape", "undefined", "punycode"])
@pytest.mark.parametrize("address", ["/language", "/reports"])
def test_a_form_in_an_alphabet_of_python_is_refused(address, charset, client):
    assert client.post(address, **a_form("csrf_token", rb"\ud800", charset=charset)).status_code == 415


def test_a_form_in_utf_8_may_say_so(client):
    assert client.post("/language", **a_form("csrf_token", b"x", charset="UTF-8")).status_code == 403


def test_a_form_without_photos_is_not_read_beyond_its_limit(client):
    head = b'--edge\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'

    def pieces():
        yield head + b"x" * MOST_FORM_BYTES + b"\r\n--edge--\r\n"

    # In pieces, so that no Content-Length tells beforehand.
    kind = {"content-type": "multipart/form-data; boundary=edge"}
    answer = client.post("/language", content=pieces(), headers=kind)
    assert answer.status_code == 413


def test_a_unit_that_is_only_told_does_not_learn_who_reported(
    session, browser_of, eva, ola, kari, make_report, rules, clock
):
    report = make_report(email="nina@example.com", name="Nina Nordmann")
    decided = {"rules": rules, "by": kari, "at": clock(), "undo_seconds": 0}
    triage.forward(session, report, "bydrift", **decided)
    right_unit.inform(session, report, "eiendom", **decided)
    session.commit()
    assert "nina@example.com" in browser_of(ola).look(f"/staff/inbox/{report.reference}")
    told = browser_of(eva).look(f"/staff/inbox/{report.reference}")
    assert "Nina" not in told
    assert "nina@example.com" not in told


@pytest.mark.parametrize("address", ["/staff/queue", "/staff/reports", "/staff/account", "/staff/nothing"])
def test_pages_of_staff_are_kept_by_no_browser(address, browser_of, ada):
    assert browser_of(ada).get(address).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("address", ["/reports", "/privacy", "/api/reports"])
def test_no_cache_between_keeps_a_page_that_does_not_say_so(address, client):
    assert client.get(address).headers["cache-control"] == "private, no-cache"


def test_a_path_cannot_write_a_line_of_its_own_into_the_log():
    assert "\n" not in mask("/x\nINFO gatami.access: POST /staff/sign-in 303 1 ms")
    assert "\x1b" not in mask("/\x1b[2J")


@pytest.mark.parametrize(
    "path", ["/Follow/2026-000331-4/SECRET", "//follow//2026-000331-4//SECRET", "/staff//invitations/SECRET"]
)
def test_a_secret_in_a_mistyped_address_is_masked_too(path):
    assert "SECRET" not in mask(path)


def test_an_error_of_the_database_does_not_repeat_what_people_wrote(engine):
    with engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text("SELECT :words, no_such_column"), {"words": "my neighbour Nina"})
    assert "Nina" not in str(caught.value)


@pytest.mark.parametrize("address", ["/reports", "/api/photos", "/language"])
def test_a_phone_that_loses_its_signal_while_sending_is_no_fault_of_ours(address, app, caplog):
    said = []

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        said.append(message.get("status"))

    kind = b"image/jpeg" if address == "/api/photos" else b"multipart/form-data; boundary=edge"
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "path": address, "raw_path": address.encode(),
        "query_string": b"", "scheme": "http", "server": ("testserver", 80), "client": ("::1", 1), "root_path": "",
        "headers": [(b"host", b"testserver"), (b"content-type", kind), (b"content-length", b"1000")],
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    assert said[0] == 499
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_few_are_busy_with_photos_at_once_and_a_form_without_photos_does_not_wait():
    turns, inside, most = asyncio.Semaphore(2), 0, 0
    with_photo = FormData([("photo", UploadFile(BytesIO(b"x"), size=1, filename="a.jpg"))])

    async def send() -> None:
        nonlocal inside, most
        async with in_turn(turns, with_photo):
            inside, most = inside + 1, max(most, inside + 1)
            await asyncio.sleep(0.01)
            async with in_turn(turns, FormData([("words", "x")])):
                inside -= 1

    async def all_at_once() -> None:
        await asyncio.wait_for(asyncio.gather(*(send() for _ in range(6))), timeout=5)

    asyncio.run(all_at_once())
    assert most == 2


@pytest.mark.realdb
def test_guessing_a_password_many_times_at_once_counts_every_guess(real_session_factory, clock):
    guesses = signing_in.PER_ACCOUNT + 8
    together = Barrier(guesses)

    def guess(_: int) -> str:
        together.wait()
        with suppress(TooMany), transaction(real_session_factory) as session:
            signing_in.count_attempt(session, "kari@tromso.example", "203.0.113.7", at=clock())
            return "let through"
        return "refused"

    with ThreadPoolExecutor(guesses) as pool:
        answers = Counter(pool.map(guess, range(guesses)))
    assert answers == {"let through": signing_in.PER_ACCOUNT, "refused": 8}


def calls(dependant) -> list[str]:
    """The names of what a route asks for, in the order in which FastAPI asks."""
    found = [name for one in dependant.dependencies for name in calls(one)]
    return [*found, getattr(dependant.call, "__name__", "")]


READS_THE_BODY = {"get_form", "get_report_upload", "get_photo_upload", "photo_bytes"}
FORMS = [
    route
    for router in (*pages.routers(), *api.routers())
    for route in router.routes
    if "POST" in route.methods and READS_THE_BODY & set(calls(route.dependant))
]


def test_there_are_forms_to_look_at():
    assert len(FORMS) > 30


@pytest.mark.parametrize("route", FORMS, ids=lambda route: route.path)
def test_a_body_that_arrives_slowly_holds_no_database_connection(route):
    """A connection is taken when who sent it is looked up: twenty slow senders would have all of them."""
    order = calls(route.dependant)
    first_body = next(place for place, name in enumerate(order) if name in READS_THE_BODY)
    askers = {"get_staff_or_none", "get_visit", "get_colleague", route.endpoint.__name__}
    assert first_body < min(place for place, name in enumerate(order) if name in askers)


@pytest.mark.parametrize(
    "path", ["/x/follow/26-1/{}", "/follow/26-1/x/{}/data", "/{}", "/(follow/26-1/<{}>", "/reports/{}.json"]
)
def test_what_looks_like_a_token_is_masked_wherever_it_stands(path):
    token = "aZ09_-aZ09_-aZ09_-aZ09"
    assert len(token) == 22
    assert token not in mask(path.format(token))
    assert token not in mask(path.format(f"{token}x")), "something was copied with it"
    photo = "/photos/0b7ff3a4-8a55-4c53-9f0e-0ff9f5b1a8b1-thumbnail.jpg"
    assert mask(photo) == photo
    assert mask("/reports/26-000123") == "/reports/26-000123"
