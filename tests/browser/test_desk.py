"""The desk in a browser: a morning by keyboard only, two people on one queue, and every page accessible."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from app.models import Role
from tests.browser.accessibility import check_page
from tests.browser.conftest import LiveServer
from tests.browser.desk_day import hire, report_at, sign_in, stored

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
WIDTHS = pytest.mark.parametrize("width", [360, 1280])


def jpeg() -> bytes:
    """A small photo."""
    out = BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def desk_at(live_server: LiveServer, page_at: Callable[..., Page]) -> Callable[..., Page]:
    """`desk_at(1280)`: the queue, with Kari signed in; another name is another person."""

    def open_desk(width: int, name: str = "Kari", **options: object) -> Page:
        page = page_at(width, **options)
        sign_in(page.context, live_server, hire(live_server.state, name))
        page.goto("/staff/queue")
        return page

    return open_desk


def current(page: Page) -> str:
    """The reference of the report in front, digits only."""
    shown = page.locator("#report-title + a .reference").inner_text()
    return "".join(letter for letter in shown if letter.isdigit())


def press(page: Page, *keys: str) -> None:
    """Press keys that put another report in front, or the same one anew, and wait for it."""
    page.evaluate("document.getElementById('front').dataset.before = '1'")
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_function(
        "() => !document.getElementById('front').dataset.before && !document.querySelector('[data-busy]')"
    )


def test_keys_pressed_too_fast_decide_nothing_more(live_server: LiveServer, desk_at: Callable[..., Page]) -> None:
    state = live_server.state
    references = [report_at(state, metres_north=400 * n) for n in range(3)]
    page = desk_at(1280)
    page.keyboard.press("f")
    press(page, "f")
    expect(page.locator(".queue__item")).to_have_count(2)
    assert sorted(stored(state, one).status for one in references) == ["forwarded", "new", "new"]


def test_a_refused_decision_stands_open(desk_at: Callable[..., Page], live_server: LiveServer) -> None:
    report_at(live_server.state)
    page = desk_at(1280, expect=["422"])
    page.keyboard.press("r")
    page.locator("#reject-words").focus()
    press(page, "Control+Enter")
    expect(page.locator("#reject-words")).to_be_visible()
    expect(page.locator("#reject-words-error")).to_have_text("Write a kind reason. The reporter reads it.")


def test_five_reports_are_triaged_by_keyboard_only(live_server: LiveServer, desk_at: Callable[..., Page]) -> None:
    state = live_server.state
    lamp = report_at(state, description="Mørkt ved nummer 64", photo=jpeg())
    twin = report_at(state, metres_north=30)
    school = report_at(state, metres_north=400, description="The heating rattles")
    other = report_at(state, category="other", metres_north=800, description="I do not like the weather")
    praise = report_at(state, category="praise", metres_north=1200)
    page = desk_at(1280)
    page.goto("/staff/queue?order=oldest")
    expect(page.locator(".queue__item")).to_have_count(5)

    assert current(page) == lamp
    press(page, "t")
    press(page, "p")
    expect(page.get_by_text("Everybody can see it now.")).to_be_visible()
    press(page, "f")
    assert (stored(state, lamp).status, stored(state, lamp).unit_code, stored(state, lamp).text_public) == (
        "forwarded",
        "bydrift",
        True,
    )

    assert current(page) == twin, "the next report came by itself"
    press(page, "1")
    assert stored(state, twin).duplicate_of_id == stored(state, lamp).id

    assert current(page) == school
    page.keyboard.press("u")
    page.keyboard.type("Municipal property")
    press(page, "Enter")
    assert stored(state, school).unit_code == "eiendom"

    assert current(page) == other
    page.keyboard.press("r")
    page.keyboard.type("Not the")
    expect(page.locator("#reject-words")).to_have_value(
        "Takk for at du sa fra. Dette har ikke kommunen ansvar for, så vi kan ikke rette det."
    )
    press(page, "Enter")
    assert stored(state, other).status == "rejected"

    assert current(page) == praise
    page.keyboard.press("a")
    page.keyboard.press("Tab")
    page.keyboard.type("Thank you for fine words, f and j and z")
    press(page, "Control+Enter")
    assert stored(state, praise).status == "answered"
    expect(page.get_by_text("No new reports. Time for coffee.")).to_be_visible()

    page.keyboard.press("z")
    page.wait_for_function("(undone) => document.getElementById('front').dataset.reference === undone", arg=praise)
    assert current(page) == praise
    assert stored(state, praise).status == "new"


def test_enter_sends_to_the_proposed_unit_and_j_and_k_walk_the_list(
    live_server: LiveServer, desk_at: Callable[..., Page]
) -> None:
    first, second, third = (report_at(live_server.state, metres_north=300 * n) for n in range(3))
    page = desk_at(1280)
    # A key pressed while a report is on its way waits for it, and the list says at once which one that is.
    page.evaluate(
        "() => { const ask = window.fetch; const gate = new Promise((go) => { window.letThrough = go; });"
        " window.fetch = async (url, how) => {"
        " if (String(url).includes('/queue/reports/')) await gate;"
        " return ask(url, how); }; }"
    )
    page.locator(f"#list a[data-reference='{third}']").last.click()
    page.keyboard.press("n")
    marked = page.locator(".queue__item:has([aria-current])")
    assert (marked.get_attribute("data-reference"), current(page)) == (third, first)
    page.evaluate("letThrough()")
    page.wait_for_function("(wanted) => document.getElementById('front').dataset.reference === wanted", arg=third)
    expect(page.locator("#note-words")).to_be_focused()
    page.goto("/staff/queue")
    press(page, "j")
    press(page, "j")
    assert current(page) == third
    press(page, "k")
    assert current(page) == second
    press(page, "Enter")
    assert stored(live_server.state, second).status == "forwarded"
    assert current(page) == third
    assert stored(live_server.state, first).status == "new"


def test_keys_never_fire_while_somebody_writes_and_can_be_turned_off(
    live_server: LiveServer, desk_at: Callable[..., Page]
) -> None:
    report = report_at(live_server.state)
    page = desk_at(1280)
    page.keyboard.press("n")
    page.keyboard.type("f r d u j k z t p ? 1 a")
    expect(page.locator("#note-words")).to_have_value("f r d u j k z t p ? 1 a")
    page.keyboard.press("Escape")
    expect(page.locator("#note-words")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Use keys on this computer").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    page.keyboard.press("r")
    expect(page.locator("#reject-words")).to_be_hidden()
    assert stored(live_server.state, report).status == "new"


def test_the_undo_bar_counts_down_in_words_and_goes(live_server: LiveServer, desk_at: Callable[..., Page]) -> None:
    report_at(live_server.state)
    page = desk_at(1280)
    press(page, "f")
    bar = page.locator("form[data-undo]")
    expect(bar).to_contain_text("The unit gets an e-mail. No mail to the reporter.")
    expect(bar).to_contain_text("8 seconds left to undo")
    expect(bar).to_contain_text("It can no longer be undone here.", timeout=12_000)
    expect(bar).to_be_hidden(timeout=8_000)


@WIDTHS
def test_every_page_of_the_desk_is_accessible(
    live_server: LiveServer, desk_at: Callable[..., Page], width: int
) -> None:
    state = live_server.state
    report = report_at(
        state,
        description="Dark",
        photo=jpeg(),
        email="nina@example.org",
        name="Nina",
        address="Storgata 64",
        lat=69.6492,
        lon=18.9553,
        answers={"mast": "12", "state": "flickers"},
    )
    report_at(state, metres_north=20, description="Fare for å falle")
    report_at(
        state, category="dumped_waste", address="A very-long-address-without-any-space-to-break-it-in-two-parts 12"
    )
    done = report_at(state, category="snow", metres_north=40)
    page = desk_at(width)
    for address in (
        f"/staff/queue?report={report}",
        f"/staff/reports/{report}",
        f"/staff/reports/{report}/explanation",
        "/staff/reports",
        "/staff/reports/new",
    ):
        page.goto(address)
        if page.locator("#desk-map").count():
            page.locator("#desk-map .leaflet-tile-loaded").first.wait_for()
        check_page(page)
    page.goto(f"/staff/queue?report={done}")
    page.get_by_role("button", name="Send to City operations").click()
    expect(page.locator("form[data-undo]")).to_be_visible()
    check_page(page)
    page.goto(f"/staff/reports/{done}")
    expect(page.get_by_role("heading", name="Sent to units")).to_be_visible()
    check_page(page)
    for panel in ("decide-reject", "decide-duplicate", "decide-place"):
        page.goto(f"/staff/queue?report={report}")
        page.locator(f"#{panel} > summary").click()
        check_page(page)


def test_the_card_of_keys_is_accessible(live_server: LiveServer, desk_at: Callable[..., Page]) -> None:
    report_at(live_server.state)
    page = desk_at(1280)
    page.keyboard.press("?")
    expect(page.locator("#keys-title")).to_be_focused()
    assert page.locator("#keys").evaluate("(card) => card.scrollTop") == 0
    check_page(page)
    page.keyboard.press("Escape")
    page.keyboard.press("z")
    expect(page.locator("#bench-said")).to_contain_text("There is nothing to undo here.")
    # What is decided scrolls beside the words of the reporter, which stay; its buttons stay where they were.
    places = "() => [...document.querySelectorAll('.decision-list > * > summary')].map((one) => one.offsetLeft)"
    before = page.evaluate(places)
    page.keyboard.press("n")
    page.keyboard.type("Ring them")
    assert page.evaluate("window.scrollY") == 0
    assert page.evaluate(places) == before
    expect(page.locator("#words-title")).to_be_in_viewport()
    expect(page.locator("#note-words")).to_be_in_viewport()
    page.locator("#note-public").focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".desk-report")).to_contain_text("Ring them")
    page.keyboard.press("h")
    page.wait_for_url("**/sight")
    page.keyboard.press("Escape")
    page.wait_for_url("**/staff/queue**")


def test_a_click_on_the_map_places_an_unplaced_report(live_server: LiveServer, desk_at: Callable[..., Page]) -> None:
    report = report_at(live_server.state, address="By the shop")
    page = desk_at(1280)
    page.locator("#desk-map .leaflet-tile-loaded").first.wait_for()
    page.locator("#desk-map").click(position={"x": 150, "y": 100})
    expect(page.locator("#place-lat")).not_to_have_value("")
    page.get_by_role("button", name="Save the place").click()
    expect(page.get_by_text("The place is saved.")).to_be_visible()
    expect(page.locator("[data-key='f Enter']")).to_be_enabled()
    assert stored(live_server.state, report).lat is not None
    page.keyboard.press("f")
    expect(page.locator("form[data-undo]")).to_be_visible()
    assert stored(live_server.state, report).status == "forwarded"


@pytest.mark.parametrize("width", [360])
def test_the_desk_works_without_script(
    live_server: LiveServer, context_at: Callable[..., BrowserContext], width: int
) -> None:
    state = live_server.state
    first, second = report_at(state), report_at(state, metres_north=500)
    context = context_at(width, base_url=live_server.url, java_script_enabled=False)
    sign_in(context, live_server, hire(state, "Kari", Role.DESK))
    page = context.new_page()
    page.goto("/staff/queue")
    page.locator("#decide-reject > summary").click()
    page.locator("#reject-ready").select_option(label="Not found")
    page.get_by_role("button", name="Close the report").click()
    assert stored(state, first).status == "rejected"
    page.get_by_role("button", name="Undo").click()
    assert stored(state, first).status == "new"
    page.goto(f"/staff/queue?report={second}")
    page.get_by_role("button", name="Send to City operations").click()
    assert stored(state, second).status == "forwarded"
