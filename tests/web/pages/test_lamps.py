"""Lamps on the map and in the form, as a browser without script and as our own scripts ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.models import Asset, Report
from tests.application import STORGATA
from tests.web.pages.forms import form_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session
    from starlette.testclient import TestClient

LAT, LON = STORGATA
METRE = 1 / 111_500
BOX = f"{LON - 0.01},{LAT - 0.01},{LON + 0.01},{LAT + 0.01}"
PLACE = {"lat": str(LAT), "lon": str(LON)}


@pytest.fixture
def lamp(session: Session) -> Callable[..., Asset]:
    """`lamp("1234", north=8)` stands 8 m north of Storgata."""

    def make(number: str | None, *, north: float, street: str | None = "Storgata") -> Asset:
        asset = Asset(
            kind="lamp", source_ref=f"node/{north}", number=number, lat=LAT + north * METRE, lon=LON, street=street,
            owner="municipality",
        )  # fmt: skip
        session.add(asset)
        session.flush()
        return asset

    return make


def only_report(session: Session) -> Report:
    return session.scalars(select(Report)).one()


def test_the_map_gets_number_street_and_what_is_reported(
    client: TestClient, lamp: Callable[..., Asset], make_report: Callable[..., Report], clock
) -> None:
    lamp("1234", north=2)
    lamp(None, north=60)
    report = make_report()
    clock.pass_(days=3, hours=1)
    answer = client.get(f"/map/lamps.json?bbox={BOX}")
    assert answer.headers["content-type"] == "application/geo+json"
    found = answer.json()
    assert found["truncated"] is False
    first, second = sorted(found["features"], key=lambda one: one["geometry"]["coordinates"][1])
    assert first["properties"] == {"number": "1234", "street": "Storgata", "reference": report.reference, "days": 3}
    assert second["properties"] == {"street": "Storgata"}
    assert "node/" not in answer.text


def test_a_browser_that_has_the_lamps_is_not_sent_them_again(client: TestClient, lamp: Callable[..., Asset]) -> None:
    lamp("1234", north=2)
    tag = client.get(f"/map/lamps.json?bbox={BOX}").headers["etag"]
    again = client.get(f"/map/lamps.json?bbox={BOX}", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert "max-age=60" in again.headers["cache-control"]


@pytest.mark.parametrize("bbox", ["", "1,2,3", "19,69,18,70", "18.9,69.6,nan,70", "0,0,0,'"])
def test_a_box_that_is_none_is_refused(client: TestClient, bbox: str) -> None:
    answer = client.get("/map/lamps.json", params={"bbox": bbox})
    assert answer.status_code == 422


def test_more_lamps_than_a_map_can_show_are_cut_off_and_said_so(client: TestClient, session: Session) -> None:
    lamps = [
        Asset(kind="lamp", source_ref=str(n), lat=LAT + (n % 50) * METRE, lon=LON + n * METRE / 50) for n in range(2010)
    ]
    session.add_all(lamps)
    session.flush()
    found = client.get(f"/map/lamps.json?bbox={BOX}").json()
    assert (len(found["features"]), found["truncated"]) == (2000, True)


def test_the_part_about_the_place_names_the_lamp_and_where_to_move_the_pin(
    client: TestClient, lamp: Callable[..., Asset]
) -> None:
    near = lamp("1234", north=8)
    page = client.get("/here", params={"category": "lamp_dark", **PLACE}).text
    assert "Lamp 1234" in page
    assert f'data-lat="{near.lat}"' in page
    assert "data-snap" in page
    moved = client.get(
        "/here", params={"category": "lamp_dark", "lat": near.lat, "lon": near.lon, "pin": f"{LAT},{LON}"}
    ).text
    assert "We moved the pin to this lamp, 8 m away." in moved
    assert "data-snap" not in moved


def test_a_lamp_without_a_number_is_named_by_its_place_and_never_by_its_id(
    client: TestClient, lamp: Callable[..., Asset]
) -> None:
    lamp(None, north=8)
    lamp(None, north=40, street=None)
    page = client.get("/here", params={"category": "lamp_dark", **PLACE}).text
    assert "The lamp at Storgata" in page
    assert "Without a number – 40 m north" in page
    assert "node/" not in page


def test_where_no_lamp_is_known_nothing_is_said_of_lamps(client: TestClient) -> None:
    page = client.get("/here", params={"category": "lamp_dark", "answers.mast": "1234", **PLACE}).text
    assert 'id="lamp"' not in page


def test_a_number_nobody_has_is_said_and_sent_along(
    client: TestClient, session: Session, lamp: Callable[..., Asset]
) -> None:
    lamp("1234", north=8)
    page = client.get("/here", params={"category": "lamp_dark", "answers.mast": "<b>9", **PLACE}).text
    assert "We do not find &lt;b&gt;9. Look at the sign once more, or choose on the map." in page
    # Nor is there a place to know that.
    page = client.get("/here", params={"category": "lamp_dark", "answers.mast": "99-999"}).text
    assert "We do not find 99-999." in page
    form_of(client.get("/").text, "/reports").fill(
        category="lamp_dark", asked="lamp_dark", answers__mast="9", **PLACE
    ).send(client)
    report = only_report(session)
    assert report.asset_id is None
    assert [answer["value"] for answer in report.answers] == ["9"]


def test_several_lamps_with_the_number_and_no_place_are_listed_to_choose_from(
    client: TestClient, lamp: Callable[..., Asset]
) -> None:
    lamp("7", north=8, street="Storgata")
    lamp("7", north=800, street="Sjøgata")
    page = client.get("/here", params={"category": "lamp_dark", "answers.mast": "7"}).text
    assert "Several lamps have this number. Which one is it?" in page
    assert "Sjøgata" in page


def test_without_script_a_lamp_of_the_list_becomes_the_place(
    client: TestClient, session: Session, lamp: Callable[..., Asset]
) -> None:
    lamp("1234", north=8)
    other = lamp("1235", north=40)
    form = form_of(client.get("/").text, "/reports").fill(
        category="lamp_dark", asked="lamp_dark", description="Dark", email="a@example.com", **PLACE
    )
    page = form.fill(do=f"lamp:{other.id}").send(client).text
    chosen = form_of(page, "/reports")
    assert chosen.fields["lat"] == [str(other.lat)]
    assert chosen.fields["answers.mast"] == ["1235"]
    assert (chosen.fields["description"][0].strip(), chosen.fields["email"]) == ("Dark", ["a@example.com"])
    assert chosen.send(client).status_code == 303
    assert only_report(session).asset_id == other.id


def test_without_script_a_lamp_can_be_refused_and_the_report_is_tied_to_none(
    client: TestClient, session: Session, lamp: Callable[..., Asset]
) -> None:
    near = lamp("1234", north=8)
    form = form_of(client.get("/").text, "/reports").fill(category="lamp_dark", asked="lamp_dark", **PLACE)
    page = form.fill(do=f"not-lamp:{near.id}").send(client).text
    assert "The report is not tied to that lamp." in page
    assert form_of(page, "/reports").send(client).status_code == 303
    report = only_report(session)
    assert report.asset_id is None
    assert (report.lat, report.lon) == STORGATA


def test_a_refused_lamp_gives_the_place_back_that_the_pin_had(client: TestClient, lamp: Callable[..., Asset]) -> None:
    near = lamp("1234", north=8)
    form = form_of(client.get("/").text, "/reports").fill(
        category="lamp_dark", asked="lamp_dark", lat=str(near.lat), lon=str(near.lon), pin=f"{LAT},{LON}"
    )
    page = form.fill(do=f"not-lamp:{near.id}").send(client).text
    again = form_of(page, "/reports")
    assert (again.fields["lat"], again.fields["lon"], again.fields["pin"]) == ([str(LAT)], [str(LON)], [""])


@pytest.mark.parametrize("do", ["lamp:", "lamp:x", "lamp:0", "lamp:99999999999999999999", "lamp:²", "not-lamp:x"])
def test_a_button_that_names_no_lamp_changes_nothing(client: TestClient, do: str) -> None:
    form = form_of(client.get("/").text, "/reports").fill(category="lamp_dark", asked="lamp_dark", **PLACE)
    answer = form.fill(do=do).send(client)
    assert answer.status_code == 200
    assert form_of(answer.text, "/reports").fields["lat"] == [str(LAT)]


@pytest.mark.parametrize("pin", ["1,2,3", "x,y", "91,0", "nan,nan", ""])
def test_a_place_before_that_is_none_moves_nothing(client: TestClient, lamp: Callable[..., Asset], pin: str) -> None:
    near = lamp("1234", north=8)
    form = form_of(client.get("/").text, "/reports").fill(category="lamp_dark", asked="lamp_dark", pin=pin, **PLACE)
    answer = form.fill(do=f"not-lamp:{near.id}").send(client)
    assert form_of(answer.text, "/reports").fields["lat"] == [str(LAT)]


def test_the_number_alone_is_place_enough_and_the_lamp_stands_on_the_report_s_page(
    client: TestClient, session: Session, lamp: Callable[..., Asset]
) -> None:
    only = lamp("LP-0123", north=40)
    form = form_of(client.get("/").text, "/reports").fill(
        category="lamp_dark", asked="lamp_dark", answers__mast="lp 0123"
    )
    assert form.send(client).status_code == 303
    report = only_report(session)
    assert (report.asset_id, report.lat, report.address) == (only.id, pytest.approx(only.lat, abs=1e-6), "Storgata")
    assert "LP-0123" in client.get(f"/reports/{report.reference}", follow_redirects=True).text


def test_a_number_far_from_the_place_is_asked_about_and_not_taken(
    client: TestClient, session: Session, lamp: Callable[..., Asset]
) -> None:
    lamp("1234", north=8)
    far = lamp("9001", north=-2000)
    params = {"category": "lamp_dark", "answers.mast": "9001", **PLACE}
    page = client.get("/here", params=params, headers={"accept-language": "nb"}).text
    assert "Flytt nålen til Storgata, 2 km unna" in page
    assert f'value="lamp:{far.id}"' in page
    form_of(client.get("/").text, "/reports").fill(
        category="lamp_dark", asked="lamp_dark", answers__mast="9001", **PLACE
    ).send(client)
    report = only_report(session)
    assert report.asset_id is None
    assert (report.lat, report.lon) == STORGATA


def test_which_of_the_lamps_nearby_can_be_left_open(
    client: TestClient, session: Session, lamp: Callable[..., Asset]
) -> None:
    lamp("1234", north=42)
    form = form_of(client.get("/", params={"category": "lamp_dark", **PLACE}).text, "/reports")
    page = client.get("/here", params={"category": "lamp_dark", **PLACE}).text
    assert page.index("Which lamp is it?") < page.index("1234") < page.index("I do not know")
    page = form.fill(category="lamp_dark", asked="lamp_dark", do="not-lamp:0", **PLACE).send(client).text
    assert "That is fine. We look for it where the pin is." in page
    assert "I do not know" not in page
    form_of(page, "/reports").send(client)
    assert only_report(session).asset_id is None


def test_a_reported_lamp_says_so_before_the_words(
    client: TestClient, lamp: Callable[..., Asset], make_report: Callable[..., Report], clock
) -> None:
    lamp("1234", north=8)
    make_report()
    clock.pass_(days=3)
    page = client.get("/here", params={"category": "lamp_fitting", **PLACE}).text
    assert "This lamp is already reported, 3 days ago." in page


def test_the_part_about_the_place_asks_the_database_a_few_times_only(
    client: TestClient, lamp: Callable[..., Asset], make_report: Callable[..., Report], count_queries
) -> None:
    for north in range(0, 90, 10):
        lamp(str(north), north=north)
    make_report()
    with count_queries() as counted:
        client.get("/here", params={"category": "lamp_dark", **PLACE})
    assert counted.number <= 8
