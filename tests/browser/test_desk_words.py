"""Words and photos at the desk in a browser: masks, blurs, hints, names of colleagues, ready words, a look first."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.db import transaction
from app.models import Mention, Photo, Report, Reporter, Role
from tests.browser.accessibility import check_everywhere, check_page
from tests.browser.conftest import LiveServer
from tests.browser.desk_day import hire, report_at, sign_in, stored

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
WORDS = "Hullet er dypt. Ring 998 87 766. Hilsen Nina Hansen"
LONG = (
    "Vi vil iverksette arbeidet så snart vi har fått tak i alle de delene som trengs for at lampa skal kunne lyse "
    "igjen slik den gjorde før."
)


def jpeg() -> bytes:
    """A photo with something in its middle."""
    out = BytesIO()
    picture = Image.effect_noise((640, 480), 60).convert("RGB")
    picture.paste("red", (260, 200, 380, 280))
    picture.save(out, "JPEG")
    return out.getvalue()


def confirm(live_server: LiveServer, reference: str) -> None:
    """The reporter reads mails, in bokmål."""
    with transaction(live_server.state.session_factory) as session:
        reporter = session.scalars(select(Reporter).join(Report).where(Report.reference == reference)).one()
        reporter.confirmed_at, reporter.language = datetime.now(UTC), "nb"


def test_words_are_masked_and_said_plainly(live_server: LiveServer, page_at: Callable[..., Page]) -> None:
    state = live_server.state
    reference = report_at(state, description=WORDS, email="nina@example.org")
    confirm(live_server, reference)
    hire(state, "Ada", Role.ADMIN)
    page = page_at(1280)
    sign_in(page.context, live_server, hire(state, "Kari"))
    page.goto(f"/staff/reports/{reference}")
    page.get_by_text("Mask words").click()
    check_page(page)
    # What was proposed is ticked; a drag over three words ticks those too.
    first, third = page.locator(".mask-word").nth(0).bounding_box(), page.locator(".mask-word").nth(2).bounding_box()
    page.mouse.move(first["x"] + 5, first["y"] + 10)
    page.mouse.down()
    page.mouse.move(third["x"] + 5, third["y"] + 10, steps=8)
    page.mouse.up()
    page.locator(".mask-word input").nth(1).press("Space")
    page.get_by_role("button", name="Save and publish the text").click()
    page.wait_for_load_state()
    assert stored(state, reference).public_words == "[…] er […] Ring […] […] […] Hilsen […] […]"
    say_it(page, reference)
    page.keyboard.press("h")
    page.wait_for_url("**/sight")
    expect(page.locator(".two-sights section").first).not_to_contain_text("Hansen")
    check_everywhere(page)
    call_ada(page, state, reference)


def say_it(page: Page, reference: str) -> None:
    """Ready words are chosen by typing, hints come while writing, and the mail is seen before it goes."""
    page.goto(f"/staff/reports/{reference}")
    page.keyboard.press("a")
    page.keyboard.type("Thanks for prop")
    expect(page.locator("#answer-words")).to_have_value(re.compile("^Takk for"))
    page.locator("#answer-words").fill(LONG)
    expect(page.locator("[data-hints-for=answer-words] li")).to_have_count(2)
    check_page(page)
    page.get_by_role("button", name="See it as the reporter will").and_(page.locator(":visible")).click()
    expect(page.locator(".letter")).to_contain_text("iverksette")
    expect(page.locator(".letter")).to_have_attribute("lang", "nb")
    check_everywhere(page)
    page.goto(f"/staff/reports/{reference}")


def call_ada(page: Page, state: object, reference: str) -> None:
    """@ offers colleagues, by arrow keys and Enter."""
    page.goto(f"/staff/reports/{reference}")
    page.keyboard.press("n")
    page.keyboard.type("Kan @A")
    expect(page.get_by_role("option", name="Ada")).to_be_visible()
    check_page(page)
    page.keyboard.press("Enter")
    page.keyboard.type("ringe?")
    expect(page.locator("#note-words")).to_have_value("Kan @Ada ringe?")
    page.keyboard.press("Control+Enter")
    page.wait_for_load_state()
    expect(page.get_by_text("Your note is saved for staff.")).to_be_visible()
    with transaction(state.session_factory) as session:
        assert len(session.scalars(select(Mention)).all()) == 1


def test_a_part_of_a_photo_is_blurred_by_mouse_and_by_keys(
    live_server: LiveServer, page_at: Callable[..., Page], screenshot: Callable[..., None]
) -> None:
    state = live_server.state
    reference = report_at(state, description="Se bildet", photo=jpeg())
    page = page_at(1280)
    sign_in(page.context, live_server, hire(state, "Kari"))
    page.goto(f"/staff/reports/{reference}")
    page.keyboard.press("b")
    page.wait_for_url("**/photos/*")
    box = page.locator(".blurring").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.65, box["y"] + box["height"] * 0.65, steps=6)
    page.mouse.up()
    expect(page.locator(".blur-box")).to_have_count(1)
    page.get_by_role("button", name="Add a part").click()
    for key, times in (("ArrowLeft", 35), ("ArrowUp", 35), ("Shift+ArrowRight", 5), ("Shift+ArrowDown", 5)):
        for _ in range(times):
            page.keyboard.press(key)
    screenshot(page, "desk-blur-1280")
    check_everywhere(page)
    page.get_by_role("button", name="Make these parts unreadable").click()
    page.wait_for_load_state()
    with transaction(state.session_factory) as session:
        photo = session.scalars(select(Photo)).one()
        drawn, added = photo.regions
        assert drawn == pytest.approx([40, 40, 25, 25], abs=1)
        assert added == [5, 5, 25, 25]
        page.goto(f"/staff/reports/{reference}/photos/{photo.id}")
    expect(page.locator(".blur-box")).to_have_count(2)
    check_page(page)
    page.goto("/staff/templates")
    check_everywhere(page)
    page.goto("/staff/templates/still_waiting")
    page.get_by_role("button", name="See how it reads").click()
    expect(page.locator(".letter").first).to_contain_text("Vi har ikke glemt meldingen din")
    check_everywhere(page)
