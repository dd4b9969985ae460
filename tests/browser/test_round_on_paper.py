"""A round on paper, as a printer gets it, and behind a contractor's link on a phone."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.db import transaction
from app.models import SYSTEM, Report, RoundLink
from app.models.links import round_path
from tests.application import SECRET
from tests.browser.desk_day import report_at
from tests.timed_rounds import a_round

if TYPE_CHECKING:
    from app.web.state import AppState

pytestmark = pytest.mark.realdb
WORDS = "Lampa er mørk, og skolebarna går her. Ring meg gjerne når dere kommer, for porten er låst."


def linked_round(state: AppState, *, stops: int) -> str:
    """The path of a contractor's link to a round with so many stops around Storgata."""
    references = [report_at(state, metres_north=(n * 137) % 1500, description=WORDS) for n in range(stops)]
    with transaction(state.session_factory) as session:
        reports = [session.scalars(select(Report).where(Report.reference == one)).one() for one in references]
        for number, report in enumerate(reports):
            report.nearest_address, report.lon = f"Storgata {number + 1}", 18.93 + (number * 53 % 97) / 1500
            report.forward("bydrift", actor=SYSTEM, at=state.clock())
        made = a_round(session, reports, at=state.clock(), name="Mørke lamper – Áhkkáluokta")
        why = [{"code": "row", "lamps": 3}, {"code": "school_way"}]
        for stop in made.stops:
            stop.why, stop.must, stop.needs_lift = why, stop.sort_order % 4 != 0, stop.sort_order % 3 == 0
        link = RoundLink(
            route_list_id=made.id, name="Lysfirma AS", created_at=state.clock(),
            ends_at=state.clock() + timedelta(days=2),
        )  # fmt: skip
        session.add(link)
        session.flush()
        return round_path(link, secret=SECRET)


def test_ten_stops_fit_on_one_page_and_on_more_pages_the_head_is_repeated(live_server, page_at):
    page = page_at(1280)
    page.goto(linked_round(live_server.state, stops=10) + "/print")
    short = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    page.goto(linked_round(live_server.state, stops=24) + "/print")
    long = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(short.pages) == 1
    assert len(long.pages) > 1
    assert all("Áhkkáluokta" in one.extract_text() for one in long.pages)


def test_the_code_on_paper_opens_its_stop_in_the_cab(live_server, page_at):
    page, link = page_at(360), linked_round(live_server.state, stops=4)
    page.goto(link + "/print")
    addresses = page.locator(".round-stop__qr a").evaluate_all("links => links.map(one => one.getAttribute('href'))")
    path, _, stop = addresses[2].partition("/drive")
    assert path.endswith(link)
    page.goto(f"{link}/drive{stop}")
    page.get_by_role("heading", name="Storgata 3").wait_for()
    page.goto(f"{link}/drive{addresses[1].partition('/drive')[2]}")
    page.get_by_role("heading", name="Storgata 2").wait_for()


def test_nothing_scrolls_sideways_on_a_phone(live_server, page_at):
    page, link = page_at(360), linked_round(live_server.state, stops=5)
    for path in ("", "/print"):
        page.goto(link + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
