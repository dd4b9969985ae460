"""The whole chain, for real: a resident's phone, the desk's keyboard, a crew's tablet, and the mails in between."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.db import transaction
from app.delivery import make_channels
from app.models import Asset, Delivery, Notification, Report, Role, Staff, StaffUnit
from app.services import outgoing
from app.services.office import Office
from tests.application import SECRET, STORGATA
from tests.browser.accessibility import check_page
from tests.browser.desk_day import hire, sign_in
from tests.mail import text_of

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
HERE = {
    "geolocation": {"latitude": STORGATA[0], "longitude": STORGATA[1], "accuracy": 8},
    "permissions": ["geolocation"],
}


@pytest.fixture
def worker(live_server, mail_port, postbox):
    """Does the jobs that are due, as the worker process does, and gives the mails that have come in."""
    settings = live_server.state.settings.model_copy(
        update={"smtp_host": "127.0.0.1", "smtp_port": mail_port, "smtp_security": "none"}
    )
    state = live_server.state
    office = Office(
        settings=settings,
        session_factory=state.session_factory,
        rules_file=state.rules_file,
        photos=state.photos,
        secret=SECRET,
        channels=make_channels(settings, secret=SECRET),
        clock=state.clock,
    )

    def work():
        state.clock.pass_(seconds=11)  # The ten seconds in which the desk can undo.
        with transaction(state.session_factory) as session:
            deliveries = session.scalars(select(Delivery.id).where(Delivery.state == "pending")).all()
            notifications = session.scalars(select(Notification.id).where(Notification.state == "pending")).all()
        for number in deliveries:
            outgoing.deliver(office, delivery_id=number)
        for number in notifications:
            outgoing.notify(office, notification_id=number)
        return postbox.mails

    return work


def people(state):
    """Kari at the desk and Per, who drives for Bydrift; both are signed in. And a lamp with a number."""
    kari, per = hire(state, "Kari"), hire(state, "Per", Role.CREW)
    with transaction(state.session_factory) as session:
        driver = session.scalars(select(Staff).where(Staff.name == "Per")).one()
        driver.memberships.append(StaffUnit(unit_code="bydrift"))
        session.add(
            Asset(
                kind="lamp",
                source_ref="ST-0042",
                number="ST-0042",
                lat=STORGATA[0],
                lon=STORGATA[1],
                owner="municipality",
                road_owner="municipality",
                street="Storgata",
            )
        )
    return kari, per


def photo(colour: str) -> dict[str, object]:
    out = io.BytesIO()
    Image.new("RGB", (900, 700), colour).save(out, "JPEG")
    return {"name": "lamp.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def resident_reports(page: Page, screenshot, width: int) -> None:
    page.goto("/")
    page.get_by_role("button", name="My position").click()
    expect(page.locator("#place-status")).to_contain_text("to within 8 metres")
    page.locator(".tile", has_text="One lamp is dark").click()
    screenshot(page, f"chain-1-report-{width}")
    page.locator("textarea[name=description]").fill("The lamp outside the bakery has been dark since Friday.")
    page.locator("input[type=file]").first.set_input_files(photo("midnightblue"))
    page.locator("#contact > summary").click()
    page.get_by_label("E-mail").fill("siri@example.com")
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/follow/**")
    check_page(page)
    screenshot(page, f"chain-2-receipt-{width}")


def desk_forwards(page: Page, screenshot, width: int) -> None:
    page.goto("/staff/queue")
    page.get_by_text("The lamp outside the bakery").first.wait_for()
    check_page(page)
    screenshot(page, f"chain-3-desk-{width}")
    page.keyboard.press("f")
    page.get_by_text(re.compile("undo", re.IGNORECASE)).first.wait_for()


def crew_plans(page: Page) -> None:
    page.goto("/staff/route-lists/new")
    page.get_by_role("button", name="Find the way").first.click()
    page.wait_for_url(re.compile(r"/staff/route-lists/\d+$"))


def crew_mends(page: Page, screenshot, width: int) -> None:
    page.goto(f"{page.url}/drive")
    page.get_by_text("Stop 1 of 1").wait_for()
    screenshot(page, f"chain-4-crew-{width}")
    page.get_by_label("Note", exact=True).fill("New bulb.")
    page.locator("#cab-after").set_input_files(photo("gold"))
    page.get_by_label("Show note and photo to everybody").check()
    with (
        page.expect_response(lambda answer: answer.url.endswith("/entries") and answer.ok),
        page.expect_response(lambda answer: answer.url.endswith("/photos") and answer.ok),
    ):
        page.get_by_role("button", name="Done", exact=True).click()


@pytest.mark.parametrize("width", [360, 1280])
def test_a_dead_lamp_goes_from_a_phone_to_the_crew_and_back(live_server, page_at, worker, screenshot, width):
    kari, per = people(live_server.state)
    resident = page_at(width, **HERE)
    resident_reports(resident, screenshot, width)
    follow = resident.url.partition("?")[0]
    (receipt,) = worker()
    assert receipt["to"] == "siri@example.com"
    assert "bakery" not in receipt.as_string()  # Nobody can send words of their own to strangers through us.
    confirm = re.search(r"http://\S+/confirm/\S+", text_of(receipt)).group(0).rstrip(".,)")
    resident.goto(re.sub(r"http://[^/]+", live_server.url, confirm))
    resident.get_by_role("button", name=re.compile("Confirm|Yes")).click()
    resident.get_by_text(re.compile("confirmed", re.IGNORECASE)).first.wait_for()

    desk = page_at(width)
    sign_in(desk.context, live_server, kari)
    desk_forwards(desk, screenshot, width)
    mails = worker()
    to_unit = [mail for mail in mails if "siri@example.com" not in mail["to"]]
    assert len(to_unit) == 1
    assert "bakery" in text_of(to_unit[0])
    assert "ST-0042" in text_of(to_unit[0])

    crew = page_at(width)
    sign_in(crew.context, live_server, per)
    crew_plans(crew)
    worker()
    resident.goto(follow)
    resident.get_by_text("Planned for Monday 30 November").first.wait_for()
    check_page(resident)
    screenshot(resident, f"chain-4b-planned-{width}")

    crew_mends(crew, screenshot, width)
    fixed = [mail for mail in worker() if mail["to"] == "siri@example.com"][-1]
    assert "New bulb." in text_of(fixed)

    resident.goto(follow)
    resident.get_by_text("New bulb.").first.wait_for()
    taken = resident.get_by_role("img", name=re.compile("crew", re.IGNORECASE)).first
    expect(taken).to_be_visible()
    assert taken.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") > 0
    check_page(resident)
    screenshot(resident, f"chain-5-fixed-{width}", whole=True)
    with live_server.state.session_factory() as session:
        report = session.scalars(select(Report)).one()
        assert (report.status, report.unit_code) == ("fixed", "bydrift")
