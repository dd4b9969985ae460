"""Mine too in a real browser: one tap, with script and without, an address that is confirmed, and the desk sees it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.db import transaction
from app.delivery import make_channels
from app.models import Notification, Report, Role, Staff, Support
from app.models.links import public_path
from app.queries.visible import report_for
from app.services import outgoing, triage
from app.services.drafts import ReportDraft
from app.services.office import Office
from app.services.reporting import submit_report
from tests.application import SECRET, STORGATA
from tests.browser.accessibility import check_page
from tests.browser.desk_day import hire, sign_in
from tests.mail import text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.settings import Settings
    from tests.application import Clock
    from tests.browser.conftest import LiveServer
    from tests.mail import Postbox

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
HERE = {
    "geolocation": {"latitude": STORGATA[0], "longitude": STORGATA[1], "accuracy": 12},
    "permissions": ["geolocation"],
}
WIDTHS = pytest.mark.parametrize("width", [360, 1280])
# What is done there is the same at every width.
PHONE = pytest.mark.parametrize("width", [360])


@pytest.fixture
def reported(live_server: LiveServer, clock: Clock) -> Report:
    """A dark lamp twelve metres away, reported three days ago."""
    with transaction(live_server.state.session_factory) as session:
        draft = ReportDraft(category="lamp_dark", lat=STORGATA[0] + 12 / 111_500, lon=STORGATA[1])
        report = submit_report(session, draft, rules=live_server.state.rules_file.current, at=clock())
    clock.pass_(days=3)
    return report


def stored(live_server: LiveServer) -> list[Report]:
    with transaction(live_server.state.session_factory) as session:
        return list(session.scalars(select(Report).order_by(Report.id)))


def choose_place_and_kind(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="My position").click()
    expect(page.locator("#place-status")).to_contain_text("to within 12 metres")
    page.locator(".tile", has_text="One lamp is dark").click()


@WIDTHS
def test_one_tap_from_the_form_is_counted_and_the_desk_sees_it(
    live_server: LiveServer, page_at: Callable[..., Page], reported: Report, width: int, screenshot: Callable[..., None]
) -> None:
    page = page_at(width, **HERE)
    choose_place_and_kind(page)
    box = page.locator("#similar")
    expect(box).to_contain_text("Reported 3 days ago, 12 m away")
    check_page(page)
    box.scroll_into_view_if_needed()
    screenshot(page, f"mine-too-form-{width}")
    page.get_by_role("button", name=f"Mine too: One lamp is dark, report {reported.shown_reference}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. It is counted.")
    check_page(page)
    screenshot(page, f"mine-too-thanks-{width}", whole=True)
    assert [report.support_count for report in stored(live_server)] == [1]
    page.goto(public_path(reported))
    expect(page.get_by_text("1 other has reported the same")).to_be_visible()
    check_page(page)
    screenshot(page, f"mine-too-report-{width}")
    sign_in(page.context, live_server, hire(live_server.state, "Kari"))
    page.goto("/staff/queue")
    expect(page.locator(".queue__item", has_text="1 other")).to_be_visible()
    check_page(page)
    screenshot(page, f"mine-too-queue-{width}")


@PHONE
def test_without_script_the_form_asks_once_and_nothing_typed_is_lost(
    live_server: LiveServer, page_at: Callable[..., Page], reported: Report, width: int, screenshot: Callable[..., None]
) -> None:
    page = page_at(width, java_script_enabled=False)
    page.goto("/")
    page.locator("#coordinates > summary").click()
    page.get_by_label("Latitude").fill(str(STORGATA[0]))
    page.get_by_label("Longitude").fill(str(STORGATA[1]))
    page.locator("input[name=category][value=lamp_dark]").first.check(force=True)
    page.locator("#description").fill("Two lines\nof words")
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("alert").get_by_text("Somebody may have reported the same already.")).to_be_visible()
    page.get_by_role("link", name="See what is reported").click()
    screenshot(page, f"mine-too-asked-{width}")
    page.get_by_role("button", name=re.compile("^Mine too")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. It is counted.")
    page.get_by_role("button", name="On with my own report").click()
    expect(page.locator("#description")).to_have_value("Two lines\nof words")
    expect(page.locator("input[name=category][value=lamp_dark]").first).to_be_checked()
    assert [report.support_count for report in stored(live_server)] == [0]
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    assert [report.description for report in stored(live_server)] == [None, "Two lines\nof words"]


@pytest.mark.parametrize("script", [True, False])
def test_enter_in_a_field_is_no_tap_on_the_button_that_comes_first(
    live_server: LiveServer, page_at: Callable[..., Page], reported: Report, *, script: bool
) -> None:
    page = page_at(360, java_script_enabled=script)
    page.goto(f"/?category=lamp_dark&lat={STORGATA[0]}&lon={STORGATA[1]}")
    expect(page.locator("#similar")).to_be_visible()
    page.locator("#contact > summary").click()
    page.locator("#phone").press("Enter")
    page.wait_for_timeout(400)
    # The form is still there, or again, and nothing was sent.
    expect(page.locator("#send")).to_be_visible()
    assert {report.support_count for report in stored(live_server)} == {0}


def test_when_the_part_cannot_be_loaded_sending_costs_no_more_taps(
    live_server: LiveServer, page_at: Callable[..., Page], reported: Report
) -> None:
    page = page_at(360, **HERE, expect=["/here", "ERR_FAILED"])
    page.route("**/here?**", lambda route: route.abort())
    with page.expect_event("requestfailed", lambda request: "/here?" in request.url):
        choose_place_and_kind(page)
    page.wait_for_function("document.querySelector('input[name=seen]')?.value === '-'")
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    assert len(stored(live_server)) == 2


def test_who_saw_the_similar_ones_sends_with_one_tap(
    live_server: LiveServer, page_at: Callable[..., Page], reported: Report
) -> None:
    page = page_at(360, **HERE)
    choose_place_and_kind(page)
    expect(page.locator("#similar")).to_be_visible()
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    assert len(stored(live_server)) == 2


def test_a_report_on_the_map_is_mine_too_from_its_label(
    live_server: LiveServer, page_at: Callable[..., Page], reported: Report
) -> None:
    page = page_at(1280)
    # The pin would lie on it.
    page.goto(f"/?lat={STORGATA[0]}&lon={STORGATA[1] + 60 / 38_850}")
    page.locator("#map .map-report").first.click(force=True)
    page.locator(".leaflet-popup").get_by_role("button", name="Mine too").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. It is counted.")
    assert [report.support_count for report in stored(live_server)] == [1]


@PHONE
def test_an_address_is_confirmed_by_mail_and_hears_how_it_goes(
    live_server: LiveServer, page_at: Callable[..., Page], reported: Report, clock: Clock, mailing: Settings,
    postbox: Postbox, width: int, screenshot: Callable[..., None],
) -> None:  # fmt: skip
    office = make_office(live_server, mailing)
    page = page_at(width, expect=["422"])
    page.goto(public_path(reported))
    page.get_by_role("button", name="Mine too").click()
    page.get_by_role("button", name="Write to me").click()
    expect(page.get_by_text("Write your e-mail address.")).to_be_visible()
    check_page(page)
    page.get_by_label("E-mail").fill("nina@example.org")
    page.get_by_role("button", name="Write to me").click()
    expect(page.get_by_text("A mail has gone to this address")).to_be_visible()
    send_all(office)
    page.goto(link_in(postbox, "confirm-support", live_server))
    check_page(page)
    screenshot(page, f"mine-too-confirm-{width}")
    page.get_by_role("button", name="Yes, write to me").click()
    expect(page.get_by_text("Thank you. You will hear from us")).to_be_visible()
    close(live_server, reported)
    clock.pass_(seconds=11)
    send_all(office)
    assert "Not ours to mend." in text_of(postbox.mails[-1])
    page.goto(link_in(postbox, "stop-support", live_server))
    check_page(page)
    page.get_by_role("button", name="Stop the mails").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You get no more mails about it")
    check_page(page)
    with transaction(live_server.state.session_factory) as session:
        assert session.scalars(select(Support.email)).all() == [None]


def make_office(live_server: LiveServer, settings: Settings) -> Office:
    state = live_server.state
    return Office(
        settings=settings, session_factory=state.session_factory, rules_file=state.rules_file, photos=state.photos,
        secret=SECRET, channels=make_channels(settings, secret=SECRET), clock=state.clock,
    )  # fmt: skip


def send_all(office: Office) -> None:
    with transaction(office.session_factory) as session:
        waiting = session.scalars(select(Notification.id).where(Notification.state == "pending")).all()
    for row_id in waiting:
        outgoing.notify(office, notification_id=row_id)


def link_in(postbox: Postbox, noun: str, live_server: LiveServer) -> str:
    """The path of the link in the last mail."""
    found = re.search(rf"/{noun}/\S+", text_of(postbox.mails[-1]))
    assert found, live_server.url
    return found.group()


def close(live_server: LiveServer, report: Report) -> None:
    at = live_server.state.clock()
    with transaction(live_server.state.session_factory) as session:
        staff = Staff(
            email="ada@tromso.example", name="Ada", role=Role.DESK.value, created_at=at, language="en", active=True
        )
        session.add(staff)
        session.flush()
        loaded = report_for(session, staff, report.reference, joinedload(Report.reporter))
        triage.reject(session, loaded, words="Not ours to mend.", by=staff, at=at, undo_seconds=10)
