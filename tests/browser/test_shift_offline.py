"""A shift without a network: ticked off in the field, kept through reloads and new workers, sent once and in order."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.db import transaction
from app.models import Actor, FieldEntry, Photo, Report, Staff, Stop, StopMaterial, StopReport
from tests.browser.accessibility import check_page
from tests.browser.desk_day import hire, sign_in
from tests.browser.shift import shift, stops
from tests.browser.test_offline import CUT, wait_until
from tests.browser.test_reporting import noisy_jpeg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

    from tests.application import Clock
    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
READY = re.compile("Ready without a network")
NOTHING_KEPT = "!(await caches.keys()).some((name) => name.startsWith('gatami-round-'))"
FIELD = re.compile(r"/(form-token|entries|round-data\.json)$")
HERE = {"latitude": 69.6492, "longitude": 18.9553}


@pytest.fixture(autouse=True)
def real_time(clock: Clock) -> Iterator[None]:
    """The tablet's clock is the machine's, and so the server's must be; what sends itself is waited for longer."""
    clock.now = datetime.now(UTC)
    expect.set_options(timeout=15_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def tablet(live_server: LiveServer, page_at: Callable[..., Page]) -> Callable[[int], tuple[Page, int]]:
    """`tablet(360)`: Per's, with the round open and kept for the day; and the list's id."""

    def open_tablet(width: int) -> tuple[Page, int]:
        token, list_id = shift(live_server.state, photo=noisy_jpeg(900, 600))
        page = page_at(width, expect=CUT, service_workers="allow", geolocation=HERE, permissions=["geolocation"])
        sign_in(page.context, live_server, token)
        page.goto(f"/staff/route-lists/{list_id}/drive")
        expect(page.locator(".cab-net")).to_contain_text(READY)
        page.wait_for_function("() => navigator.serviceWorker.controller !== null", timeout=20_000)
        return page, list_id

    return open_tablet


def outcome(page: Page, name: str) -> None:
    """Tap what was found at the stop in sight."""
    page.get_by_role("button", name=name, exact=True).click()


def at_stop(page: Page, number: int) -> None:
    expect(page.locator(".cab-head .stop__number")).to_have_text(str(number))


def waits(page: Page, number: int) -> None:
    words = "1 thing waits for a network" if number == 1 else f"{number} things wait for a network"
    expect(page.locator(".cab-net")).to_contain_text(words)


def look(page: Page, screenshot: Callable[..., None], name: str) -> None:
    """As it is on a phone and on a desk; the cab is dark on both."""
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 740})
        screenshot(page, f"{name}-{width}")
        check_page(page)


def take_photo(page: Page, when: str) -> None:
    page.locator(f"#cab-{when}").set_input_files(
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": noisy_jpeg(1500, 1100)}
    )
    expect(page.locator(f"[data-photos={when}] img")).to_have_count(1)


def mend_with_everything(page: Page) -> None:
    """A photo, one piece more than is usual, a note for everybody; then the tap."""
    take_photo(page, "after")
    page.locator(".cab-step", has_text="LED").get_by_role("button", name="More").click()
    page.locator("#cab-words").fill("New fitting, old fuse")
    page.locator("#cab-show").check()
    outcome(page, "Done")


def report_a_hole(page: Page) -> None:
    """Something else that the crew sees from where it stands."""
    page.get_by_role("button", name="Other fault here").first.click()
    page.locator("#cab-other .tile", has_text="Pothole").click()
    page.locator("#cab-other-words").fill("Deep, beside the mast")
    check_page(page)
    page.get_by_role("button", name="Report it").click()


def end_the_round(page: Page) -> None:
    page.get_by_label("Kilometres driven").fill("12,5")
    page.get_by_role("button", name="End the round").click()
    expect(page.get_by_text("The round is over.")).to_be_visible()
    expect(page.locator(".cab-net")).to_contain_text("All is sent")


def tap_wrongly_at_four(page: Page) -> None:
    outcome(page, "Not found")
    at_stop(page, 5)
    page.locator("[data-do=undo]").click()
    at_stop(page, 4)


def new_worker(page: Page) -> None:
    """Another worker takes over, and tidies away what it takes for old versions of the shell."""
    page.evaluate("async () => { for (const name of ['gatami-one', 'gatami-two']) await caches.open(name); }")
    page.evaluate("""() => new Promise((done) => {
        navigator.serviceWorker.addEventListener("controllerchange", done, { once: true });
        navigator.serviceWorker.register("/sw.js?newer", { type: "module" });
    })""")
    wait_until(page, "!(await caches.has('gatami-one'))")


