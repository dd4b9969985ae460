"""Switching the language in the middle of a report: nothing typed is lost, and later pages remember."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import html
from sqlalchemy import func, select

from app.models import Photo, Report
from tests.web.pages.forms import form_of
from tests.web.pages.test_front import PLACE, jpeg

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.testclient import TestClient


def test_the_switch_inside_the_form_keeps_everything_and_is_remembered(client: TestClient, session: Session) -> None:
    form = form_of(client.get("/").text, "/reports")
    form.fill(category="pothole", description="Deep one", email="me@example.com", address="Storgata 1", **PLACE)
    answer = form.fill(do="language:nb").send(client, files=[("a.jpg", jpeg())])
    assert answer.status_code == 200
    assert "Hvor er det?" in answer.text
    assert '<html lang="nb"' in answer.text
    again = form_of(answer.text, "/reports")
    for name in ("category", "email", "address", "key"):
        assert again.fields[name] == form.fields[name]
    assert again.fields["description"][0].strip() == "Deep one"
    assert len(again.fields["photos"]) == 1
    assert session.scalar(select(func.count(Report.id))) == 0
    assert session.scalar(select(func.count(Photo.id))) == 1
    assert "Hvor er det?" in client.get("/").text


def test_a_language_that_we_do_not_speak_changes_nothing(client: TestClient, session: Session) -> None:
    form = form_of(client.get("/").text, "/reports").fill(category="sweeping", do="language:<b>", **PLACE)
    answer = form.send(client)
    assert answer.status_code == 200
    assert "Where is it?" in answer.text
    assert session.scalar(select(func.count(Report.id))) == 0


def test_mistakes_are_not_spoken_of_when_only_the_language_changes(client: TestClient) -> None:
    page = form_of(client.get("/").text, "/reports").fill(do="language:nb").send(client).text
    assert 'id="error-summary"' not in page


def test_enter_in_any_field_only_shows_the_form_again_and_never_switches_the_language(client: TestClient) -> None:
    tree = html.fromstring(client.get("/").text)
    buttons = [
        button
        for button in tree.iter("button")
        if (button.get("form") == "report" or button.xpath("ancestor::form[@id='report']"))
        and button.get("type", "submit") == "submit"
    ]
    # Browsers press the first button of a form when somebody presses Enter in a field.
    assert buttons[0].get("value") == "enter"
    assert [button.get("value") for button in buttons if button.get("form")] == [
        "enter", "language:nb", "language:nn", "language:se",
    ]  # fmt: skip


def test_other_pages_keep_their_own_switch(client: TestClient) -> None:
    form = form_of(client.get("/privacy").text, "/language")
    answer = client.post("/language", data={**form.fields, "language": "nb"})
    assert answer.headers["location"] == "/privacy"
    assert "gatami_language=nb" in answer.headers["set-cookie"]
