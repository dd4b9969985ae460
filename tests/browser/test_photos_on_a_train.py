"""Large photos over a network that is slow, gone, back, stalled or broken: all arrive, and nothing typed is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image
from playwright.sync_api import CDPSession, Page, Route, expect

from tests.browser.test_photos import file, photo, send
from tests.browser.test_reporting import reports

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
NETWORK = ["ERR_", "Failed to load resource"]
KILOBYTE = 1024


@pytest.fixture(scope="module")
def large_photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Five of 40 MB each, as the best cameras of phones make them."""
    folder = tmp_path_factory.mktemp("large")
    first = folder / "1.jpg"
    Image.effect_noise((7200, 5400), 90).convert("RGB").save(first, quality=98)
    assert first.stat().st_size > 40_000_000
    for number in range(2, 6):
        (folder / f"{number}.jpg").hardlink_to(first)
    return sorted(folder.iterdir())


@pytest.fixture
def network(page_at: Callable[..., Page]) -> Callable[..., None]:
    """`network(page, kilobytes=60)` a second in both directions; `network(page, on=False)` is a tunnel."""

    tools: dict[Page, CDPSession] = {}

    def set_network(page: Page, *, on: bool = True, kilobytes: int = 5_000, latency: int = 0) -> None:
        speed = kilobytes * KILOBYTE
        if page not in tools:
            tools[page] = page.context.new_cdp_session(page)
        tools[page].send(
            "Network.emulateNetworkConditions",
            {"offline": not on, "latency": latency, "downloadThroughput": speed, "uploadThroughput": speed},
        )

    return set_network


def fill_in(page: Page) -> None:
    page.locator("#address").fill("Storgata 64")
    page.locator("#description").fill("Dark since Friday")
    page.locator(".tile", has_text="One lamp is dark").click()


def press_send(page: Page) -> None:
    page.locator("#send").click()


def test_five_photos_of_40_megabytes_arrive_although_the_train_goes_through_a_tunnel(
    live_server: LiveServer, page_at: Callable[..., Page], network: Callable[..., None], large_photos: list[Path]
) -> None:
    page = page_at(360, expect=NETWORK)
    page.goto("/")
    fill_in(page)
    network(page, kilobytes=500, latency=200)
    page.locator("#photo_files").set_input_files(large_photos)
    expect(page.locator("#photo-list img")).to_have_count(1, timeout=60_000)
    press_send(page)
    expect(page.locator(".photo-hold")).to_contain_text("of 5 are ready")
    while (
        page.evaluate("Math.max(0, ...[...document.querySelectorAll('#photo-list progress')].map((bar) => bar.value))")
        < 0.1
    ):
        page.wait_for_timeout(50)
    network(page, on=False)
    expect(page.locator("[data-photo-status]")).to_have_text("No network. We go on by ourselves when it is back.")
    before = page.locator("#photo-list img").count()
    assert before < 5
    network(page, kilobytes=2_000)
    page.wait_for_url("**/follow/**", timeout=120_000)
    (report,) = reports(live_server)
    assert (report.description, report.address) == ("Dark since Friday", "Storgata 64")
    assert len(report.photos) == 5
    assert {(one.width, one.height) for one in report.photos} == {(2048, 1536)}


@pytest.fixture
def answers(page_at: Callable[..., Page]) -> Callable[..., list[str]]:
    """`answers(page, [503, None])`: what the next uploads get; None is silence, 0 and those after are the server's."""

    def answer(page: Page, statuses: list[int | None]) -> list[str]:
        seen: list[str] = []

        def handle(route: Route) -> None:
            seen.append(route.request.method)
            status = statuses[len(seen) - 1] if len(seen) <= len(statuses) else 0
            if status == 0:
                route.continue_()
            elif status is not None:
                route.fulfill(status=status, json={"detail": "Too much has come."} if status < 500 else {})

        page.route("**/photos", handle)
        return seen

    return answer


