"""My reports: this device knows what it sent and how it stands; a link by mail opens the same in another browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.db import transaction
from app.models import SYSTEM, Report, ResidentLink
from app.models.links import rating_path
from app.services import outgoing
from app.services.mailboxes import confirm_report
from tests.browser.accessibility import check_everywhere
from tests.browser.test_mine_too import make_office
from tests.browser.test_offline import CUT, installed
from tests.mail import text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from app.settings import Settings
    from tests.application import Clock
    from tests.browser.conftest import LiveServer
    from tests.mail import Postbox

pytestmark = [pytest.mark.browser, pytest.mark.realdb]


def send_report(page: Page, *, email: str = "") -> None:
    """A pothole, with an address where it is given."""
    page.goto("/")
    page.locator("#address").fill("Storgata 64")
    page.locator(".tile", has_text="Pothole").click()
    page.get_by_label("Larger than a car tyre").check()
    if email:
        page.locator("#contact > summary").click()
        page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", name="Thank you. We have your report.")).to_be_visible()
    expect(page.locator("#remembered")).to_be_visible()


def picture(page: Page, screenshot: Callable[..., None], name: str) -> None:
    """Held to all there is, and drawn narrow and wide."""
    check_everywhere(page)
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 740})
        screenshot(page, f"{name}-{width}", whole=True)


def test_what_was_sent_from_this_device_is_listed_with_its_status_also_without_a_network(
    live_server: LiveServer, page_at: Callable[..., Page], clock: Clock, screenshot: Callable[..., None]
) -> None:
    page = page_at(360, expect=[*CUT, "private"], service_workers="allow")
    page.goto("/mine")
    expect(page.get_by_text("Nothing has been sent from this browser")).to_be_visible()
    picture(page, screenshot, "mine-empty")
    send_report(page)
    page.locator("#remembered a").click()
    row = page.locator(".waiting-row")
    expect(row).to_contain_text("Pothole")
    expect(row).to_contain_text("Received")
    with transaction(live_server.state.session_factory) as session:
        report = session.scalars(select(Report)).one()
        report.fix(actor=SYSTEM, at=clock())
    page.reload()
    expect(row).to_contain_text("Fixed")
    expect(row).to_contain_text(report.shown_reference)
    picture(page, screenshot, "mine-device")
    installed(page)
    page.context.set_offline(True)
    page.evaluate("() => dispatchEvent(new Event('online'))")
    expect(page.get_by_text("We cannot be reached just now.")).to_be_visible()
    expect(row).to_contain_text("Fixed")
    # What the phone shows in the place of any page then is the same list, as it was known last.
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-shell", "")
    expect(row).to_contain_text("Fixed")
    expect(page.locator("#no-network")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#no-network")).to_be_hidden()
    page.goto("/mine")
    row.get_by_role("link", name="Follow the report").click()
    expect(page).to_have_url(re.compile("/follow/"))
    page.goto("/mine")
    page.get_by_text("Forget all on this device").click()
    page.get_by_role("button", name="Yes, forget all").click()
    expect(page.get_by_text("Nothing has been sent from this browser")).to_be_visible()
    page.add_init_script("indexedDB.open = () => { throw new Error('private'); };")
    page.reload()
    expect(page.get_by_text("This browser remembers nothing here")).to_be_visible()


def test_a_link_by_mail_opens_them_in_another_browser_and_the_question_is_answered_by_one_press(
    live_server: LiveServer, page_at: Callable[..., Page], mailing: Settings, postbox: Postbox, clock: Clock,
    screenshot: Callable[..., None],
) -> None:  # fmt: skip
    office = make_office(live_server, mailing)
    phone = page_at(360, expect=["410"])
    for _ in range(2):
        send_report(phone, email="nina@example.com")
    with transaction(live_server.state.session_factory) as session:
        report = session.scalars(select(Report).options(selectinload(Report.reporter)).order_by(Report.id)).first()
        confirm_report(report, at=clock())
        report.fix(actor=SYSTEM, at=clock())
    page = page_at(1280)
    page.goto("/mine")
    page.get_by_label("Your e-mail address").fill("nina@example.com")
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("heading", name="Look in your mail")).to_be_visible()
    picture(page, screenshot, "mine-asked")
    with transaction(live_server.state.session_factory) as session:
        (number,) = session.scalars(select(ResidentLink.id)).all()
    outgoing.send_link(office, link_id=number)
    link = re.search(r"/mine/link/\S+", text_of(postbox.mails[-1])).group()
    page.goto(live_server.url + link)
    picture(page, screenshot, "mine-link")
    page.get_by_role("button", name="Open my reports").click()
    expect(page.get_by_text("You are signed in as nina@example.com.")).to_be_visible()
    expect(page.get_by_role("link", name="Pothole")).to_have_count(1)
    picture(page, screenshot, "mine-signed-in")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="This is mine").click()
    expect(page.get_by_role("link", name="Pothole")).to_have_count(2)
    phone.goto(live_server.url + link)
    expect(phone.get_by_text("This link has been used.")).to_be_visible()
    picture(phone, screenshot, "mine-dead-link")
    phone.goto(rating_path(report, 4, secret=live_server.state.secret))
    expect(phone.get_by_label("4 – Satisfied")).to_be_checked()
    picture(phone, screenshot, "rating")
    phone.get_by_label("2 – Dissatisfied").check()
    phone.get_by_role("button", name="Send the answer").click()
    expect(phone.get_by_text("You answered: 2 – Dissatisfied.")).to_be_visible()
    picture(phone, screenshot, "rating-thanks")
