"""The day's page and saved filters, as Kari, her colleague at the desk, a unit and a stranger meet them."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from app.models import Report, Role, SavedFilter
from app.services import saved_filters


@pytest.fixture
def desk(browser_of, kari):
    return browser_of(kari)


@pytest.fixture
def colleague(browser_of, make_staff):
    return browser_of(make_staff("Liv", Role.DESK))


def test_the_desk_begins_its_day_there(browser_of, kari, ada, ola):
    assert browser_of(kari).get("/staff").headers["location"] == "/staff/day"
    assert browser_of(ada).get("/staff").headers["location"] == "/staff/day"
    assert browser_of(ola).get("/staff").headers["location"] == "/staff/inbox"


def test_the_page_says_calmly_that_nothing_waits(desk):
    assert "Nothing waits for the desk now." in desk.look("/staff/day")


def test_each_kind_has_its_count_and_leads_to_the_workbench(desk, make_report):
    make_report(description="A live wire hangs down.")
    make_report(address="Behind the red house")
    page = desk.look("/staff/day")
    assert "Nothing waits" not in page
    counts = dict(re.findall(r'waiting_for=(\w+)">\s*<span class="day-kinds__number">(\d+)<', page))
    assert (counts["new"], counts["danger"], counts["unplaced"], counts["overdue"]) == ("2", "1", "1", "0")


def test_the_page_asks_the_database_at_most_twelve_times(desk, make_report, count_queries):
    make_report()
    for number in range(5):
        desk.submit("/staff/filters", status="open", unit=f"unit{number}", name=f"Filter {number}")
    with count_queries() as counted:
        desk.look("/staff/day")
    assert counted.number <= 12


@pytest.mark.parametrize("path", ["/staff/day", "/staff/filters"])
def test_units_crews_and_strangers_do_not_get_in(browser_of, ola, per, path):
    assert browser_of(ola).get(path).status_code == 403
    assert browser_of(per).get(path).status_code == 403
    assert browser_of(None).get(path).status_code == 303


def test_a_filter_is_saved_under_a_name_with_its_count(desk, make_report, session):
    make_report(category="school")
    make_report()
    answer = desk.submit("/staff/filters", status="open", category="school", name="  Schools  ", junk="x")
    assert answer.headers["location"] == "/staff/reports?status=open&category=school"
    saved = session.scalars(select(SavedFilter)).one()
    assert (saved.name, saved.shared, saved.query) == ("Schools", False, {"status": "open", "category": "school"})
    page = desk.look("/staff/day")
    assert re.search(r"/staff/queue\?status=open&amp;category=school\">1 report<", page)


def test_a_name_that_is_taken_at_this_very_moment_is_said_in_words(desk, kari, session, monkeypatch):
    desk.submit("/staff/filters", status="open", name="Mine")
    desk.submit("/staff/filters", status="closed", name="Other")
    # As when both have looked before one of them saved.
    monkeypatch.setattr(saved_filters, "_free_name", lambda _session, name, **_given: name)
    assert desk.submit("/staff/filters", status="open", name="Mine").status_code == 303
    assert "You have a filter with this name already." in desk.look("/staff/day")
    other = session.scalars(select(SavedFilter).where(SavedFilter.name == "Other")).one()
    assert desk.submit(f"/staff/filters/{other.id}/name", name="mine").status_code == 303
    assert "You have a filter with this name already." in desk.look("/staff/filters")
    assert len(session.scalars(select(SavedFilter)).all()) == 2


def test_a_filter_that_reaches_into_what_is_closed_has_no_count(desk):
    desk.submit("/staff/filters", category="school", name="Schools")
    page = desk.look("/staff/day")
    assert 'href="/staff/reports?category=school">Schools</a>' in page
    assert "0 reports" not in page


def test_others_at_the_desk_see_what_is_shared_and_nothing_else(desk, colleague):
    desk.submit("/staff/filters", status="open", name="Mine alone")
    desk.submit("/staff/filters", status="new", name="For all", shared="1")
    page = colleague.look("/staff/day")
    assert "For all" in page
    assert "Shared by Kari" in page
    assert "Mine alone" not in page


def test_only_its_owner_renames_or_deletes_a_filter(desk, colleague, browser_of, ola, session):
    desk.submit("/staff/filters", status="open", name="For all", shared="1")
    number = session.scalars(select(SavedFilter.id)).one()
    for other in (colleague, browser_of(ola), browser_of(None)):
        assert other.submit(f"/staff/filters/{number}/name", name="Stolen").status_code in {303, 403, 404}
        assert other.submit(f"/staff/filters/{number}/deletion").status_code in {303, 403, 404}
    session.expire_all()
    assert session.scalars(select(SavedFilter.name)).one() == "For all"
    desk.submit(f"/staff/filters/{number}/name", name="Only for me")
    session.expire_all()
    kept = session.scalars(select(SavedFilter)).one()
    assert (kept.name, kept.shared) == ("Only for me", False)
    desk.submit(f"/staff/filters/{number}/deletion")
    assert session.scalars(select(SavedFilter)).all() == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": " ", "status": "open"}, "Give the filter a name."),
        ({"name": "all", "status": "open"}, "You have a filter with this name already."),
        ({"name": "Nothing"}, "Choose something to filter by"),
    ],
)
def test_what_can_not_be_saved_is_said(desk, session, given, said):
    desk.submit("/staff/filters", name="All", status="closed")
    answer = desk.submit("/staff/filters", **given)
    assert said in desk.look(answer.headers["location"])
    assert len(session.scalars(select(SavedFilter)).all()) == 1


def test_a_form_without_its_token_saves_nothing(desk, session):
    assert desk.post("/staff/filters", data={"name": "All", "status": "open"}).status_code == 403
    assert session.scalars(select(SavedFilter)).all() == []


def test_filters_stand_in_the_address_and_can_be_taken_away_one_by_one(desk, make_report):
    make_report(category="school")
    page = desk.look("/staff/reports?text=school&status=open&category=school&due=none&age=3&sort=oldest&channel=x")
    chips = re.findall(r'data-removable href="([^"]*)"', page)
    whole = {"text=school", "status=open", "category=school", "due=none", "age=3", "sort=oldest"}
    assert [whole - set(chip.partition("?")[2].split("&amp;")) for chip in chips] == [
        {"text=school"}, {"status=open"}, {"category=school"}, {"due=none"}, {"age=3"},
    ]  # fmt: skip


def test_the_export_holds_what_the_filters_show(desk, make_report):
    school, lamp = make_report(category="school"), make_report()
    page = desk.look("/staff/reports?category=school&status=open")
    csv = re.search(r'href="(/staff/reports/export\.csv[^"]*)"', page)[1].replace("&amp;", "&")
    rows = desk.get(csv).text
    assert school.shown_reference in rows
    assert lamp.shown_reference not in rows


@pytest.mark.parametrize("lang", ["nb", "nn", "se"])
def test_the_pages_speak_the_readers_language(desk, lang):
    desk.cookies.set("gatami_language", lang)
    for path in ("/staff/day", "/staff/filters", "/staff/reports?status=open"):
        page = desk.look(path)
        assert f'lang="{lang}"' in page
        assert "Saved filters" not in page


def test_what_lies_in_the_desks_own_inbox_is_not_forgotten(session, desk, make_report):
    """Imported, or sent there before the rules file said which unit the desk is."""
    assert "waiting_for=with_desk" not in desk.look("/staff/day")
    report = make_report(category="praise")
    make_report()
    session.execute(update(Report).where(Report.id == report.id).values(status="forwarded", unit_code="servicetorget"))
    session.commit()
    assert re.search(r'waiting_for=with_desk">\s*<span class="day-kinds__number">1<', desk.look("/staff/day"))
    there = desk.look("/staff/queue?waiting_for=with_desk")
    assert report.shown_reference in there
    assert there.count('<li class="queue__item"') == 1