def test_an_upload_on_which_nothing_moves_is_tried_anew(
    live_server: LiveServer, page_at: Callable[..., Page], answers: Callable[..., list[str]]
) -> None:
    page = page_at(360, expect=NETWORK)
    page.clock.install()
    page.goto("/")
    seen = answers(page, [None, 503])
    page.locator("#photo_files").set_input_files([file(photo())])
    expect(page.locator("#photo-list progress")).to_be_visible()
    page.clock.run_for(29_000)
    assert len(seen) == 1
    for _ in range(40):
        if len(seen) == 3:
            break  # The last try is a real one: it takes the server's time, not the clock's.
        page.clock.run_for(1_000)
    expect(page.locator("#photo-list img")).to_have_count(1)
    assert len(seen) == 3


def test_when_all_tries_failed_a_button_tries_again_and_sending_asks(
    live_server: LiveServer, page_at: Callable[..., Page], answers: Callable[..., list[str]]
) -> None:
    page = page_at(360, expect=NETWORK)
    page.clock.install()
    page.goto("/")
    fill_in(page)
    seen = answers(page, [502] * 10)
    page.locator("#photo_files").set_input_files([file(photo())])
    again = page.get_by_role("button", name="Try again: Photo 1")
    for _ in range(40):
        page.clock.run_for(2_000)
        if again.count():
            break
    expect(again).to_be_visible()
    assert len(seen) == 5
    expect(page.locator("#photo-list")).to_contain_text("The photo was not sent. Check the connection")
    again.click()
    expect(page.get_by_role("button", name="Cancel: Photo 1")).to_be_focused()
    press_send(page)
    expect(page.locator(".photo-hold")).to_contain_text("0 of 1 are ready")
    for _ in range(40):
        page.clock.run_for(2_000)
        if again.count():
            break
    expect(page.locator(".photo-hold")).to_contain_text("Not all photos could be sent.")
    page.locator(".photo-hold").get_by_role("button", name="Try again").click()
    page.clock.run_for(2_000)
    page.wait_for_url("**/follow/**")
    assert len(reports(live_server)[0].photos) == 1


def test_who_has_no_patience_sends_without_the_photos(
    live_server: LiveServer, page_at: Callable[..., Page], answers: Callable[..., list[str]]
) -> None:
    page = page_at(360, expect=NETWORK)
    page.goto("/")
    fill_in(page)
    answers(page, [0, None, None])
    page.locator("#photo_files").set_input_files([file(photo()), file(photo(None))])
    expect(page.locator("#photo-list img")).to_have_count(1)
    press_send(page)
    page.get_by_role("button", name="Send without the photos that are missing").click()
    page.wait_for_url("**/follow/**")
    (report,) = reports(live_server)
    assert (report.description, len(report.photos)) == ("Dark since Friday", 1)


def test_a_photo_on_its_way_can_be_cancelled(
    live_server: LiveServer, page_at: Callable[..., Page], answers: Callable[..., list[str]]
) -> None:
    page = page_at(360, expect=NETWORK)
    page.goto("/")
    answers(page, [None])
    page.locator("#photo_files").set_input_files([file(photo()), file(photo(None))])
    page.get_by_role("button", name="Cancel: Photo 1").click()
    expect(page.locator("#photo-list img")).to_have_count(1)
    expect(page.locator("#photo-list li")).to_have_count(1)
    send(page)
    assert len(reports(live_server)[0].photos) == 1


def test_too_many_photos_from_one_network_is_a_sentence_and_a_button(
    live_server: LiveServer, page_at: Callable[..., Page], answers: Callable[..., list[str]]
) -> None:
    page = page_at(360, expect=NETWORK)
    page.goto("/")
    answers(page, [429])
    page.locator("#photo_files").set_input_files([file(photo())])
    expect(page.locator("#photo-list")).to_contain_text("Too much has come.")
    page.get_by_role("button", name="Try again: Photo 1").click()
    expect(page.locator("#photo-list img")).to_have_count(1)
