"""How dates were kept: counted by the hour, read by the desk and units, and by nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lxml import html

from app.models import Actor
from app.services.figures import count_figures


@pytest.fixture
def counted(make_report, kari, session, clock):
    """Four dead lamps: one mended in time, one late, one never answered, and one that only just came."""
    actor = Actor.of(kari)
    good, late, _never = make_report(), make_report(), make_report()
    for report in (good, late):
        report.forward("bydrift", actor=actor, at=clock() + timedelta(days=1))
    good.fix(actor=actor, at=clock() + timedelta(days=3))
    late.fix(actor=actor, at=clock() + timedelta(days=40))
    session.commit()
    clock.pass_(days=41)
    make_report()
    count_figures(session, at=clock())
    session.commit()


def rows(page: str) -> dict[str, list[str]]:
    found = html.document_fromstring(page).xpath("//tbody/tr")
    return {row[0].text_content().strip(): [" ".join(cell.text_content().split()) for cell in row[1:]] for row in found}


def test_the_share_in_time_stands_by_unit_and_by_category(counted, browser_of, kari):
    found = rows(browser_of(kari).look("/staff/deadlines"))
    assert found["City operations (Bydrift)"] == ["100 % (2 of 2)", "50 % (1 of 2)"]
    assert found["Not sent on by the service desk"] == ["0 % (0 of 1)", "–"]
    assert found["One lamp is dark"] == ["66 % (2 of 3)", "50 % (1 of 2)"]


def test_the_file_holds_the_numbers(counted, browser_of, ola):
    lines = browser_of(ola).get("/staff/deadlines/figures.csv").text.splitlines()
    assert lines[0].endswith("Category;Unit;Answers;Answered in time;Done;Done in time")
    assert "One lamp is dark;City operations (Bydrift);2;2;2;1" in lines


def test_without_figures_the_page_says_so(browser_of, kari):
    assert "There are no figures yet." in browser_of(kari).look("/staff/deadlines")


@pytest.mark.parametrize("path", ["/staff/deadlines", "/staff/deadlines/figures.csv"])
def test_a_crew_and_a_stranger_do_not_get_in(counted, browser_of, per, path):
    assert browser_of(per).get(path).status_code == 403
    assert "/staff/sign-in" in browser_of(None).get(path).headers["location"]


def test_what_is_over_goes_out_of_the_figures(counted, browser_of, kari, session, clock):
    clock.pass_(days=200)
    count_figures(session, at=clock())
    session.commit()
    assert "City operations" not in browser_of(kari).look("/staff/deadlines").split("<tbody>")[-1]


def test_the_page_asks_the_database_little(counted, browser_of, kari, count_queries):
    browser = browser_of(kari)
    with count_queries() as queries:
        browser.look("/staff/deadlines")
    assert queries.number <= 6
