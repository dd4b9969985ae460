"""The address nearest to the place, told by the server alone: on the form, on the reporter's page, on everybody's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from lxml import html
from sqlalchemy import select

from app.models import Asset, Place, RegisterAnswer, Report
from app.models.links import follow_path
from app.queries.surroundings import place_key
from tests.application import SECRET, STORGATA
from tests.web.pages.forms import Form, form_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.testclient import TestClient

PLACE = {"lat": str(STORGATA[0]), "lon": str(STORGATA[1])}
ASKED = "Nearest address: Prøvegata 5. Is that right? If not, correct it below."


@pytest.fixture(autouse=True)
def house(session: Session) -> None:
    place = {"lat": STORGATA[0], "lon": STORGATA[1]}
    session.add(Place(kind="address", source_ref="5", label="Prøvegata 5", detail="9008 Tromsø", **place))
    session.flush()


@pytest.fixture
def form(client: TestClient) -> Form:
    return form_of(client.get("/").text, "/reports")


def nearest(page: str) -> str:
    """The sentence; empty where none is shown."""
    line = html.fromstring(page).get_element_by_id("nearest")
    return "" if line.get("hidden") is not None else str(line.text_content()).strip()


@pytest.mark.parametrize("category", ["", "lamp_dark", "sweeping", "no such"])
def test_a_link_with_a_place_shows_it(client: TestClient, category: str) -> None:
    assert nearest(client.get("/", params={**PLACE, "category": category}).text) == ASKED


def test_without_a_place_or_an_address_nothing_is_said(client: TestClient) -> None:
    assert nearest(client.get("/").text) == ""
    for lat, lon in (("69.70", "18.90"), ("999", "18.9"), ("north", "18.9"), ("59.91", "10.75")):
        assert nearest(client.get("/", params={"lat": lat, "lon": lon}).text) == ""


def test_what_the_register_said_counts_more_than_our_own_table(
    client: TestClient, session: Session, now: datetime
) -> None:
    answer = {"label": "Nygata 1", "metres": 4.0}
    session.add(RegisterAnswer(kind="address", key=place_key(*STORGATA), answer=answer, asked_at=now))
    session.flush()
    assert nearest(client.get("/", params=PLACE).text).startswith("Nearest address: Nygata 1.")


def test_a_form_that_comes_back_shows_it_with_typed_coordinates_too(client: TestClient, form: Form) -> None:
    # A pothole has questions that the page did not show yet.
    answer = form.fill(category="pothole", lat="69,6492 18,9553").send(client)
    assert (answer.status_code, nearest(answer.text)) == (200, ASKED)


def test_after_not_this_lamp_it_is_the_address_of_the_place_before(
    client: TestClient, session: Session, form: Form
) -> None:
    beside = STORGATA[0] + 0.0001
    lamp = Asset(kind="lamp", source_ref="1", number="1", lat=beside, lon=STORGATA[1], owner="municipality")
    session.add(lamp)
    session.flush()
    pin = f"{PLACE['lat']},{PLACE['lon']}"
    typed = {"category": "lamp_dark", "pin": pin, "lat": str(beside), "lon": PLACE["lon"], "do": f"not-lamp:{lamp.id}"}
    answer = form.fill(**typed).send(client)
    assert nearest(answer.text) == ASKED
    assert form_of(answer.text, "/reports").fields["lat"] == [PLACE["lat"]]


def test_receipt_and_follow_page_name_it_where_no_address_was_given(
    client: TestClient, session: Session, form: Form
) -> None:
    answer = form.fill(category="sweeping", **PLACE).send(client)
    (report,) = session.scalars(select(Report))
    for path in (answer.headers["location"], follow_path(report, secret=SECRET)):
        assert "Near Prøvegata 5" in client.get(path).text
    report.address = "Behind the shop"
    session.commit()
    assert "Prøvegata 5" not in client.get(follow_path(report, secret=SECRET)).text


def test_a_report_that_waited_for_a_network_gets_it_from_the_server(
    client: TestClient, session: Session, form: Form, now: datetime
) -> None:
    written = (now - timedelta(hours=1)).isoformat()
    form.fill(category="sweeping", written_at=written, **PLACE).send(client)
    (report,) = session.scalars(select(Report))
    assert (report.written_at is not None, report.nearest_address, report.address) == (True, "Prøvegata 5", None)
    assert "Near Prøvegata 5" in client.get(follow_path(report, secret=SECRET)).text


def test_everybody_reads_it_when_the_words_are_let_through_and_not_before(
    client: TestClient, session: Session, form: Form
) -> None:
    form.fill(category="sweeping", description="Glass", **PLACE).send(client)
    (report,) = session.scalars(select(Report))
    assert "Prøvegata" not in client.get(f"/reports/{report.shown_reference}").text
    report.text_public = True
    session.commit()
    assert "Near Prøvegata 5" in client.get(f"/reports/{report.shown_reference}").text
