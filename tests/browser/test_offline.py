"""Without a network: the form opens, what is written waits on the phone, sends itself once, and its end is told."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete, select
from sqlalchemy.orm import selectinload

from app.db import transaction
from app.models import Photo, Report
from app.services.drafts import ReportDraft
from app.services.reporting import submit_report
from tests.browser.accessibility import check_page
from tests.browser.test_reporting import noisy_jpeg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext, Page, Route

    from tests.application import Clock
    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
WIDTHS = pytest.mark.parametrize("width", [360, 1280])
# A browser whose network is cut complains in its console, as it should.
CUT = [
    "502",
    "403",
    "ERR_INTERNET_DISCONNECTED",
    "ERR_FAILED",
    "ERR_CONNECTION_REFUSED",
    "Failed to fetch",
    "503",
    "422",
]
SAVED = "The report is saved on this phone."


@pytest.fixture(autouse=True)
def real_time(clock: Clock) -> Iterator[None]:
    """The phone's clock is the machine's, and so the server's must be; what sends itself is waited for longer."""
    clock.now = datetime.now(UTC)
    expect.set_options(timeout=15_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def phone(page_at: Callable[..., Page]) -> Callable[[int], Page]:
    """`phone(360)`: a page on a phone that has opened the site before."""

    def open_phone(width: int) -> Page:
        page = page_at(width, expect=CUT, service_workers="allow")
        page.goto("/")
        installed(page)
        return page

    return open_phone


def installed(page: Page) -> None:
    """Wait until the worker has everything and answers for this page; a page of ours leaves it for later."""
    page.evaluate("() => { navigator.serviceWorker.register('/sw.js', { type: 'module' }); }")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null", timeout=20_000)
    wait_until(page, "(await caches.match(`/offline/${document.documentElement.lang}/form`)) !== undefined")


def wait_until(page: Page, promise: str) -> None:
    """Asks again until the promise comes true; Playwright's own waiting takes the promise itself for a yes."""
    for _ in range(100):
        if page.evaluate(f"async () => {promise}"):
            return
        page.wait_for_timeout(200)
    pytest.fail(f"It never came true: {promise}")


def write(page: Page, *, words: str = "Deep one") -> None:
    """A report about a pothole, with its question answered and a place in words."""
    page.locator("#address").fill("Storgata 64")
    page.locator(".tile", has_text="Pothole").click()
    page.get_by_label("Larger than a car tyre").check()
    page.locator("#description").fill(words)


def send(page: Page) -> None:
    page.get_by_role("button", name="Send the report").click()


def reports(live_server: LiveServer) -> list[Report]:
    """What is in the database now."""
    with transaction(live_server.state.session_factory) as session:
        return list(session.scalars(select(Report).options(selectinload(Report.photos))))


@WIDTHS
def test_a_report_written_without_a_network_waits_and_sends_itself_once(
    live_server: LiveServer, phone: Callable[[int], Page], width: int, screenshot: Callable[..., None], clock: Clock
) -> None:
    page = phone(width)
    page.context.set_offline(True)
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("data-shell", "")
    write(page)
    page.locator("#photo_files").set_input_files(
        [{"name": "hole.jpg", "mimeType": "image/jpeg", "buffer": noisy_jpeg(1200, 800)}]
    )
    check_page(page)
    page.evaluate("scrollTo(0, 0)")
    screenshot(page, f"offline-form-{width}")
    send(page)
    expect(page.get_by_role("heading", name=SAVED)).to_be_focused()
    check_page(page)
    screenshot(page, f"offline-kept-{width}", whole=True)
    page.goto("/waiting")
    row = page.locator(".waiting-row")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Pothole")
    expect(row).to_contain_text("1 photo")
    expect(row).to_contain_text("Waits for a network")
    check_page(page)
    screenshot(page, f"offline-waiting-{width}", whole=True)
    assert reports(live_server) == []
    clock.now += timedelta(hours=2)
    page.context.set_offline(False)
    expect(row).to_contain_text("Sent", timeout=20_000)
    (report,) = reports(live_server)
    assert (report.category_code, report.description, len(report.photos)) == ("pothole", "Deep one", 1)
    assert report.written_at is not None
    assert abs(report.created_at - timedelta(hours=2) - report.written_at) < timedelta(minutes=2)
    expect(row).to_contain_text(report.shown_reference)
    check_page(page)
    screenshot(page, f"offline-sent-{width}", whole=True)
    row.get_by_role("link", name="Follow the report").click()
    expect(page.get_by_text("Deep one")).to_be_visible()


def test_the_form_opens_in_norwegian_where_that_was_read_last(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360, expect=CUT, service_workers="allow", locale="nb-NO")
    page.goto("/")
    installed(page)
    page.context.set_offline(True)
    page.goto("/")
    page.locator("#address").fill("Storgata 64")
    page.locator(".tile", has_text="Hull").click()
    page.locator("#about-category input").first.check()
    page.locator("#send").click()
    expect(page.locator("#kept")).to_contain_text("Meldingen er lagret på telefonen.")
    expect(page.locator("#kept")).to_contain_text("Den sendes når du har nett igjen.")


def test_the_languages_are_offered_again_when_the_network_is_back(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360, expect=CUT, service_workers="allow", locale="nb-NO")
    page.goto("/")
    installed(page)
    page.context.set_offline(True)
    page.goto("/")
    # The phone keeps one language; the others are offered when there is a network to fetch them from.
    expect(page.locator(".language")).to_be_hidden()
    page.context.set_offline(False)
    page.locator(".language summary").click()
    page.locator(".language button[lang=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def dead(context: BrowserContext, status: int = 0) -> None:
    """The server is gone; with a status something else answers in its place."""
    pattern = re.compile(r"/(reports|photos|form-token)$")
    context.route(pattern, lambda route: route.fulfill(status=status, body="?") if status else route.abort())


@pytest.mark.parametrize("status", [0, 502, 200], ids=["no answer", "proxy without server", "portal of a train"])
def test_a_server_that_does_not_answer_is_no_network_either(
    live_server: LiveServer, phone: Callable[[int], Page], status: int
) -> None:
    page = phone(360)
    write(page)
    dead(page.context, status)
    send(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    assert page.evaluate("navigator.onLine")
    page.context.unroute(re.compile(r"/(reports|photos|form-token)$"))
    expect(page.get_by_text("The report has been sent.")).to_be_visible(timeout=30_000)
    (report,) = reports(live_server)
    expect(page.locator("#kept-reference")).to_have_text(report.shown_reference)


def test_a_report_whose_answer_was_lost_stays_one_report(live_server: LiveServer, phone: Callable[[int], Page]) -> None:
    page = phone(360)
    write(page)
    lost = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.fallback()

    page.context.route(re.compile("/reports$"), lose)
    send(page)
    expect(page.get_by_text("The report has been sent.")).to_be_visible(timeout=20_000)
    assert lost == [201]
    (report,) = reports(live_server)
    assert report.written_at is None, "it was written when it came"
    expect(page.locator("#kept-reference")).to_have_text(report.shown_reference)


def test_two_tabs_and_the_worker_send_it_once(live_server: LiveServer, phone: Callable[[int], Page]) -> None:
    page = phone(360)
    others = [page.context.new_page() for _ in range(2)]
    for other in others:
        other.goto("/reports")
    page.context.set_offline(True)
    write(page)
    send(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    posts: list[str] = []
    page.context.on(
        "request", lambda one: posts.append(one.url) if one.method == "POST" and one.url.endswith("/reports") else None
    )
    page.context.set_offline(False)
    for tab in (page, *others):
        tab.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.get_by_text("The report has been sent.")).to_be_visible(timeout=20_000)
    for other in others:
        expect(other.locator("#waiting-strip")).to_contain_text("One report that waited has been sent.")
    assert len(posts) == 1
    assert len(reports(live_server)) == 1


@pytest.mark.parametrize("width", [360])
def test_a_report_that_is_refused_says_why_and_can_be_mended(
    live_server: LiveServer, phone: Callable[[int], Page], width: int, screenshot: Callable[..., None]
) -> None:
    page = phone(width)
    page.context.set_offline(True)
    write(page)
    page.locator("#photo_files").set_input_files(
        [{"name": "hole.jpg", "mimeType": "image/jpeg", "buffer": noisy_jpeg(600, 400)}]
    )
    page.locator("#contact > summary").click()
    # Browsers take this for an address; mail servers do not.
    page.get_by_label("E-mail").fill("me@nowhere")
    send(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    page.goto("/waiting")
    page.context.set_offline(False)
    row = page.locator(".waiting-row")
    expect(row).to_contain_text("Not sent", timeout=20_000)
    expect(row).to_contain_text("The e-mail address must look like")
    check_page(page)
    screenshot(page, f"offline-refused-{width}", whole=True)
    page.goto("/privacy")
    expect(page.locator("#waiting-strip")).to_contain_text("One report on this phone could not be sent.")
    page.goto("/waiting")
    row.get_by_role("link", name="Open it and put it right").click()
    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.locator("#email-error")).to_contain_text("The e-mail address must look like")
    expect(page.locator("#description")).to_have_value("Deep one")
    expect(page.locator("#address")).to_have_value("Storgata 64")
    expect(page.get_by_label("Larger than a car tyre")).to_be_checked()
    expect(page.locator("[data-photo-list] img")).to_have_count(1)
    check_page(page)
    screenshot(page, f"offline-mending-{width}")
    page.get_by_label("E-mail").fill("me@example.com")
    send(page)
    page.wait_for_url("**/follow/**")
    (report,) = reports(live_server)
    assert (report.description, len(report.photos)) == ("Deep one", 1)
    page.goto("/waiting")
    expect(page.get_by_text("No report waits on this phone.")).to_be_visible()


def test_a_category_that_was_retired_meanwhile_is_chosen_anew(
    live_server: LiveServer, phone: Callable[[int], Page]
) -> None:
    page = phone(360)
    page.context.set_offline(True)
    write(page)
    # As if the rules had lost it: the phone still knows a kind that the server does not.
    page.locator("input[name=category]:checked").evaluate("radio => { radio.value = 'gone_kind'; }")
    send(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    page.goto("/waiting")
    page.context.set_offline(False)
    expect(page.locator(".waiting-row")).to_contain_text("is no longer in use", timeout=20_000)
    page.get_by_role("link", name="Open it and put it right").click()
    expect(page.locator("#category-error")).to_contain_text("is no longer in use")
    page.locator(".tile", has_text="One lamp is dark").click()
    send(page)
    page.wait_for_url("**/follow/**")
    (report,) = reports(live_server)
    assert (report.category_code, report.description) == ("lamp_dark", "Deep one")


def test_what_is_missing_is_said_before_a_report_waits_for_days(
    live_server: LiveServer, phone: Callable[[int], Page]
) -> None:
    page = phone(360)
    page.context.set_offline(True)
    page.goto("/")
    send(page)
    summary = page.locator("#error-summary")
    expect(summary).to_contain_text("Choose what it is about.")
    expect(summary).to_contain_text("Show on the map where it is, or write the address.")
    page.locator(".tile", has_text="Pothole").click()
    page.locator("#address").fill("Storgata 64")
    send(page)
    expect(summary).to_contain_text(re.compile("Answer: .*\\?"))
    check_page(page)
    page.goto("/waiting")
    expect(page.get_by_text("No report waits on this phone.")).to_be_visible()


def test_a_waiting_report_can_be_deleted_after_a_second_thought(
    live_server: LiveServer, phone: Callable[[int], Page]
) -> None:
    page = phone(360)
    page.context.set_offline(True)
    write(page)
    send(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    page.goto("/waiting")
    row = page.locator(".waiting-row")
    row.get_by_text("Delete", exact=True).click()
    expect(row).to_contain_text("When you delete it, nobody gets it.")
    row.get_by_role("button", name="Yes, delete it").click()
    expect(row).to_have_count(0)
    page.context.set_offline(False)
    page.reload()
    expect(page.get_by_text("No report waits on this phone.")).to_be_visible()
    assert reports(live_server) == []


def test_photos_that_the_server_no_longer_has_are_sent_again(
    live_server: LiveServer, phone: Callable[[int], Page]
) -> None:
    page = phone(360)
    write(page)
    page.locator("#photo_files").set_input_files(
        [{"name": "hole.jpg", "mimeType": "image/jpeg", "buffer": noisy_jpeg(600, 400)}]
    )
    expect(page.locator("[data-photo-list] img")).to_have_count(1)
    page.context.set_offline(True)
    send(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    with transaction(live_server.state.session_factory) as session:
        session.execute(delete(Photo))
    page.context.set_offline(False)
    expect(page.get_by_text("The report has been sent.")).to_be_visible(timeout=20_000)
    assert len(reports(live_server)[0].photos) == 1


def test_a_new_version_takes_over_and_leaves_form_and_reports_alone(
    live_server: LiveServer, phone: Callable[[int], Page], clock: Clock
) -> None:
    page = phone(360)
    before = page.evaluate("() => caches.keys()")
    page.context.set_offline(True)
    write(page, words="Waits")
    send(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    page.goto("/")
    page.locator("#description").fill("Half written")
    dead(page.context)
    make_another_version(live_server, clock)
    page.context.set_offline(False)
    page.evaluate("() => navigator.serviceWorker.getRegistration().then((one) => one.update())")
    wait_until(page, "caches.keys().then((names) => names.length === 2)")
    wait_until(page, "navigator.serviceWorker.getRegistration().then((one) => !one.waiting && !one.installing)")
    expect(page.locator("#description")).to_have_value("Half written")
    page.context.set_offline(True)
    page.goto("/waiting")
    expect(page.locator(".waiting-row")).to_contain_text("Waits for a network")
    page.goto("/")
    expect(page.locator(".tile").first).to_contain_text("sweeping", ignore_case=True)
    assert page.evaluate("() => caches.keys()")[:1] == before


def make_another_version(live_server: LiveServer, clock: Clock) -> None:
    """What is reported most stands first on the form: when that changes, so does what phones keep."""
    rules = live_server.state.rules_file.current
    draft = ReportDraft(category="sweeping", address="Storgata 64")
    with transaction(live_server.state.session_factory) as session:
        for _ in range(3):
            submit_report(session, draft, rules=rules, at=clock())
    clock.pass_(minutes=2)


def test_the_phone_keeps_the_shell_and_nothing_else(live_server: LiveServer, phone: Callable[[int], Page]) -> None:
    page = phone(360)
    for path in ("/reports", "/staff/sign-in", "/waiting", "/privacy", "/"):
        page.goto(path)
    kept = page.evaluate(
        "async () => { const all = []; for (const name of await caches.keys()) "
        "for (const one of await (await caches.open(name)).keys()) all.push(new URL(one.url).pathname); return all; }"
    )
    assert {path.split("/")[1] for path in kept} == {"static", "offline", "map"}
    # Its own language's pages, and nobody else's.
    assert {path for path in kept if path.startswith("/offline")} == {"/offline/en/form", "/offline/en/waiting"}
    texts = page.evaluate("async () => (await caches.match('/offline/en/form')).text()")
    assert re.search(r'name="csrf_token" value=""', texts)
    assert re.search(r'name="key" value=""', texts)
    # Whoever changes the language has its pages too, and sees them when the network is gone.
    page.locator(".language summary").click()
    page.locator(".language button[lang=nn]").click()
    wait_until(page, "(await caches.match('/offline/nn/form')) !== undefined")
    page.context.set_offline(True)
    page.goto("/")
    expect(page.locator("html[data-shell]")).to_have_attribute("lang", "nn")


def test_without_any_store_nothing_typed_is_lost(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    page = page_at(360, expect=CUT)
    page.add_init_script("indexedDB.open = () => { throw new Error('private'); };")
    page.goto("/")
    page.wait_for_load_state("networkidle")
    write(page)
    page.context.set_offline(True)
    send(page)
    expect(page.locator("#error-summary")).to_contain_text("Everything is still here.")
    expect(page.locator("#description")).to_have_value("Deep one")
    page.context.set_offline(False)
    send(page)
    page.wait_for_url("**/follow/**")
    assert len(reports(live_server)) == 1


def test_a_slow_network_shows_the_form_from_the_phone(live_server: LiveServer, phone: Callable[[int], Page]) -> None:
    page = phone(360)
    held: list[Route] = []
    page.context.route(f"{live_server.url}/", lambda route: held.append(route))  # noqa: PLW0108  (Playwright marks what it is given)
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("data-shell", "")
    assert held
    write(page)
    send(page)
    page.wait_for_url("**/follow/**")
    assert len(reports(live_server)) == 1
    for route in held:
        route.abort()


def test_the_browser_wakes_the_worker_when_there_is_a_network_again(
    live_server: LiveServer, phone: Callable[[int], Page]
) -> None:
    page = phone(360)
    page.context.set_offline(True)
    write(page)
    send(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    wait_until(page, "navigator.serviceWorker.ready.then((one) => one.sync.getTags()).then((tags) => tags.length > 0)")
    page.goto("about:blank")
    page.context.set_offline(False)
    for _ in range(100):
        if reports(live_server):
            break
        page.wait_for_timeout(200)
    assert len(reports(live_server)) == 1
    assert page.url == "about:blank"


def test_without_worker_and_locks_an_open_page_sends_what_waits(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    page = page_at(360, expect=CUT)
    page.add_init_script("Object.defineProperty(navigator, 'locks', {value: undefined});")
    page.goto("/")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    write(page)
    send(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("The report has been sent.")).to_be_visible(timeout=20_000)
    assert len(reports(live_server)) == 1


def test_pages_that_need_a_network_say_so_and_links_fill_the_kept_form(
    live_server: LiveServer, phone: Callable[[int], Page]
) -> None:
    page = phone(360)
    page.context.set_offline(True)
    page.goto("/reports")
    expect(page.get_by_text("You have no network just now.")).to_be_visible()
    page.goto("/?category=pothole&address=Storgata+64")
    expect(page.locator("#address")).to_have_value("Storgata 64")
    expect(page.get_by_text("How large is the hole?")).to_be_visible()
    expect(page.locator("#map.leaflet-container")).to_be_visible()
    # Our own drawing of the area stands where the base map cannot come.
    expect(page.locator("#map path.map-area").first).to_be_attached()


def test_the_front_page_lists_what_waits(live_server: LiveServer, phone: Callable[[int], Page]) -> None:
    page = phone(360)
    page.context.set_offline(True)
    write(page)
    send(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    page.goto("/")
    expect(page.locator("#waiting-strip")).to_contain_text("One report waits on this phone")
    expect(page.locator("#waiting-list .waiting-row")).to_contain_text("Waits for a network")
    check_page(page)
