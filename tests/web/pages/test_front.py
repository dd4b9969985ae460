"""The report form without script: what a browser of 2005, or one on a bad line, can do."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from app.models import Photo, Report
from tests.application import STORGATA
from tests.web.pages.forms import Form, form_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.testclient import TestClient

    from app.routing import Rules

PLACE = {"lat": str(STORGATA[0]), "lon": str(STORGATA[1])}


def jpeg(color: str = "navy", size: tuple[int, int] = (64, 48)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, color).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def form(client: TestClient) -> Form:
    return form_of(client.get("/").text, "/reports")


def reports(session: Session) -> list[Report]:
    query = select(Report).options(selectinload(Report.photos), selectinload(Report.reporter))
    return list(session.scalars(query))


def test_a_report_is_sent_and_its_sender_lands_on_the_page_to_follow_it(
    client: TestClient, session: Session, form: Form
) -> None:
    answer = form.fill(category="sweeping", description="Glass all over", **PLACE).send(client)
    assert answer.status_code == 303
    (report,) = reports(session)
    assert answer.headers["location"].startswith(f"/follow/{report.shown_reference}/")
    assert (report.category_code, report.description) == ("sweeping", "Glass all over")
    assert (report.lat, report.lon) == STORGATA


def test_without_script_the_questions_come_as_a_second_step_with_everything_kept(
    client: TestClient, session: Session, form: Form
) -> None:
    first = form.fill(category="pothole", description="Deep one", email="a@example.com", **PLACE).send(
        client, files=[("hole.jpg", jpeg())]
    )
    assert first.status_code == 200
    assert "How large is the hole?" in first.text
    assert "Some questions belong to what you chose." in first.text
    assert '<a href="#about-category">' in first.text
    second = form_of(first.text, "/reports")
    assert second.fields["description"][0].strip() == "Deep one"
    assert second.fields["email"] == ["a@example.com"]
    assert len(second.fields["photos"]) == 1
    answer = second.fill(answers__size="large").send(client)
    assert answer.status_code == 303
    (report,) = reports(session)
    assert [answer["value"] for answer in report.answers] == ["large"]
    assert len(report.photos) == 1


def test_what_happens_with_the_data_stands_right_above_the_button_that_sends_them(client: TestClient) -> None:
    page = client.get("/").text
    words = ("tel:110", '<form class="form"', 'name="email"', "uses what you send", 'href="/privacy"', 'id="send"')
    places = [page.index(part) for part in words]
    assert places == sorted(places)


def test_a_form_without_a_category_asks_for_one_and_blames_nothing_else(client: TestClient, form: Form) -> None:
    answer = form.fill(**PLACE).send(client)
    assert answer.status_code == 422
    assert "Choose what it is about." in answer.text
    assert "not in use" not in answer.text


def test_an_unanswered_question_that_must_be_answered_is_named(client: TestClient, form: Form) -> None:
    second = form_of(form.fill(category="pothole", **PLACE).send(client).text, "/reports")
    answer = second.send(client)
    assert answer.status_code == 422
    assert answer.text.count("Answer: How large is the hole?") >= 2
    assert "(must be answered)" in answer.text
    assert '<a href="#answers.size">' in answer.text


def test_everything_typed_is_kept_when_something_is_missing(client: TestClient, session: Session, form: Form) -> None:
    answer = form.fill(
        category="",
        description="It is <dark> here",
        address="By the harbour",
        email="not an address",
        name="Åse",
        phone="77 00 00 00",
    ).send(client, files=[("a.jpg", jpeg("red")), ("b.jpg", jpeg("green"))])
    assert answer.status_code == 422
    assert "Choose what it is about." in answer.text
    assert "The e-mail address must look like" in answer.text
    again = form_of(answer.text, "/reports")
    assert again.fields["description"][0].strip() == "It is <dark> here"
    assert again.fields["address"] == ["By the harbour"]
    assert again.fields["name"] == ["Åse"]
    assert again.fields["key"] == form.fields["key"]
    assert len(again.fields["photos"]) == 2
    assert again.fill(category="sweeping", email="a@example.com").send(client).status_code == 303
    assert len(reports(session)[0].photos) == 2


def test_a_photo_can_be_taken_out_again_without_script(client: TestClient, session: Session, form: Form) -> None:
    page = form.fill(category="").send(client, files=[("a.jpg", jpeg("red")), ("b.jpg", jpeg("blue"))]).text
    again = form_of(page, "/reports")
    again.fill(category="sweeping", remove_photo=again.fields["photos"][0], **PLACE).send(client)
    assert [str(photo.id) for photo in reports(session)[0].photos] == again.fields["photos"][1:]


def test_a_file_that_is_no_photo_is_refused_by_name_and_the_others_stay(client: TestClient, form: Form) -> None:
    answer = form.fill(category="sweeping", **PLACE).send(
        client, files=[("a.jpg", jpeg()), ("letter.jpg", b"Dear council")]
    )
    assert answer.status_code == 422
    assert "letter.jpg: This file is not a photo." in answer.text
    assert len(form_of(answer.text, "/reports").fields["photos"]) == 1


def test_six_photos_are_five_and_a_sentence(client: TestClient, form: Form) -> None:
    files = [(f"{number}.jpg", jpeg(size=(40 + number, 40))) for number in range(6)]
    answer = form.fill(category="sweeping", **PLACE).send(client, files=files)
    assert "Send at most five photos." in answer.text
    assert len(form_of(answer.text, "/reports").fields["photos"]) == 5


def test_coordinates_may_be_typed_with_a_comma_or_pasted_as_a_pair(
    client: TestClient, session: Session, form: Form
) -> None:
    form.fill(category="sweeping", lat="69,6492", lon="18,9553").send(client)
    second = form_of(client.get("/").text, "/reports")
    second.fill(category="sweeping", lat="69.6492, 18.9553", lon="", asked="sweeping", seen="-").send(client)
    assert [(report.lat, report.lon) for report in reports(session)] == [(69.6492, 18.9553)] * 2


@pytest.mark.parametrize("lat", ["here", "nan", "inf", "1e999", "69.65.1"])
def test_coordinates_that_are_no_numbers_are_a_sentence(
    client: TestClient, session: Session, form: Form, lat: str
) -> None:
    answer = form.fill(category="sweeping", lat=lat, lon="18.9", address="Storgata 1").send(client)
    assert answer.status_code == 422
    assert "Write latitude and longitude as numbers" in answer.text
    assert reports(session) == []


def test_a_place_outside_says_whom_to_ask(client: TestClient, form: Form) -> None:
    answer = form.fill(category="sweeping", lat="59.91", lon="10.75").send(client)
    assert answer.status_code == 422
    assert "outside" in answer.text
    assert "Balsfjord kommune" in answer.text
    before = client.get("/?lat=59.91&lon=10.75").text
    assert "Balsfjord kommune" in before
    facts = client.get("/place?lat=59.91&lon=10.75").json()
    assert facts["inside"] is False
    assert facts["contacts"]
    assert client.get("/place?lat=18.9553&lon=69.6492").json()["swapped"] is True
    assert client.get("/place?lat=nan&lon=1").status_code == 422


def test_an_address_alone_is_enough(client: TestClient, session: Session, form: Form) -> None:
    assert form.fill(category="sweeping", address="Storgata 64").send(client).status_code == 303
    assert reports(session)[0].is_placed is False


def test_open_wires_show_a_number_to_ring_and_take_no_report(client: TestClient, session: Session, form: Form) -> None:
    answer = form.fill(category="lamp_danger", **PLACE).send(client)
    assert answer.status_code == 422
    assert 'href="tel:77000002"' in answer.text
    assert reports(session) == []


def test_a_category_retired_while_the_form_was_open_is_a_sentence(client: TestClient, form: Form) -> None:
    answer = form.fill(category="gas_lantern", description="It hisses", **PLACE).send(client)
    assert answer.status_code == 422
    assert "no longer in use" in answer.text
    assert form_of(answer.text, "/reports").fields["description"][0].strip() == "It hisses"


def test_a_lost_cookie_shows_the_form_again_with_everything_kept(
    client: TestClient, session: Session, form: Form
) -> None:
    client.cookies.clear()
    answer = form.fill(category="sweeping", description="Still here", **PLACE).send(client, files=[("a.jpg", jpeg())])
    assert answer.status_code == 403
    assert "Please send it once more." in answer.text
    again = form_of(answer.text, "/reports")
    assert again.fields["description"][0].strip() == "Still here"
    assert again.send(client).status_code == 303
    assert len(reports(session)[0].photos) == 1


def test_another_site_cannot_send_a_report_with_our_visitor(client: TestClient, session: Session, form: Form) -> None:
    client.headers["sec-fetch-site"] = "cross-site"
    answer = form.fill(category="sweeping", **PLACE).send(client, files=[("a.jpg", jpeg())])
    assert answer.status_code == 403
    assert session.scalar(select(func.count(Photo.id))) == 0


def test_a_second_tap_is_the_same_report_also_with_photos_in_the_form(
    client: TestClient, session: Session, form: Form
) -> None:
    form.fill(category="sweeping", **PLACE)
    answers = [form.send(client, files=[("a.jpg", jpeg())]) for _ in range(2)]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert len(reports(session)) == 1


def test_going_back_and_writing_something_else_is_asked_about_not_swallowed(
    client: TestClient, session: Session, form: Form
) -> None:
    form.fill(category="sweeping", description="One", **PLACE).send(client)
    answer = form.fill(description="Two").send(client)
    assert answer.status_code == 422
    assert "You already sent a report from this page." in answer.text
    assert form_of(answer.text, "/reports").send(client).status_code == 303
    assert len(reports(session)) == 2


def test_a_link_can_fill_in_place_and_category(client: TestClient) -> None:
    form = form_of(client.get("/?lat=69.65&lon=18.95&category=pothole").text, "/reports")
    assert form.fields["lat"] == ["69.65"]
    assert form.fields["category"] == ["pothole"]
    assert form.fields["asked"] == ["pothole"]
    assert client.get("/?category=%22%3E%3Cscript%3E&lat=%3Cb%3E").status_code == 200


def test_every_category_stands_once_in_the_list_and_six_of_them_first(client: TestClient, rules: Rules) -> None:
    page = client.get("/").text
    page = re.sub(r"<template.*?</template>", "", page, flags=re.DOTALL)
    tiles, _, every = page.partition('id="all-kinds"')
    listed, shown_first = (re.findall(r'name="category" value="([a-z_]+)"', part) for part in (every, tiles))
    assert sorted(listed) == sorted(rules.categories)
    assert len(set(shown_first)) == len(shown_first) == 6


def test_what_is_reported_most_stands_first(client: TestClient, make_report: Callable[..., Report]) -> None:
    for _ in range(3):
        make_report(category="bus_stop")
    page = client.get("/").text
    assert re.findall(r'name="category" value="([a-z_]+)"', page)[0] == "bus_stop"


def test_the_form_is_written_in_both_languages(client: TestClient) -> None:
    assert "Hvor er det?" in client.get("/", headers={"accept-language": "nb"}).text
    assert "Where is it?" in client.get("/").text


def test_the_outline_of_the_area_is_kept_until_it_changes(client: TestClient) -> None:
    first = client.get("/map/area.json")
    whole, *parts = first.json()["features"]
    assert whole["geometry"]["type"] == "MultiPolygon"
    assert "Tromsdalen" in [part["properties"]["part"] for part in parts]
    assert client.get("/map/area.json", headers={"if-none-match": first.headers["etag"]}).status_code == 304


def test_the_form_asks_the_database_a_dozen_times_at_most(client: TestClient, form: Form, count_queries) -> None:
    with count_queries() as counted:
        client.get("/")
    assert counted.number <= 12
    with count_queries() as counted:
        form.fill(category="sweeping", email="me@example.com", **PLACE).send(client)
    assert counted.number <= 14


def test_the_map_of_reports_is_not_the_selected_menu_when_the_form_comes_back(client: TestClient, form: Form) -> None:
    page = form.send(client).text
    assert re.findall(r'<a href="([^"]+)" aria-current="page"', page) == ["/"]


def test_mistakes_stand_in_the_order_of_the_page(client: TestClient, form: Form) -> None:
    page = form.fill(category="", email="nobody").send(client).text
    summary = page[page.index('id="error-summary"') :].partition("</div>")[0]
    places = [summary.index(f'href="#{name}"') for name in ("position", "category", "email")]
    assert places == sorted(places)


def test_an_address_with_norwegian_letters_is_told_so(client: TestClient, form: Form) -> None:
    page = form.fill(category="sweeping", email="kåre@example.no", **PLACE).send(client).text
    assert "The e-mail address cannot have æ, ø or å before the @." in page


def test_all_kinds_hold_the_tiles_too_and_one_of_the_two_is_chosen(client: TestClient) -> None:
    page = client.get("/?category=pothole").text
    tiles, everything = page[page.index('class="tiles"') :].split('id="all-kinds"')
    everything = everything.partition('id="about-category"')[0]
    assert 'value="pothole"' in tiles
    assert 'value="pothole"' in everything
    assert (tiles + everything).count('value="pothole" checked') == 1


def test_what_a_kind_brings_with_it_is_told_in_one_sentence(client):
    page = client.get("/").text
    assert "aria-live" not in page
    assert re.search(r'<p class="ds-sr-only" id="kind-said" role="status" data-say-chosen="{kind} is chosen."', page)
