"""What the links in mails open is for everybody: axe-core finds nothing in any state, however it is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from app.db import transaction
from app.models import SYSTEM, Support
from app.models.links import (
    confirm_path,
    follow_path,
    place_confirm_path,
    place_path,
    place_stop_path,
    rating_path,
    stop_path,
    support_confirm_path,
    support_path,
    support_stop_path,
)
from app.services import place_following, supporting
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.place_following import Wish
from app.services.reporting import submit_report
from tests.application import SECRET, STORGATA
from tests.browser.accessibility import check_everywhere

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page
    from sqlalchemy.orm import Session

    from app.models import PlaceFollow, Report
    from tests.browser.conftest import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.realdb]


def reported(live_server: LiveServer, session: Session) -> Report:
    """A report that is closed, whose address was confirmed and no longer works."""
    draft = ReportDraft(
        category="lamp_dark",
        lat=STORGATA[0],
        lon=STORGATA[1],
        reporter=ReporterDraft(email="me@example.com", language="en"),
    )
    at = live_server.state.clock()
    report = submit_report(session, draft, rules=live_server.state.rules_file.current, at=at)
    assert report.reporter is not None
    report.reporter.confirmed_at = report.reporter.bounced_at = at
    return report


def supported(live_server: LiveServer, session: Session, report: Report) -> Support:
    """Somebody else says "mine too" and gives an address."""
    at = live_server.state.clock()
    mine = supporting.support(session, report.reference, device="b", secret=SECRET, language="en", at=at).support
    supporting.follow(session, mine, email="you@example.com", language="en", at=at)
    return mine


def followed(live_server: LiveServer, session: Session) -> PlaceFollow:
    """A circle that somebody follows."""
    wish, state = Wish(lat=STORGATA[0], lon=STORGATA[1], radius=300), live_server.state
    rules, at = state.rules_file.current, state.clock()
    return place_following.begin(session, wish, email="she@example.com", language="en", rules=rules, at=at)


def test_every_page_behind_a_link_of_a_mail_is_for_everybody(
    live_server: LiveServer, page_at: Callable[..., Page]
) -> None:
    with transaction(live_server.state.session_factory) as session:
        report = reported(live_server, session)
        support, place = supported(live_server, session, report), followed(live_server, session)
        report.fix(actor=SYSTEM, at=live_server.state.clock())
        paths = [
            *(path(report, secret=SECRET) for path in (follow_path, stop_path)),
            rating_path(report, 4, secret=SECRET),
            confirm_path(report, "me@example.com", secret=SECRET),
            *(path(support, secret=SECRET) for path in (support_path, support_confirm_path, support_stop_path)),
            *(path(place, secret=SECRET) for path in (place_confirm_path, place_path, place_stop_path)),
            f"{follow_path(report, secret=SECRET)}/data",
            follow_path(report, secret=SECRET)[:-3],
        ]
    page = page_at(360, expect=["404"])
    for path in paths:
        page.goto(path)
        expect(page.locator("h1")).to_have_count(1)
        check_everywhere(page)
