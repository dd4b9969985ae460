"""What is it about: found by any word while it is typed, guessed from the description, stopped by an answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.db import transaction
from app.models import Report
from tests.browser.accessibility import check_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
WIDTHS = pytest.mark.parametrize("width", [360, 1280])
# What is done there is the same at every width.
PHONE = pytest.mark.parametrize("width", [360])
SEARCH = "Search: what is wrong?"


def sent(live_server: LiveServer) -> Report:
    with transaction(live_server.state.session_factory) as session:
        return session.scalars(select(Report)).one()


@WIDTHS
def test_a_misspelt_norwegian_word_finds_the_kind_on_the_english_page(
    live_server: LiveServer, page_at: Callable[..., Page], width: int, screenshot: Callable[..., None]
) -> None:
    page = page_at(width)
    page.goto("/")
    page.locator("#address").fill("Storgata 64")
    page.get_by_label(SEARCH).press_sequentially("broyt")
    expect(page.locator("#kind-status")).to_contain_text(re.compile(r"kinds? fits?\."))
    page.locator("#kind-hits").get_by_label("Snow clearing", exact=True).check()
    page.get_by_text("It has not been cleared").wait_for()
    page.locator("#kind").scroll_into_view_if_needed()
    screenshot(page, f"kinds-found-{width}")
    check_page(page)
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    assert sent(live_server).category_code == "snow"


@PHONE
def test_words_that_fit_nothing_lead_to_the_list(
    live_server: LiveServer, page_at: Callable[..., Page], width: int
) -> None:
    page = page_at(width)
    page.goto("/")
    page.get_by_label(SEARCH).fill("xyzzyqw")
    expect(page.locator("#kind-status")).to_contain_text("We did not find “xyzzyqw”.")
    check_page(page)
    page.get_by_label(SEARCH).fill("")
    expect(page.locator("#kind-status")).to_be_empty()


def test_the_search_works_with_the_keyboard_alone(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    page = page_at(1280)
    page.goto("/")
    page.get_by_label(SEARCH).focus()
    page.keyboard.type("lyktestolpe")
    expect(page.locator("#kind-hits input").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#kind-hits input").first).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_text("Number on the mast")).to_be_visible()
    assert page.evaluate("document.querySelector('input[name=category]:checked').value") == "lamp_dark"
    assert page.url.endswith("/")


def test_without_a_network_the_names_on_the_page_are_searched(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360, expect=["ERR_INTERNET_DISCONNECTED", "ERR_FAILED"])
    page.goto("/")
    page.route("**/kinds?*", lambda route: route.abort())
    page.get_by_label(SEARCH).fill("manho")
    expect(page.locator("#kind-status")).to_contain_text("There is no network.")
    page.locator("#kind-hits").get_by_label("Manhole lid").check()
    expect(page.get_by_text("How is the lid?")).to_be_visible()


def test_another_search_keeps_the_choice(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    page = page_at(360)
    page.goto("/")
    page.get_by_label(SEARCH).fill("graffiti")
    page.locator("#kind-hits").get_by_label("Graffiti and vandalism").check()
    page.get_by_label(SEARCH).fill("rats")
    expect(page.locator("#kind-hits").get_by_label("Sewage and smell")).to_be_visible()
    assert page.evaluate("document.querySelector('input[name=category]:checked').value") == "tagging"


@PHONE
def test_the_first_words_propose_kinds_and_one_tap_takes_one(
    live_server: LiveServer, page_at: Callable[..., Page], width: int, screenshot: Callable[..., None]
) -> None:
    page = page_at(width)
    page.goto("/")
    page.locator("#address").fill("Storgata 64")
    page.locator("#description").press_sequentially("Deep pothole by the shop")
    chip = page.locator("#kinds-proposed").get_by_role("button", name="Pothole")
    expect(chip).to_be_visible()
    check_page(page)
    screenshot(page, f"kinds-proposed-{width}", whole=True)
    chip.click()
    expect(page.locator("#kinds-proposed")).to_contain_text("Chosen: Pothole")
    expect(page.locator("#description")).to_have_value("Deep pothole by the shop")
    expect(page.get_by_role("link", name="Go to the questions")).to_be_focused()
    page.get_by_label("Like a plate").check()
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    report = sent(live_server)
    assert (report.category_code, report.description) == ("pothole", "Deep pothole by the shop")


def test_whoever_has_chosen_is_asked_nothing(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    page = page_at(360)
    page.goto("/")
    page.locator(".tile", has_text="One lamp is dark").click()
    page.locator("#description").press_sequentially("Deep pothole by the shop")
    page.wait_for_timeout(1000)
    expect(page.locator("#kinds-proposed")).to_be_empty()


@PHONE
def test_open_wires_as_an_answer_show_the_number_and_another_answer_gives_the_form_back(
    live_server: LiveServer, page_at: Callable[..., Page], width: int, screenshot: Callable[..., None]
) -> None:
    page = page_at(width)
    page.goto("/")
    page.locator(".tile", has_text="One lamp is dark").click()
    page.locator("#description").fill("By the gate")
    page.get_by_label("Number on the mast").fill("0042")
    page.get_by_label("An open hatch or loose wires").check()
    expect(page.get_by_role("link", name="Ring 77 00 00 02")).to_be_visible()
    expect(page.get_by_role("button", name="Send the report")).to_be_hidden()
    check_page(page)
    screenshot(page, f"kinds-stopped-{width}", whole=True)
    page.get_by_label("It flickers").check()
    expect(page.get_by_role("link", name="Ring 77 00 00 02")).to_be_hidden()
    expect(page.get_by_role("button", name="Send the report")).to_be_visible()
    expect(page.locator("#description")).to_have_value("By the gate")
    expect(page.get_by_label("Number on the mast")).to_have_value("0042")


def test_a_number_to_ring_comes_and_goes_with_the_place(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    """In Tromsdalen, while the snow melts, water from the ground is for the telephone."""
    live_server.state.clock.now = live_server.state.clock.now.replace(month=5, day=20)  # type: ignore[attr-defined]
    page = page_at(360)
    page.goto("/?category=surface_water")
    page.locator("#description").fill("It rises")
    page.get_by_label("Up from the ground or a manhole").check()
    page.locator("#coordinates > summary").click()
    page.locator("#lat").fill("69.6455, 18.9940")
    page.locator("#lon").focus()
    expect(page.get_by_role("link", name="Ring 77 00 00 02")).to_be_visible()
    expect(page.get_by_role("button", name="Send the report")).to_be_hidden()
    check_page(page)
    page.locator("#lat").fill("69.6492")
    page.locator("#lon").fill("18.9553")
    page.locator("#lat").focus()
    expect(page.get_by_role("button", name="Send the report")).to_be_visible()
    expect(page.locator("#description")).to_have_value("It rises")


def test_answers_with_the_same_code_go_along_to_another_category_and_all_come_back(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360)
    page.goto("/?category=lamp_dark")
    page.get_by_label("Number on the mast").fill("0042")
    page.get_by_label("It flickers").check()
    page.get_by_label(SEARCH).fill("glare")
    page.locator("#kind-hits").get_by_label("Lamp that dazzles or hangs loose").check()
    expect(page.get_by_label("Number on the mast")).to_have_value("0042")
    page.get_by_label(SEARCH).fill("bulb")
    page.locator("#kind-hits").get_by_label("One lamp is dark").check()
    expect(page.get_by_label("It flickers")).to_be_checked()


@PHONE
def test_every_kind_of_question_is_answered_and_a_nought_counts(
    live_server: LiveServer, page_at: Callable[..., Page], width: int
) -> None:
    page = page_at(width)
    page.goto("/?category=lamps_stretch")
    page.locator("#address").fill("Storgata 64")
    page.get_by_label("About how many?").fill("0")
    page.get_by_label("From where to where?").fill("0")
    page.get_by_label("I don't know").check()
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    kept = {answer["code"]: answer["value"] for answer in sent(live_server).answers}
    assert kept == {"how_many": "0", "stretch": "0", "houses": "unsure"}


def test_several_answers_and_a_date_are_kept(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    page = page_at(360)
    page.goto("/?category=no_water")
    page.locator("#address").fill("Storgata 64")
    page.get_by_label("When did it start?").fill("2026-11-29")
    page.get_by_label("Low pressure", exact=True).check()
    page.get_by_label("Colour", exact=True).check()
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    kept = {answer["code"]: answer["value"] for answer in sent(live_server).answers}
    assert kept == {"since": "2026-11-29", "problem": ["pressure", "colour"]}


@PHONE
def test_without_script_the_button_finds_kinds_and_keeps_what_was_typed(
    live_server: LiveServer, page_at: Callable[..., Page], width: int, screenshot: Callable[..., None]
) -> None:
    page = page_at(width, java_script_enabled=False)
    page.goto("/")
    page.locator("#address").fill("Storgata 64")
    page.locator("#description").fill("It stinks")
    page.get_by_label(SEARCH).fill("kloakken")
    page.locator("#find-kind").click()
    expect(page.locator("#kind-hits")).to_contain_text("fit")
    screenshot(page, f"kinds-no-script-{width}", whole=True)
    page.locator("#kind-hits").get_by_label("Sewage and smell").check()
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    report = sent(live_server)
    assert (report.category_code, report.description, report.address) == ("sewage", "It stinks", "Storgata 64")


def test_without_script_a_report_without_a_kind_is_asked_what_its_words_may_mean(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360, java_script_enabled=False, expect=["422"])
    page.goto("/")
    page.locator("#address").fill("Storgata 64")
    page.locator("#description").fill("Somebody sprayed graffiti on the wall")
    page.get_by_role("button", name="Send the report").click()
    page.locator("#kinds-guessed").get_by_label("Graffiti and vandalism").check()
    page.get_by_role("button", name="Send the report").click()
    page.get_by_label("Building or wall").check()
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    assert sent(live_server).category_code == "tagging"


def test_without_script_an_answer_that_must_be_phoned_hides_the_form_until_it_is_changed(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360, java_script_enabled=False, expect=["422"])
    page.goto("/?category=lamp_dark")
    page.locator("#address").fill("Storgata 64")
    page.locator("#description").fill("By the gate")
    page.get_by_label("An open hatch or loose wires").check()
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("link", name="Ring 77 00 00 02")).to_be_visible()
    expect(page.get_by_role("button", name="Send the report")).to_be_hidden()
    page.get_by_label("It is out").check()
    page.get_by_role("button", name="I changed something: show the form again").click()
    expect(page.locator("#description")).to_have_value("By the gate")
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    assert sent(live_server).description == "By the gate"


def test_an_arrow_chooses_what_was_found_and_enter_leads_to_the_questions(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(1280, expect=["422"])
    page.goto("/")
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator("#category-error")).to_be_visible()
    page.get_by_label(SEARCH).focus()
    page.keyboard.type("lyktestolpe")
    expect(page.locator("#kind-hits input").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#kind-hits input").first).to_be_checked()
    expect(page.locator("#category-error")).to_have_count(0)
    expect(page.locator("#error-summary a[href='#category']")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator("#about-category input").first).to_be_focused()
    with transaction(live_server.state.session_factory) as session:
        assert session.scalars(select(Report)).all() == []