def test_a_shift_without_a_network_comes_back_once_in_order_and_with_the_times_of_the_field(
    live_server: LiveServer, tablet: Callable[[int], tuple[Page, int]], screenshot: Callable[..., None]
) -> None:
    page, list_id = tablet(360)
    expect(page.locator("[data-part=away]")).to_contain_text("120 m north")
    look(page, screenshot, "cab")
    outcome(page, "Done")
    at_stop(page, 2)
    expect(page.locator(".cab-net")).to_contain_text("All is sent")

    # Into the tunnel.
    page.context.set_offline(True)
    mend_with_everything(page)
    at_stop(page, 3)
    waits(page, 1)
    look(page, screenshot, "cab-offline")
    outcome(page, "Needs lift")
    at_stop(page, 4)
    waits(page, 2)
    take_photo(page, "before")
    page.wait_for_timeout(600)

    # The tablet is put away and taken out again; the page comes from what was kept, and so do the photos.
    page.reload()
    at_stop(page, 4)
    waits(page, 2)
    expect(page.locator("[data-photos=before] img")).to_have_count(1)
    page.get_by_role("button", name="All stops").click()
    check_page(page)
    page.locator(".cab-row").first.click()
    assert page.locator(".cab-thumb img").evaluate("(one) => one.decode().then(() => one.naturalWidth)") > 0
    page.get_by_role("button", name="To the next stop").click()
    at_stop(page, 4)
    tap_wrongly_at_four(page)
    waits(page, 2)
    in_the_field = datetime.now(UTC)

    # The network is back, but not yet what takes the taps; a new worker takes over, and the next tunnel comes.
    page.context.route(FIELD, lambda route: route.fulfill(status=502, body="?"))
    page.context.set_offline(False)
    new_worker(page)
    page.context.set_offline(True)
    # From the home screen a crew comes to its lists; without a network, to the round itself.
    page.goto("/staff/route-lists")
    at_stop(page, 4)
    waits(page, 2)
    page.context.set_offline(False)
    outcome(page, "Done")
    at_stop(page, 5)
    waits(page, 3)
    report_a_hole(page)
    waits(page, 4)
    page.context.unroute(FIELD)
    page.reload()
    expect(page.locator(".cab-net")).to_contain_text("All is sent", timeout=30_000)
    outcome(page, "Done")
    end_the_round(page)
    check_what_came(live_server, list_id, before=in_the_field)


def check_what_came(live_server: LiveServer, list_id: int, *, before: datetime) -> None:
    """Each tap once, in the order and with the times of the field; photo, words and material at their stop."""
    found = stops(live_server.state, list_id)
    assert [stop.outcome for stop in found] == ["done", "done", "needs_lift", "done", "done"]
    times = [stop.completed_at for stop in found]
    assert times == sorted(times)
    with live_server.state.session_factory() as session:
        entries = session.scalars(select(FieldEntry).order_by(FieldEntry.id)).all()
        assert [entry.kind for entry in entries] == ["outcome"] * 4 + ["other_fault", "outcome", "end"]
        moments = [entry.happened_at for entry in entries]
        assert moments == sorted(moments)
        assert moments[2] < before
        (fault,) = session.scalars(select(Report).where(Report.category_code == "pothole"))
        assert fault.description == "Deep, beside the mast"
        taken = session.execute(select(Photo.stop_id, Photo.public).where(Photo.by_crew).order_by(Photo.stop_id))
        assert [tuple(one) for one in taken] == [(found[1].id, True), (found[3].id, False)]
        used = session.execute(select(StopMaterial.stop_id, StopMaterial.quantity)).all()
        assert (found[1].id, 2.0) in [tuple(one) for one in used]
        assert found[1].note == "New fitting, old fuse"


def test_what_the_desk_did_meanwhile_is_said_and_nobody_signs_out_with_unsent_work_unasked(
    live_server: LiveServer, tablet: Callable[[int], tuple[Page, int]], screenshot: Callable[..., None], clock: Clock
) -> None:
    page, list_id = tablet(360)
    page.context.set_offline(True)
    outcome(page, "Done")
    waits(page, 1)
    close_at_the_desk(live_server, stops(live_server.state, list_id)[0].id, at=clock())

    # Signing out asks first, and here it cannot be sent either.
    page.get_by_role("button", name="Sign out").click()
    dialog = page.get_by_role("dialog", name="Sign out now?")
    expect(dialog).to_contain_text("One thing from your round has not been sent yet.")
    look(page, screenshot, "cab-sign-out")
    dialog.get_by_role("button", name="Send now").click()
    expect(dialog).to_contain_text("It could not be sent now.")
    dialog.get_by_role("button", name="Stay signed in").click()

    # The session is over when the network is back: nothing is sent as somebody else, and nothing is lost.
    page.context.clear_cookies()
    sign_in(page.context, live_server, hire(live_server.state, "Ola"))
    page.context.set_offline(False)
    expect(page.get_by_text("Sign in again. Nothing is lost.")).to_be_visible()
    check_page(page)
    # The other person finds nothing of the round on the tablet.
    page.goto("/staff/account")
    wait_until(page, NOTHING_KEPT)
    page.context.clear_cookies()
    sign_in(page.context, live_server, "session-of-Per")
    page.goto(f"/staff/route-lists/{list_id}/drive")
    expect(page.get_by_role("heading", name="You must look at this")).to_be_visible()
    expect(page.locator(".cab-net")).to_contain_text("All is sent")
    look(page, screenshot, "cab-conflict")
    page.reload()
    page.get_by_role("button", name="I have seen it").click()
    expect(page.get_by_role("heading", name="You must look at this")).to_be_hidden()

    # The office puts another stop first; the crew is told, and sees it.
    outcome(page, "Done")
    at_stop(page, 3)
    swap(live_server, list_id, 3, 4)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_text("The plan has changed.")).to_be_visible()
    at_stop(page, 4)
    check_page(page)

    # Signing out takes the round off the tablet.
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").first.wait_for()
    wait_until(page, NOTHING_KEPT)


def swap(live_server: LiveServer, list_id: int, one: int, other: int) -> None:
    """Two stops change their places in the order."""
    with transaction(live_server.state.session_factory) as session:
        found = {
            stop.sort_order: stop for stop in session.scalars(select(Stop).where(Stop.route_list_id == list_id)).all()
        }
        found[one].sort_order, found[other].sort_order = other, one


def close_at_the_desk(live_server: LiveServer, stop_id: int, *, at: datetime) -> None:
    """The reporter phoned: it is light again."""
    with transaction(live_server.state.session_factory) as session:
        desk = session.scalars(select(Staff)).first()
        query = select(Report).join(StopReport, StopReport.report_id == Report.id).where(StopReport.stop_id == stop_id)
        session.scalars(query).one().reject(actor=Actor.of(desk), at=at, words="It is light again.")
