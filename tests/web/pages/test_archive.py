"""The archive by year and week."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from app.models import REPORTER
from tests.application import NOON


def look(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.text)
    return answer.text


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


def test_years_lead_to_weeks_and_weeks_to_reports(client, make_report, clock, session):
    first = make_report(category="ice")
    clock.pass_(weeks=6)
    second = make_report(category="snow")
    second.fix(actor=REPORTER, at=clock())
    session.commit()
    years = look(client, "/archive")
    assert re.findall(r'href="(/archive/\d+)"', years) == ["/archive/2027", "/archive/2026"]
    year = look(client, "/archive/2026")
    assert "1 report came in, 1 of them not done yet." in plain(year)
    # Week 53 lies in the month of its Thursday, and every week has its line, also an empty one.
    assert re.findall(r'href="/archive/2026/(\d+)"', year) == ["49", "50", "51", "52", "53"]
    assert re.findall(r"(November|December|January)", plain(year)) == ["December"]
    week = look(client, "/archive/2026/49")
    assert f'href="/reports/{first.shown_reference}"' in week
    assert second.shown_reference not in week
    assert "30 November 2026 to 6 December 2026" in plain(week)
    assert 'data-status="new"' in week
    last = look(client, "/archive/2027/2")
    assert 'data-status="fixed"' in last
    assert "1 was closed this week" in plain(last)


def test_weeks_have_neighbours_across_years_and_end_where_reports_end(client, make_report, clock):
    clock.now = datetime(2026, 12, 28, 12, tzinfo=UTC)
    make_report()
    clock.now = datetime(2027, 1, 12, 12, tzinfo=UTC)

    def neighbours(path: str) -> list[str]:
        nav = re.search(r'aria-label="Other weeks">(.*?)</nav>', look(client, path), re.DOTALL)
        return re.findall(r'href="(/archive[^"]+)"', nav[1])

    assert neighbours("/archive/2026/53") == ["/archive/2027/1"]
    assert neighbours("/archive/2027/1") == ["/archive/2026/53", "/archive/2027/2"]
    assert neighbours("/archive/2027/2") == ["/archive/2027/1"]
    assert "Nothing came in during this week." in look(client, "/archive/2027/1")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/archive/2026/50", "That week has not come yet."),
        ("/archive/2027/1", "That week has not come yet."),
        ("/archive/2026/46", "The first ones came in week 47 of 2026."),
        ("/archive/2020/1", "The first ones came in week 47 of 2026."),
        ("/archive/2025/53", "There is no such week."),
        ("/archive/2026/0", "There is no such week."),
        ("/archive/2026/54", "There is no such week."),
        ("/archive/2026/048", "There is no such week."),
        ("/archive/2026/x", "There is no such week."),
        ("/archive/2026/٤٨", "There is no such week."),
        ("/archive/2026/-1", "There is no such week."),
        ("/archive/2025", "There is no such year"),
        ("/archive/2027", "There is no such year"),
        ("/archive/26", "There is no such year"),
        ("/archive/99999999999999999999", "There is no such year"),
        ("/archive/x", "There is no such year"),
        ("/archive/9999/52", "There is no such year"),
        ("/archive/%00/1", "There is no such year"),
    ],
)
def test_a_time_without_an_archive_is_not_found_in_words(client, make_report, clock, session, path, words):
    report = make_report()
    report.created_at = NOON - timedelta(weeks=2)
    session.commit()
    answer = client.get(path)
    assert answer.status_code == 404
    assert words in answer.text


def test_before_the_first_report_there_is_only_this_week(client):
    assert "Nothing came in" in look(client, "/archive/2026/49")
    assert client.get("/archive/2026/48").status_code == 404
    look(client, "/archive")
    look(client, "/archive/2026")


def test_what_is_not_public_is_neither_listed_nor_counted(client, make_report, session):
    make_report(category="complaint")
    make_report(address="Somewhere")
    hidden, withdrawn = make_report(), make_report()
    hidden.hidden_at = NOON
    withdrawn.withdraw(actor=REPORTER, at=NOON)
    session.commit()
    week = look(client, "/archive/2026/49")
    assert "/reports/2026" not in week
    assert "0 reports came in." in plain(week)
    assert "0 reports came in" in plain(look(client, "/archive/2026"))


def test_a_full_week_is_turned_page_by_page(client, make_report, clock):
    made = [make_report().shown_reference for _ in range(25)]
    first = look(client, "/archive/2026/49")
    older = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = look(client, older)
    shown = re.findall(r'<a href="/reports/(\d{4}-\d+-\d)">', first + second)
    assert shown == made[::-1]
    assert 'name="robots" content="noindex"' in second
    assert 'name="robots"' not in first
    assert client.get("/archive/2026/49?before=x").status_code == 400
    # The cursor holds for its own week only.
    clock.pass_(weeks=1)
    assert client.get(older.replace("/49", "/50")).status_code == 400


def test_few_questions_are_asked_whatever_is_shown(client, make_report, count_queries):
    for _ in range(30):
        make_report()
    for path in ("/archive", "/archive/2026", "/archive/2026/49"):
        with count_queries() as counted:
            look(client, path)
        assert counted.number <= 6, (path, counted.statements)
