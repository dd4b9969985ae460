"""Finding the right unit in a browser: questions at once, the letter, the figures of the rules, another rules file."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from app.db import transaction
from app.models import Forwarding, Report
from app.settings import PROJECT
from tests.browser.accessibility import check_page
from tests.browser.conftest import LiveServer
from tests.browser.desk_day import hire, report_at, sign_in, stored

pytestmark = [pytest.mark.browser, pytest.mark.realdb]
LAMPS = "  - name: Andre gatelys\n    when: {group: lamps}\n    unit: "


@pytest.fixture
def pages(live_server: LiveServer, page_at: Callable[..., Page]) -> Page:
    page = page_at(1280)
    sign_in(page.context, live_server, hire(live_server.state, "Kari"))
    return page


def look(page: Page, shown: Callable[..., None], name: str) -> None:
    """At both widths."""
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        check_page(page)
        shown(page, f"{name}-{width}", whole=True)


def test_the_right_unit_is_found_and_the_rules_learn_from_it(
    live_server: LiveServer, pages: Page, screenshot: Callable[..., None]
) -> None:
    state, page = live_server.state, pages
    references = [report_at(state, metres_north=300 * n) for n in range(6)]
    with transaction(state.session_factory) as session:
        for reference in references[1:]:
            report = session.query(Report).filter_by(reference=reference).one()
            session.add(
                Forwarding(
                    report_id=report.id, unit_code="eiendom", at=state.clock(), rule="Andre gatelys",
                    proposed_unit_code="bydrift", corrected=True, for_information=False,
                )
            )  # fmt: skip
        session.execute(
            update(Report).where(Report.reference.in_(references[1:])).values(status="forwarded", unit_code="eiendom")
        )

    page.goto(f"/staff/reports/{references[0]}")
    page.locator("#decide-category > summary").click()
    page.locator("#new-category").select_option("pothole")
    expect(page.locator("#refile-size")).to_be_visible()
    look(page, screenshot, "right-unit-category")
    page.get_by_role("button", name="Change the category").click()
    expect(page.locator(".changed").first).to_contain_text("One lamp is dark → ")
    assert stored(state, references[0]).category_code == "pothole"

    page.locator("#decide-unit > summary").click()
    page.locator(".informed > summary").click()
    page.get_by_label("Parks and sports").check()
    look(page, screenshot, "right-unit-several")
    page.goto(f"/staff/reports/{references[0]}/letter")
    page.locator("#letter-unit").select_option("statens_vegvesen")
    page.get_by_role("button", name="Show the letter").click()
    expect(page.get_by_text("post@vegvesen.example")).to_be_visible()
    look(page, screenshot, "right-unit-letter")

    page.goto("/staff/rules/figures")
    expect(page.get_by_text("5 to Municipal property (Eiendom)")).to_be_visible()
    look(page, screenshot, "right-unit-figures")
    page.get_by_role("link", name="See the proposed change").click()
    expect(page.locator(".rule-diff__new").last).to_contain_text("unit: eiendom")
    look(page, screenshot, "right-unit-change")

    page.goto("/staff/rules/what-if")
    content = (PROJECT / "routing_rules.yaml").read_text().replace(f"{LAMPS}bydrift", f"{LAMPS}eiendom")
    page.locator("#rules-file").set_input_files(
        {"name": "new.yaml", "mimeType": "text/yaml", "buffer": content.encode()}
    )
    page.get_by_role("button", name="Show what would be otherwise").click()
    expect(page.get_by_text("5 of 6 reports would have gone to another unit.")).to_be_visible()
    look(page, screenshot, "right-unit-what-if")
