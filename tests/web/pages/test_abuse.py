"""Too much, too quick, too curious: the form comes back with everything in it, and says when and how to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, text
from starlette.testclient import TestClient

from app.main import create_app
from app.models import LimitBucket, Photo, Report, Role
from tests.web.pages.forms import Form, form_of
from tests.web.pages.test_front import PLACE, jpeg

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.settings import Settings
    from app.web.state import AppState
    from tests.application import Clock


@pytest.fixture
def app_with(state: AppState) -> Callable[..., FastAPI]:
    """`app_with(limit_reports_per_hour=4)`: the application with other settings."""

    def make(**changes: object) -> FastAPI:
        settings: Settings = state.settings.model_copy(update=changes)
        return create_app(type(state)(**{**vars(state), "settings": settings}))

    return make


def browser(app: FastAPI, *, address: str = "203.0.113.7") -> TestClient:
    return TestClient(app, follow_redirects=False, headers={"accept-language": "en"}, client=(address, 50_000))


def filled(client: TestClient, **fields: str) -> Form:
    return form_of(client.get("/").text, "/reports").fill(
        category="sweeping", asked="sweeping", seen="-", **PLACE, **fields
    )


def sent(session: Session) -> int:
    return session.scalar(select(func.count(Report.id))) or 0


def test_over_the_limit_everything_is_kept_and_the_page_says_when_to_try_again(
    app_with: Callable[..., FastAPI], session: Session, clock: Clock
) -> None:
    client = browser(app_with(limit_reports_per_hour=4))
    for _ in range(2):
        assert filled(client).send(client).status_code == 303
    answer = filled(client, description="Glass all over", name="Åse").send(client, files=[("a.jpg", jpeg())])
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "900"
    assert "Please try again at 12:15." in answer.text
    again = form_of(answer.text, "/reports")
    assert again.fields["description"][0].strip() == "Glass all over"
    assert again.fields["name"] == ["Åse"]
    assert len(again.fields["photos"]) == 1
    clock.pass_(minutes=15)
    assert again.send(client).status_code == 303
    assert sent(session) == 3


def test_another_network_is_not_held_back(app_with: Callable[..., FastAPI]) -> None:
    app = app_with(limit_reports_per_hour=4)
    first, second = browser(app), browser(app, address="203.0.113.8")
    for _ in range(3):
        last = filled(first).send(first)
    assert last.status_code == 429
    assert filled(second).send(second).status_code == 303


def test_what_is_counted_stays_counted_and_mistakes_are_not(app_with: Callable[..., FastAPI], session: Session) -> None:
    client = browser(app_with(limit_reports_per_hour=4))
    for _ in range(5):
        assert filled(client, email="no address").send(client).status_code == 422
    assert session.scalar(select(func.count(LimitBucket.key))) == 0
    for _ in range(2):
        assert filled(client).send(client).status_code == 303
    assert session.scalar(select(LimitBucket.tokens)) == 0


def test_a_second_tap_on_the_last_report_allowed_shows_its_receipt(
    app_with: Callable[..., FastAPI], session: Session
) -> None:
    client = browser(app_with(limit_reports_per_hour=2))
    form = filled(client)
    answers = [form.send(client) for _ in range(3)]
    assert {answer.headers.get("location") for answer in answers} == {answers[0].headers["location"]}
    assert sent(session) == 1


def test_an_address_used_too_often_is_named_and_the_report_goes_without_it(
    app_with: Callable[..., FastAPI], session: Session
) -> None:
    client = browser(app_with(limit_reports_per_email=2))
    for _ in range(2):
        assert filled(client, email="nina@example.com").send(client).status_code == 303
    answer = filled(client, email="Nina+more@Example.com").send(client)
    assert answer.status_code == 429
    assert "or send the report without the address" in answer.text
    assert '<a href="#email">' in answer.text
    assert form_of(answer.text, "/reports").fill(email="").send(client).status_code == 303
    assert sent(session) == 3


def test_photos_over_the_limit_are_left_out_of_the_form_and_nothing_else_is(
    app_with: Callable[..., FastAPI], session: Session
) -> None:
    client = browser(app_with(limit_photos_per_hour=4))
    assert filled(client).send(client, files=[("a.jpg", jpeg()), ("b.jpg", jpeg("red"))]).status_code == 303
    answer = filled(client, description="More").send(client, files=[("a.jpg", jpeg("green"))])
    assert "Too much has come from your network" in answer.text
    assert form_of(answer.text, "/reports").fields["description"][0].strip() == "More"
    assert session.scalar(select(func.count(Photo.id))) == 2


def test_a_photo_sent_by_itself_over_the_limit_is_refused_in_words(app_with: Callable[..., FastAPI]) -> None:
    client = browser(app_with(limit_photos_per_hour=2))
    token = form_of(client.get("/").text, "/reports").fields["csrf_token"][0]
    send = {"data": {"csrf_token": token}, "headers": {"accept": "application/json"}}
    answers = [client.post("/photos", files={"photo": ("a.jpg", jpeg())}, **send) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 429]
    assert answers[1].headers["content-type"] == "application/problem+json"
    assert answers[1].headers["retry-after"] == "1800"
    assert "Please try again at" in answers[1].json()["detail"]


@pytest.mark.parametrize("typed", [{"do": "place"}, {}])
def test_searches_in_the_form_are_counted_before_a_register_is_asked(
    app_with: Callable[..., FastAPI], typed: dict[str, str]
) -> None:
    client = browser(app_with(limit_searches_per_hour=12))
    form = form_of(client.get("/").text, "/reports").fill(where="69.6492, 18.9553", description="Dark", **typed)
    answers = [form.send(client) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "Please try again at" in answers[2].text
    again = form_of(answers[2].text, "/reports")
    assert (again.fields["where"], again.fields["description"][0].strip()) == (["69.6492, 18.9553"], "Dark")


def test_staff_are_not_limited(app_with: Callable[..., FastAPI], browser_of: Callable, make_staff: Callable) -> None:
    kari = browser_of(make_staff("Kari", Role.DESK))
    client = browser(app_with(limit_reports_per_hour=1))
    client.cookies = kari.cookies
    assert [filled(client).send(client).status_code for _ in range(4)] == [303] * 4


def test_the_network_is_the_one_that_our_own_proxy_names(app_with: Callable[..., FastAPI]) -> None:
    def statuses(**settings: object) -> list[int]:
        client = browser(app_with(limit_reports_per_hour=2, **settings))
        found = []
        for number in range(3):
            client.headers["x-forwarded-for"] = f"203.0.113.{number}"
            found.append(filled(client).send(client).status_code)
        return found

    assert statuses(trusted_proxies="203.0.113.7") == [303, 303, 303]
    assert statuses() == [303, 429, 429]


def test_a_home_with_ipv6_is_one_network_however_many_addresses_it_has(app_with: Callable[..., FastAPI]) -> None:
    app = app_with(limit_reports_per_hour=2)
    clients = [browser(app, address=f"2001:db8:1:{net}::{host}") for net, host in [("a", 1), ("a", 2), ("b", 1)]]
    assert [filled(client).send(client).status_code for client in clients] == [303, 429, 303]


def test_no_network_and_no_address_can_be_read_from_the_buckets(
    app_with: Callable[..., FastAPI], session: Session
) -> None:
    client = browser(app_with())
    filled(client, email="nina@example.com").send(client)
    kept = session.scalar(text("SELECT string_agg(limit_bucket::text, ' ') FROM limit_bucket"))
    assert kept
    assert "203.0" not in kept
    assert "nina" not in kept


def test_a_form_sent_sooner_than_anybody_can_is_shown_once_more_and_then_taken(
    app_with: Callable[..., FastAPI], session: Session, clock: Clock
) -> None:
    client = browser(app_with(form_seconds=2))
    form = filled(client, description="Glass")
    clock.pass_(seconds=1.9)
    answer = form.send(client, files=[("a.jpg", jpeg())])
    assert answer.status_code == 422
    assert "Please send once more." in answer.text
    again = form_of(answer.text, "/reports")
    assert again.fields["made"] == form.fields["made"]
    assert again.fields["description"][0].strip() == "Glass"
    assert len(again.fields["photos"]) == 1
    assert again.send(client).status_code == 422
    clock.pass_(seconds=0.1)
    assert again.send(client).status_code == 303
    assert sent(session) == 1


@pytest.mark.parametrize("made", ["", "0", "1.0", "9" * 30 + ".x", "²." + "0" * 32])
def test_a_time_that_we_did_not_write_counts_for_nothing(
    app_with: Callable[..., FastAPI], session: Session, clock: Clock, made: str
) -> None:
    client = browser(app_with(form_seconds=2))
    form = filled(client)
    clock.pass_(minutes=5)
    answer = form.fill(made=made).send(client)
    assert answer.status_code == 422
    clock.pass_(seconds=2)
    assert form_of(answer.text, "/reports").send(client).status_code == 303
    assert sent(session) == 1


def test_a_page_kept_on_the_phone_for_a_week_passes_with_its_own_key(
    app_with: Callable[..., FastAPI], clock: Clock
) -> None:
    client = browser(app_with(form_seconds=2))
    form = filled(client)
    clock.pass_(days=7)
    assert form.fill(key="written-in-the-tunnel").send(client).status_code == 303


def test_a_field_that_nobody_sees_is_filled_in_by_robots_only(
    app_with: Callable[..., FastAPI], session: Session
) -> None:
    client = browser(app_with())
    form = filled(client, description="Buy now")
    answer = form.fill(second_thought="https://spam.example").send(client)
    assert answer.status_code == 422
    assert "A field that should be empty was filled in." in answer.text
    again = form_of(answer.text, "/reports")
    assert not again.fields.get("second_thought", [""])[0]
    assert again.fields["description"][0].strip() == "Buy now"
    assert again.fill(second_thought="again").send(client).status_code == 422
    assert sent(session) == 0
    assert again.fill(second_thought="").send(client).status_code == 303


def test_robots_that_are_turned_away_use_up_nobody_s_turns(app_with: Callable[..., FastAPI], session: Session) -> None:
    client = browser(app_with(limit_reports_per_email=2))
    for _ in range(4):
        form = filled(client, email="owner@example.org")
        assert form.fill(second_thought="spam").send(client).status_code == 422
    assert filled(client, email="owner@example.org").send(client).status_code == 303
    assert sent(session) == 1


def test_the_field_for_robots_is_hidden_from_readers_keyboards_and_browsers_that_fill_in(client: TestClient) -> None:
    page = client.get("/").text
    trap = page[page.index('<div class="trap"') :].partition("</div>")[0]
    assert 'aria-hidden="true"' in trap
    assert 'tabindex="-1"' in trap
    assert 'autocomplete="off"' in trap
