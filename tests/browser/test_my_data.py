"""One's own data: looked at, taken along, and deleted by keyboard, on a phone."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from sqlalchemy import select

from app.db import transaction
from app.models import Reporter
from app.models.links import follow_path
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.photos import take_photo
from app.services.reporting import submit_report
from tests.application import SECRET, STORGATA
from tests.browser.accessibility import check_page
from tests.web.pages.test_front import jpeg

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]


@pytest.fixture
def path(live_server: LiveServer) -> str:
    """The secret link of a report with a photo, words and contact data."""
    state = live_server.state
    with transaction(state.session_factory) as session:
        photo = take_photo(session, state.photos, jpeg(), at=state.clock())
        who = ReporterDraft(name="Máret Ŋeađa", email="maret@example.org", phone="77 00 00 00", language="nb")
        draft = ReportDraft(
            category="lamp_dark",
            lat=STORGATA[0],
            lon=STORGATA[1],
            description="Lampa ved bussholdeplassen har vært mørk i en uke, og barna går her til skolen.",
            address="Storgata 61",
            answers={"state": "dark"},
            photo_ids=(photo.id,),
            reporter=who,
        )
        report = submit_report(session, draft, rules=state.rules_file.current, at=state.clock())
    return follow_path(report, secret=SECRET)


@pytest.mark.parametrize("width", [360])
def test_my_data_are_looked_at_taken_along_and_deleted(
    page_at: Callable[..., Page], live_server: LiveServer, path: str, screenshot: Callable[..., None], width: int
) -> None:
    page = page_at(width, locale="nb-NO", expect=["410"])
    page.goto(f"{path}/data")
    expect(page.get_by_text("Máret Ŋeađa")).to_be_visible()
    check_page(page)
    screenshot(page, f"my-data-{width}", whole=True)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Last ned som PDF").click()
    document = PdfReader(BytesIO(saved.value.path().read_bytes()))
    assert "Máret Ŋeađa" in document.pages[0].extract_text()
    page.get_by_role("link", name="Slett opplysningene mine").press("Enter")
    check_page(page)
    screenshot(page, f"my-data-erasure-{width}", whole=True)
    page.get_by_role("button", name="Slett opplysningene mine").press("Enter")
    expect(page.get_by_role("heading", name="Opplysningene dine er slettet")).to_be_visible()
    check_page(page)
    screenshot(page, f"my-data-erased-{width}", whole=True)
    page.goto(f"{path}/data")
    expect(page.get_by_text("lenken virker ikke lenger")).to_be_visible()
    page.goto("/privacy")
    screenshot(page, f"privacy-{width}", whole=True)
    with transaction(live_server.state.session_factory) as session:
        assert session.scalars(select(Reporter.email)).all() == [None]
