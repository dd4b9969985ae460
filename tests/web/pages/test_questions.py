"""All five kinds of questions (text, number, one, several, date), by form, API and desk; "0" is an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.models import Report
from tests.application import STORGATA
from tests.web.pages.forms import form_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.testclient import TestClient

    from app.routing import Rules

PLACE = {"lat": str(STORGATA[0]), "lon": str(STORGATA[1])}
# Category, answers as they are typed, and what is kept of them in words.
ASKED = (
    ("lamps_stretch", {"how_many": "0", "stretch": "0", "houses": "no"}, ["0", "0", "No"]),
    ("lamps_stretch", {"how_many": "-1,5", "stretch": " from 2 to 40 "}, ["-1,5", "from 2 to 40"]),
    ("no_water", {"since": "2026-11-29", "problem": ["colour", "smell"]}, ["2026-11-29", "Colour, Smell or taste"]),
)  # fmt: skip
REFUSED = (
    ("lamps_stretch", {"how_many": "many"}, "Answer with a number."),
    ("lamps_stretch", {"houses": "perhaps"}, "Choose one of the answers shown."),
    ("no_water", {"since": "yesterday"}, "Answer with a date."),
    ("no_water", {"since": "2026-02-30"}, "Answer with a date."),
    ("no_water", {"problem": ["colour", "sound"]}, "Choose one of the answers shown."),
)


def kept(session: Session, rules: Rules) -> list[str]:
    """The answers in English, whatever the language they were given in."""
    report = session.scalars(select(Report)).one()
    return [words.strip() for _, words in rules.answers_in_words(report.category_code, report.answers, "en")]


def fields(answers: dict[str, str | list[str]]) -> dict[str, str | list[str]]:
    return {f"answers.{code}": value for code, value in answers.items()}


@pytest.mark.parametrize(("category", "answers", "words"), ASKED)
def test_the_form_keeps_every_kind_of_answer(client, session, rules, category, answers, words):
    form = form_of(client.get("/", params={"category": category}).text, "/reports")
    assert form.fill(**PLACE, **fields(answers)).send(client).status_code == 303
    assert kept(session, rules) == words


@pytest.mark.parametrize(("category", "answers", "words"), ASKED)
def test_the_api_keeps_every_kind_of_answer(client, session, rules, category, answers, words):
    sent = {"category": category, "lat": STORGATA[0], "lon": STORGATA[1], "answers": answers}
    assert client.post("/api/reports", json=sent).status_code == 201
    assert kept(session, rules) == words


def test_a_nought_that_is_a_number_is_an_answer(client, session, rules):
    sent = {"category": "lamps_stretch", "lat": STORGATA[0], "lon": STORGATA[1], "answers": {"how_many": 0}}
    assert client.post("/api/reports", json=sent).status_code == 201
    assert kept(session, rules) == ["0"]


@pytest.mark.parametrize(("category", "answers", "words"), ASKED)
def test_the_desk_keeps_every_kind_of_answer_and_sees_it(browser_of, kari, session, rules, category, answers, words):
    desk = browser_of(kari)
    given = {"category": category, "asked": category, **PLACE, **fields(answers)}
    assert form_of(desk.look("/staff/reports/new"), "/staff/reports/new").fill(**given).send(desk).status_code == 303
    assert kept(session, rules) == words
    page = desk.look(f"/staff/reports/{session.scalars(select(Report)).one().shown_reference}")
    assert all(word in page for word in words)


@pytest.mark.parametrize(("category", "answers", "sentence"), REFUSED)
def test_an_answer_that_fits_no_question_is_refused_beside_it(client, session, category, answers, sentence):
    form = form_of(client.get("/", params={"category": category}).text, "/reports")
    page = form.fill(**PLACE, description="Kept", **fields(answers)).send(client)
    assert page.status_code == 422
    assert sentence in page.text
    assert form_of(page.text, "/reports").fields["description"][0].strip() == "Kept"
    sent = {"category": category, "lat": STORGATA[0], "lon": STORGATA[1], "answers": answers}
    refused = client.post("/api/reports", json=sent)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == f"answers.{next(iter(answers))}"
    assert session.scalars(select(Report)).all() == []


def test_another_category_keeps_the_answer_to_a_question_with_the_same_code(client: TestClient) -> None:
    form = form_of(client.get("/?category=lamp_dark").text, "/reports")
    page = form.fill(category="lamp_fitting", answers__mast="0042", **PLACE).send(client)
    assert page.status_code == 200
    assert form_of(page.text, "/reports").fields["answers.mast"] == ["0042"]


def test_an_answer_left_from_another_category_goes_nowhere(client: TestClient, session: Session, rules: Rules) -> None:
    """ "Where at the school?" is a text, "where is the tree?" a choice: the code is the same, the question is not."""
    form = form_of(client.get("/?category=school").text, "/reports")
    page = form.fill(category="tree", answers__where="Room 204", **PLACE).send(client)
    assert "answers.where" not in form_of(page.text, "/reports").fields
    sent = form_of(page.text, "/reports").fill(answers__where="park").send(client)
    assert sent.status_code == 303
    assert kept(session, rules) == ["In a park or wood"]
