"""What people send by mistake: a sentence for each, and nothing typed is lost."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from app.models import Photo, Report
from app.routing import RulesFile
from app.settings import PROJECT
from tests.application import STORGATA
from tests.web.pages.forms import Form, form_of
from tests.web.pages.test_front import PLACE, jpeg

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy.orm import Session
    from starlette.testclient import TestClient

    from app.routing import Rules
    from app.web.state import AppState

TYPED = {"description": "It is <dark> here", "name": "Åse", "email": "aase@example.com", "address": "By the bridge"}
NO_NUMBERS = "Write latitude and longitude as numbers"


def sent(session: Session) -> int:
    return session.scalar(select(func.count(Report.id))) or 0


@pytest.fixture
def form(client: TestClient) -> Form:
    return form_of(client.get("/").text, "/reports").fill(category="sweeping", asked="sweeping", seen="-", **TYPED)


def assert_kept(page: str) -> Form:
    """Everything typed stands in the form again; gives that form."""
    again = form_of(page, "/reports")
    found = {name: again.fields[name][0].strip() for name in TYPED}
    assert found == TYPED
    return again


@pytest.mark.parametrize(
    ("lat", "lon", "sentence"),
    [
        ("59.91", "10.75", "This place is outside our municipality."),
        ("0", "0", "0, 0 is what a phone says when it is lost."),
        ("0.000000", "-0", "0, 0 is what a phone says when it is lost."),
        ("18.9553", "69.6492", "Did you swap latitude and longitude?"),
        ("91", "18", "This is no place on earth."),
        ("69", "181", "This is no place on earth."),
        ("nan", "18.9", NO_NUMBERS),
        ("69.6", "inf", NO_NUMBERS),
        ("1e400", "1e400", NO_NUMBERS),
        ("69.6N", "18.9E", NO_NUMBERS),
        ("69.6", "", NO_NUMBERS),
        ("", "18.9", "Give both latitude and longitude."),
    ],
)
def test_a_place_that_cannot_be_says_why_and_keeps_everything(
    client: TestClient, session: Session, form: Form, lat: str, lon: str, sentence: str
) -> None:
    answer = form.fill(lat=lat, lon=lon).send(client, files=[("a.jpg", jpeg())])
    assert answer.status_code == 422
    assert sentence in answer.text
    again = assert_kept(answer.text)
    assert [again.fields.get(name, [""])[0] for name in ("lat", "lon")] == [lat, lon]
    assert len(again.fields["photos"]) == 1
    assert sent(session) == 0
    assert again.fill(**PLACE).send(client).status_code == 303


def test_zeros_are_called_the_same_in_the_form_beside_the_map_and_in_the_search(client: TestClient, form: Form) -> None:
    sentence = "0, 0 is what a phone says when it is lost. Show the place on the map, or write the address."
    page = form.fill(lat="0", lon="0").send(client).text
    assert sentence in page
    facts = client.get("/place?lat=0.001&lon=-0.002").json()
    assert (facts["inside"], facts["text"], facts["contacts"]) == (False, sentence, [])
    assert client.get("/places?q=0,0").json()["said"] == sentence
    searched = form.fill(lat="", lon="", where="0, 0", do="place").send(client).text
    assert sentence in searched
    assert "Balsfjord kommune" not in page + searched


def on_the_border(rules: Rules) -> tuple[float, float]:
    """The middle of an edge of the service area."""
    (x1, y1), (x2, y2) = rules.service_area.polygons[0].rings[0][:2]
    return (y1 + y2) / 2, (x1 + x2) / 2


def test_a_place_on_the_border_is_ours(client: TestClient, session: Session, form: Form, rules: Rules) -> None:
    lat, lon = on_the_border(rules)
    assert client.get(f"/place?lat={lat}&lon={lon}").json()["inside"] is True
    assert form.fill(lat=str(lat), lon=str(lon)).send(client).status_code == 303
    assert sent(session) == 1


def test_swapped_numbers_are_asked_about_and_put_right_with_one_button(
    client: TestClient, session: Session, form: Form
) -> None:
    page = form.fill(lat="18.9553", lon="69.6492").send(client).text
    assert "Did you mean 69.6492 north and 18.9553 east?" in page
    assert "Balsfjord kommune" not in page
    answer = assert_kept(page).fill(do="swap").send(client)
    assert answer.status_code == 200
    right = assert_kept(answer.text)
    assert (right.fields["lat"], right.fields["lon"]) == (["69.649200"], ["18.955300"])
    assert right.send(client).status_code == 303
    report = session.scalars(select(Report)).one()
    assert (report.lat, report.lon) == STORGATA


def test_swapped_numbers_are_asked_about_in_norwegian_too(client: TestClient) -> None:
    page = client.get("/?lat=18.9553&lon=69.6492", headers={"accept-language": "nb"}).text
    assert "Mente du 69,6492 nord og 18,9553 øst?" in page


def test_nothing_is_asked_about_a_place_that_is_right(client: TestClient) -> None:
    page = client.get("/?lat=69.6492&lon=18.9553").text
    assert 'id="swapped"' in page
    assert "Did you mean" not in page.replace("Did you mean {lat} north and {lon} east?", "")


def test_a_form_sent_from_two_tabs_is_one_report_and_two_receipts(
    client: TestClient, session: Session, form: Form
) -> None:
    first, second = (form.fill(**PLACE).send(client) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert sent(session) == 1
    assert client.get(second.headers["location"]).status_code == 200


def test_the_same_again_from_a_new_page_is_shown_what_was_sent_before(
    client: TestClient, session: Session, form: Form
) -> None:
    form.fill(**PLACE).send(client)
    other = form_of(client.get("/").text, "/reports").fill(category="sweeping", **TYPED, **PLACE)
    answer = other.send(client)
    assert answer.status_code == 200
    assert "Is it this one?" in answer.text
    assert assert_kept(answer.text).send(client).status_code == 303
    assert sent(session) == 2


@pytest.fixture
def change_rules(state: AppState, tmp_path: Path) -> Callable[..., None]:
    """`change_rules(("old", "new"), ...)`: another rules file is in force from now on."""

    def change(*changes: tuple[str, str]) -> None:
        words = (PROJECT / "routing_rules.yaml").read_text()
        for old, new in changes:
            assert old in words, old
            words = words.replace(old, new)
        folder = tmp_path / "municipality"
        folder.mkdir()
        (folder / "areas").symlink_to(PROJECT / "areas")
        (folder / "rules.yaml").write_text(words)
        object.__setattr__(state, "rules_file", RulesFile(folder / "rules.yaml"))

    return change


SIZE = {"category": "pothole", "asked": "pothole", "answers__size": "large", "answers__position": "edge"}
EDGE = "          - {code: edge, names: {nb: Ved kanten, nn: Ved kanten, se: Geainnu ravddas, en: At the edge}}\n"


def test_a_category_that_left_the_rules_while_the_form_was_open(
    client: TestClient, session: Session, form: Form, change_rules: Callable[..., None]
) -> None:
    change_rules(
        ("  sweeping:\n", "  brooming:\n"),
        ("ice, sweeping,", "ice, brooming,"),
        ("category: sweeping", "category: brooming"),
    )
    answer = form.fill(**PLACE).send(client, files=[("a.jpg", jpeg())])
    assert answer.status_code == 422
    assert "The kind of report you chose is no longer in use." in answer.text
    again = assert_kept(answer.text)
    assert len(again.fields["photos"]) == 1
    assert again.fill(category="brooming", asked="brooming").send(client).status_code == 303
    assert sent(session) == 1


def test_an_answer_that_left_the_rules_is_asked_for_again_and_the_others_stay(
    client: TestClient, session: Session, form: Form, change_rules: Callable[..., None]
) -> None:
    change_rules((EDGE, EDGE.replace("edge", "kerb", 1)))
    answer = form.fill(**SIZE, **PLACE).send(client)
    assert answer.status_code == 422
    assert "Choose one of the answers shown." in answer.text
    again = assert_kept(answer.text)
    assert again.fields["answers.size"] == ["large"]
    assert "answers.position" not in again.fields
    assert again.fill(answers__position="lane").send(client).status_code == 303


def test_a_question_that_left_the_rules_is_not_asked_and_the_report_goes(
    client: TestClient, session: Session, form: Form, change_rules: Callable[..., None]
) -> None:
    change_rules(
        (
            "      - code: position\n        kind: one\n        names: {nb: Hvor i vegen?",
            "      - code: somewhere\n        kind: one\n        names: {nb: Hvor i vegen?",
        )
    )
    assert form.fill(**SIZE, **PLACE).send(client).status_code == 303
    assert [answer["code"] for answer in session.scalars(select(Report)).one().answers] == ["size"]


def test_a_question_that_must_be_answered_since_is_asked(
    client: TestClient, form: Form, change_rules: Callable[..., None]
) -> None:
    old = "      - code: position\n        kind: one\n        names: {nb: Hvor i vegen?"
    change_rules((old, old.replace("kind: one", "kind: one\n        required: true")))
    answer = form.fill(**{**SIZE, "answers__position": ""}, **PLACE).send(client)
    assert answer.status_code == 422
    assert "Answer: " in answer.text
    assert assert_kept(answer.text).fill(answers__position="lane").send(client).status_code == 303


def test_a_category_that_has_become_one_to_ring_about_shows_the_number(
    client: TestClient, session: Session, form: Form, change_rules: Callable[..., None]
) -> None:
    old = "    days_to_due: 15\n    icon: broom\n"
    stop = '    phone_instead: {number: "77 00 00 02", texts: {nb: Ring., nn: Ring., se: Riŋge., en: Ring.}}\n'
    change_rules((old, old + stop))
    answer = form.fill(**PLACE).send(client)
    assert answer.status_code == 422
    assert 'href="tel:77000002"' in answer.text
    assert_kept(answer.text)
    assert sent(session) == 0


def test_over_the_limit_the_time_is_the_municipalitys_own(
    client: TestClient, state: AppState, form: Form, change_rules: Callable[..., None]
) -> None:
    change_rules(("timezone: Europe/Oslo", "timezone: Europe/Helsinki"))
    state.settings.limit_reports_per_hour = 2
    other = form_of(client.get("/?category=sweeping").text, "/reports").fill(**PLACE)
    assert form.fill(**PLACE).send(client).status_code == 303
    answer = other.send(client)
    assert answer.status_code == 429
    assert "Please try again at 13:30." in answer.text


def test_a_photo_that_waited_too_long_is_named_and_the_rest_is_sent_again(
    client: TestClient, session: Session, form: Form
) -> None:
    again = form_of(form.fill(lat="0", lon="0").send(client, files=[("a.jpg", jpeg())]).text, "/reports")
    session.execute(update(Photo).values(created_at=Photo.created_at - timedelta(days=2)))
    session.query(Photo).delete()
    session.commit()
    answer = again.fill(**PLACE).send(client)
    assert answer.status_code == 422
    assert "photo" in answer.text
    right = assert_kept(answer.text)
    assert "photos" not in right.fields
    assert right.send(client).status_code == 303


def test_numbers_that_are_none_are_refused_by_the_api_too(client: TestClient, session: Session) -> None:
    for lat, lon in [
        ("NaN", "18.9"), ("1e400", "18.9"), ("0", "0"), ("18.9553", "69.6492"), ("91", "1"), ("59.91", "10.75"),
        ("null", "18.9"), ('"69.6"', "18.9"), ("69.6", "[18.9]"),
    ]:  # fmt: skip
        body = f'{{"category":"sweeping","lat":{lat},"lon":{lon}}}'
        answer = client.post("/api/reports", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 422, (lat, lon, answer.text)
        assert {error["field"] for error in json.loads(answer.text)["errors"]} <= {"lat", "lon", "position"}
        assert all(error["detail"] for error in json.loads(answer.text)["errors"])
        assert "NaN" not in answer.text
    assert sent(session) == 0


def test_the_api_says_that_numbers_are_swapped(client: TestClient) -> None:
    answer = client.post("/api/reports", json={"category": "sweeping", "lat": 18.9553, "lon": 69.6492})
    assert "Did you swap latitude and longitude?" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize("key", ["٣", "🔑", "a\r\nb", "x" * 300])
def test_a_key_that_is_none_of_ours_is_replaced_and_the_report_comes_in(client: TestClient, key: str) -> None:
    form = form_of(client.get("/").text, "/reports").fill(
        **PLACE, category="sweeping", asked="sweeping", seen="-", key=key
    )
    assert form.send(client).status_code == 303


def test_letters_that_no_database_keeps_are_left_out_of_a_link(client: TestClient) -> None:
    answer = client.get("/here?category=lamp_dark&lat=69.65&lon=18.95&answers.mast=%00" + "mast." * 2000)
    assert answer.status_code == 200
