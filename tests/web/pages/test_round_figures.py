"""The page with the figures of rounds: each unit its own, in words, charts, a table and a file."""

from __future__ import annotations

import re

import pytest

from app.models import EntryKind


@pytest.fixture
def driven(waiting, make_round, cab_of, per):
    """A round of today with one mended lamp and one that takes a lift."""
    route_list = make_round([waiting()], [waiting()], day=0)
    cab = cab_of(per, route_list)
    cab.tap(route_list.stops[0], "done", minutes=90, materials={"led_40": 1.0})
    cab.tap(route_list.stops[1], "needs_lift", minutes=30)
    cab.tap(None, kind=EntryKind.END, metres=4200.0)
    return route_list


def cells(page: str) -> list[list[str]]:
    body = re.search(r'figures-table">.*?<tbody>(.*?)</tbody>', page, re.DOTALL)
    assert body is not None
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body[1])
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][^>]*>.*?</t[hd]>", row)] for row in rows]


def test_the_unit_sees_its_figures_in_words_charts_and_a_table(driven, browser_of, ola):
    page = browser_of(ola).look("/staff/round-figures")
    assert page.count('<svg class="chart"') == 8
    assert "Visits that mended nothing cost too." in page
    assert "Crews said how long it took at 2 of 2 stops." in page
    assert "Driven, by the cars&#39; own counting: 4.2\N{NO-BREAK SPACE}km." in page
    whole = cells(page)[-1]
    assert whole[:4] == ["All", "1", "1", "2.0"]
    # An hour and a half and half an hour at 950 kroner, and a fitting of 1,450 kroner.
    assert whole[4] == "3,350\N{NO-BREAK SPACE}kr"
    assert whole[5] == "50\N{NO-BREAK SPACE}%"
    assert whole[8] == "3.0\N{NO-BREAK SPACE}km"
    assert "LED fitting 40 W" in page


def test_the_file_holds_the_same_numbers_as_the_table(driven, browser_of, ola):
    browser = browser_of(ola)
    page, file = browser.look("/staff/round-figures"), browser.get("/staff/round-figures/figures.csv")
    assert file.headers["content-type"].startswith("text/csv")
    lines = [line.split(";") for line in file.text.lstrip("\ufeff").splitlines()]
    assert lines[1:] == cells(page)


def test_each_unit_sees_its_own_and_the_desk_all(driven, browser_of, ola, eva, kari, per):
    own = browser_of(eva).look("/staff/round-figures")
    assert cells(own)[-1][1] == "0"
    assert "No crew has ticked off a stop in this period." in own
    assert browser_of(eva).get("/staff/round-figures?unit=bydrift").status_code == 404
    assert browser_of(ola).get("/staff/round-figures?unit=bydrift").status_code == 200
    assert browser_of(kari).look("/staff/round-figures?unit=bydrift").count('class="chart"') == 8
    assert browser_of(per).get("/staff/round-figures").status_code == 403
    assert browser_of(None).get("/staff/round-figures").status_code == 303


@pytest.mark.parametrize(
    "asked",
    ["from=2026-12-31&until=2026-01-01", "from=nonsense&until=9999-12-31", "from=0001-01-01", "until=1900-01-01"],
)
def test_a_strange_period_is_the_nearest_that_can_be_shown(asked, driven, browser_of, ola):
    assert browser_of(ola).get(f"/staff/round-figures?{asked}").status_code == 200


def test_the_page_asks_the_database_little(driven, browser_of, ola, count_queries):
    browser = browser_of(ola)
    with count_queries() as counted:
        browser.look("/staff/round-figures")
    assert counted.number <= 12
