"""Nothing is lost on the way: photos without bytes, receipts that never came, forms one comes back to, refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete

from app.db import transaction
from app.models import Photo
from app.routing import RulesFile
from app.settings import PROJECT
from tests.browser.accessibility import check_page
from tests.browser.test_offline import (
    CUT,
    SAVED,
    installed,
    real_time,
    reports,
    send,
    wait_until,
    write,
)
from tests.browser.test_reporting import noisy_jpeg

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import LiveServer

__all__ = ["real_time"]
pytestmark = [pytest.mark.browser, pytest.mark.realdb]
PHONE = pytest.mark.parametrize("width", [360])
# What a browser says of a photo that is gone.
TOLD = [*CUT, "404"]
STORED = """async () => {
    const asked = indexedDB.open("gatami");
    const database = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
    const all = database.transaction("reports").objectStore("reports").getAll();
    return new Promise((done) => {
        all.onsuccess = () => {
            database.close();
            done(all.result.map(({ key, state, fields = [] }) => [key, state, Object.fromEntries(fields).description]));
        };
    });
}"""


@pytest.fixture
def phone(page_at: Callable[..., Page]) -> Callable[[int], Page]:
    """`phone(360)`: a page on a phone that has opened the site before."""

    def open_phone(width: int) -> Page:
        page = page_at(width, expect=TOLD, service_workers="allow")
        page.goto("/")
        installed(page)
        return page

    return open_phone


def keep_with_photo_of_another_load(page: Page, *, words: str = "Deep one") -> None:
    """A report that waits and will be refused, with a photo of which the phone has no more than the id."""
    page.locator("#photo_files").set_input_files(
        [{"name": "hole.jpg", "mimeType": "image/jpeg", "buffer": noisy_jpeg(600, 400)}]
    )
    expect(page.locator("[data-photo-list] input[name=photos]")).to_have_count(1)
    page.reload()
    expect(page.locator("[data-photo-list] input[name=photos]")).to_have_count(1)
    page.context.set_offline(True)
    write(page, words=words)
    page.locator("#contact > summary").click()
    page.get_by_label("E-mail").fill("me@nowhere")
    send(page)
    expect(page.get_by_text(SAVED)).to_be_visible()


def open_refused(page: Page) -> None:
    """The network is back, the server says no, and the person opens the report."""
    page.goto("/waiting")
    page.context.set_offline(False)
    expect(page.locator(".waiting-row")).to_contain_text("Not sent", timeout=20_000)
    page.get_by_role("link", name="Open it and put it right").click()
    expect(page.locator("#error-summary")).to_be_focused()


@PHONE
def test_a_mended_report_keeps_the_photo_that_only_the_server_has(
    live_server: LiveServer, phone: Callable[[int], Page], width: int, screenshot: Callable[..., None]
) -> None:
    page = phone(width)
    keep_with_photo_of_another_load(page)
    open_refused(page)
    picture = page.locator("[data-photo-list] img")
    expect(picture).to_have_count(1)
    wait_until(page, "document.querySelector('[data-photo-list] img').naturalWidth > 0")
    check_page(page)
    screenshot(page, f"mending-photo-{width}", whole=True)
    page.get_by_label("E-mail").fill("me@example.com")
    send(page)
    page.wait_for_url("**/follow/**")
    (report,) = reports(live_server)
    assert len(report.photos) == 1


@PHONE
def test_a_photo_that_is_gone_is_said_in_the_list_and_can_be_removed(
    live_server: LiveServer, phone: Callable[[int], Page], width: int, screenshot: Callable[..., None]
) -> None:
    page = phone(width)
    keep_with_photo_of_another_load(page)
    with transaction(live_server.state.session_factory) as session:
        session.execute(delete(Photo))
    open_refused(page)
    gone = page.locator("[data-photo-list] > *")
    expect(gone).to_contain_text("The photo waited for too long and is gone.")
    check_page(page)
    screenshot(page, f"mending-gone-{width}", whole=True)
    gone.get_by_role("button", name="Remove").click()
    expect(gone).to_have_count(0)
    page.get_by_label("E-mail").fill("me@example.com")
    send(page)
    page.wait_for_url("**/follow/**")
    assert [report.photos for report in reports(live_server)] == [[]]


def test_a_photo_is_not_said_to_be_gone_where_only_the_network_is(
    live_server: LiveServer, phone: Callable[[int], Page]
) -> None:
    page = phone(360)
    keep_with_photo_of_another_load(page)
    key = page.evaluate(STORED)[0][0]
    page.goto("about:blank")
    page.goto(f"/#mend={key}")
    expect(page.locator("html")).to_have_attribute("data-shell", "")
    expect(page.locator("[data-photo-list] input[name=photos]")).to_have_count(1)
    page.wait_for_timeout(500)
    expect(page.locator("[data-photo-list]")).not_to_contain_text("gone")
    page.get_by_label("E-mail").fill("me@example.com")
    send(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("The report has been sent.")).to_be_visible(timeout=20_000)
    assert len(reports(live_server)[0].photos) == 1


def test_a_report_whose_receipt_never_came_stays_in_the_list(
    live_server: LiveServer, phone: Callable[[int], Page]
) -> None:
    page = phone(360)
    write(page)
    page.evaluate(
        """() => {
            const real = window.fetch;
            window.fetch = async (address, options) => {
                const answer = await real(address, options);
                if (String(address) === "/reports") {
                    window.answered = true;
                    await new Promise((done) => setTimeout(done, 1500));
                }
                return answer;
            };
        }"""
    )
    send(page)
    page.wait_for_function("() => window.answered")
    page.context.set_offline(True)
    row = page.locator(".waiting-row")
    expect(row).to_contain_text("Sent")
    (report,) = reports(live_server)
    expect(row).to_contain_text(report.shown_reference)
    page.context.set_offline(False)
    row.get_by_role("link", name="Follow the report").click()
    expect(page.get_by_text("Deep one")).to_be_visible()


def test_a_receipt_that_came_leaves_nothing_of_what_was_written_on_the_phone(
    live_server: LiveServer, phone: Callable[[int], Page]
) -> None:
    page = phone(360)
    write(page)
    send(page)
    expect(page.get_by_role("heading", name="Thank you. We have your report.")).to_be_visible()
    expect(page.locator("#remembered")).to_be_visible()
    ((_key, state, words),) = page.evaluate(STORED)
    assert (state, words) == ("sent", None)
    page.goto("/waiting")
    expect(page.get_by_text("No report waits on this phone.")).to_be_visible()
    expect(page.locator("#waiting-strip")).to_be_hidden()


@pytest.mark.parametrize("from_shell", [True, False], ids=["form of the phone", "form of the server"])
def test_coming_back_after_a_kept_report_gives_an_empty_form_for_another(
    live_server: LiveServer, phone: Callable[[int], Page], *, from_shell: bool
) -> None:
    page = phone(360)
    if not from_shell:
        page.goto("/?category=pothole")
    page.context.set_offline(True)
    if from_shell:
        page.goto("/")
    write(page, words="First")
    page.locator("#contact > summary").click()
    page.get_by_label("E-mail").fill("me@example.com")
    send(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    page.goto("/waiting")
    expect(page.locator(".waiting-row")).to_have_count(1)
    page.go_back()
    page.wait_for_timeout(500)
    # Browsers that keep the page itself show that the report is saved, and no form.
    if page.locator("#kept").is_visible():
        page.reload()
    for name in ("description", "address", "email"):
        expect(page.locator(f"#{name}")).to_have_value("")
    write(page, words="Second")
    send(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    stored = page.evaluate(STORED)
    assert sorted(words for _, _, words in stored) == ["First", "Second"]
    assert len({key for key, _, _ in stored}) == 2


def test_an_empty_form_that_one_came_back_to_is_no_report(
    live_server: LiveServer, phone: Callable[[int], Page]
) -> None:
    page = phone(360)
    page.context.set_offline(True)
    page.goto("/")
    write(page, words="First")
    send(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    page.goto("/waiting")
    page.go_back()
    page.wait_for_timeout(500)
    if page.locator("#kept").is_visible():
        page.reload()
    page.wait_for_timeout(500)
    send(page)
    expect(page.locator("#error-summary")).to_contain_text("Choose what it is about.")
    assert [words for _, _, words in page.evaluate(STORED)] == ["First"]


STOPPER = "      - answers: {state: wires}\n"


@pytest.fixture
def other_rules(live_server: LiveServer, tmp_path: Path) -> Callable[..., None]:
    """`other_rules(("old", "new"), ...)`: a rules file that was changed so is in force from now on."""
    folder = tmp_path / "municipality"
    folder.mkdir()
    (folder / "areas").symlink_to(PROJECT / "areas")

    def change(*changes: tuple[str, str]) -> None:
        words = (PROJECT / "routing_rules.yaml").read_text()
        for old, new in changes:
            assert old in words, old
            words = words.replace(old, new)
        (folder / "rules.yaml").write_text(words)
        object.__setattr__(live_server.state, "rules_file", RulesFile(folder / "rules.yaml"))

    return change


@PHONE
def test_a_report_of_open_wires_that_waited_shows_the_number_to_ring(
    live_server: LiveServer,
    page_at: Callable[..., Page],
    other_rules: Callable[..., None],
    width: int,
    screenshot: Callable[..., None],
) -> None:
    # The phone knows the form of a time when nobody had to ring.
    other_rules((STOPPER, STOPPER.replace("wires", "flickers")))
    page = page_at(width, expect=CUT, service_workers="allow")
    page.goto("/")
    installed(page)
    page.context.set_offline(True)
    page.goto("/")
    page.locator("#address").fill("Storgata 64")
    page.locator(".tile", has_text="One lamp is dark").click()
    page.get_by_label("An open hatch or loose wires").check()
    send(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    other_rules()
    page.goto("/waiting")
    page.context.set_offline(False)
    row = page.locator(".waiting-row")
    expect(row).to_contain_text("This is urgent. Phone 77 00 00 02 now instead of writing.", timeout=20_000)
    expect(row.get_by_role("link", name="Ring 77 00 00 02")).to_have_attribute("href", "tel:77000002")
    check_page(page)
    screenshot(page, f"mending-ring-{width}", whole=True)
    assert reports(live_server) == []
    page.goto("/")
    expect(page.locator("#waiting-list").get_by_role("link", name="Ring 77 00 00 02")).to_be_visible()


@PHONE
def test_a_category_that_is_retired_while_the_page_is_open_is_said_and_everything_stays(
    live_server: LiveServer,
    page_at: Callable[..., Page],
    other_rules: Callable[..., None],
    width: int,
    screenshot: Callable[..., None],
) -> None:
    page = page_at(width, expect=CUT)
    page.goto("/?category=sweeping")
    page.locator("#address").fill("Storgata 64")
    page.locator("#description").fill("Sand everywhere")
    page.locator("#photo_files").set_input_files(
        [{"name": "sand.jpg", "mimeType": "image/jpeg", "buffer": noisy_jpeg(600, 400)}]
    )
    expect(page.locator("[data-photo-list] img")).to_have_count(1)
    page.locator("#contact > summary").click()
    page.get_by_label("E-mail").fill("me@example.com")
    other_rules(
        ("  sweeping:\n", "  brooming:\n"), ("ice, sweeping,", "ice, brooming,"),
        ("category: sweeping", "category: brooming"),
    )  # fmt: skip
    send(page)
    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.locator("#error-summary")).to_contain_text("is no longer in use")
    expect(page.locator("#category-error")).to_contain_text("is no longer in use")
    expect(page.locator("#address")).to_have_value("Storgata 64")
    expect(page.locator("#description")).to_have_value("Sand everywhere")
    expect(page.get_by_label("E-mail")).to_have_value("me@example.com")
    expect(page.locator("[data-photo-list] img")).to_have_count(1)
    check_page(page)
    screenshot(page, f"retired-online-{width}", whole=True)
    page.locator(".tile", has_text="One lamp is dark").click()
    send(page)
    page.wait_for_url("**/follow/**")
    (report,) = reports(live_server)
    assert (report.category_code, report.description, len(report.photos)) == ("lamp_dark", "Sand everywhere", 1)
