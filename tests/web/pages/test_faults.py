"""The page of what is worth driving to: unit members, crews and the desk; what is chosen goes on to the plan."""

from __future__ import annotations

import html
import re
from datetime import time

import pytest

from app.models import Actor, Asset, Crew, DangerPlace
from tests.planning.lamp_streets import at

STREET, CROSSING = "Lyktegata", "Gangfeltet ved skolen"


@pytest.fixture
def lamps(session):
    found = []
    for n in range(14):
        lat, lon = at(30 * n, 0)
        found.append(Asset(kind="lamp", source_ref=f"L{n}", number=f"7-{n:03}", lat=lat, lon=lon, street=STREET))
    session.add_all(found)
    session.commit()
    return found


@pytest.fixture
def dark(make_report, session, kari, clock):
    """Darkens lamps of the register: a report on each, with Bydrift."""

    def darken(*lamps, category="lamp_dark", unit="bydrift", **given):
        reports = []
        for lamp in lamps:
            report = make_report(category=category, lat=lamp.lat, lon=lamp.lon, **given)
            report.asset_id = lamp.id
            report.forward(unit, actor=Actor.of(kari), at=clock())
            reports.append(report)
        session.commit()
        return reports

    return darken


def words(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def test_a_row_stands_before_a_single_lamp_with_its_reason_and_can_be_planned(browser_of, ola, lamps, dark):
    single = dark(lamps[0])[0]
    row = dark(*lamps[5:8])
    browser = browser_of(ola)
    page = browser.look("/staff/faults")
    text = words(page)
    assert text.index("3 dark lamps in a row: Lyktegata") < text.index("One dark lamp")
    assert "mast 7-006" in text
    named = re.findall(r'name="report" value="([^"]+)"', page)
    assert named[1] == single.reference
    assert named[0] in {report.reference for report in row}
    plan = browser.look(f"/staff/route-lists/new?unit=bydrift&report={named[0]}")
    assert named[0] in plan


def test_a_crossing_lifts_a_dark_lamp_above_a_row(browser_of, per, lamps, dark, session):
    lat, lon = at(0, 6)
    shape = f"POINT({lon} {lat})"
    session.add(DangerPlace(source="x", source_ref="1", kind="crossing", name=CROSSING, shape=shape))
    dark(lamps[0])
    dark(*lamps[5:8])
    text = words(browser_of(per).look("/staff/faults?unit=bydrift"))
    assert text.index(f"Dark at a crossing: {CROSSING}") < text.index("3 dark lamps in a row")


def test_what_the_desk_still_has_makes_the_row_known_but_cannot_be_chosen(browser_of, ola, lamps, dark, make_report):
    dark(lamps[5], lamps[7])
    waiting = make_report(lat=lamps[6].lat, lon=lamps[6].lon)
    page = browser_of(ola).look("/staff/faults")
    assert "3 dark lamps in a row" in words(page)
    assert waiting.reference not in re.findall(r'name="report" value="([^"]+)"', page)


def test_kinds_and_categories_narrow_the_list(browser_of, kari, lamps, dark):
    dark(lamps[0])
    dark(*lamps[5:8])
    dark(lamps[12], category="pothole", answers={"size": "small"})
    browser = browser_of(kari)
    assert browser.look("/staff/faults?unit=bydrift").count("data-fault ") == 3
    assert browser.look("/staff/faults?unit=bydrift&kind=row").count("data-fault ") == 1
    assert browser.look("/staff/faults?unit=bydrift&category=pothole").count("data-fault ") == 1
    assert browser.look("/staff/faults?unit=bydrift&kind=nonsense&category=nonsense&area=x").count("data-fault ") == 3
    assert "Nothing waits here" in browser.look("/staff/faults?unit=bydrift&kind=stretch")


def test_another_unit_sees_its_own_only_and_a_stranger_nothing(browser_of, eva, client, lamps, dark):
    dark(lamps[0])
    browser = browser_of(eva)
    assert "Nothing waits here" in browser.look("/staff/faults")
    assert browser.get("/staff/faults?unit=bydrift").status_code == 403
    assert client.get("/staff/faults").status_code == 303


def test_a_crew_reads_no_contact_data(browser_of, per, lamps, dark, make_report, session, kari, clock):
    report = make_report(lat=lamps[0].lat, lon=lamps[0].lon, email="solveig@example.org", name="Solveig Moe")
    report.forward("bydrift", actor=Actor.of(kari), at=clock())
    session.commit()
    page = browser_of(per).look("/staff/faults")
    assert report.reference in page
    assert "solveig" not in page.lower()


@pytest.mark.parametrize("lang", ["nb", "nn", "se"])
def test_the_reasons_are_in_the_readers_language(browser_of, ola, lamps, dark, session, lang):
    ola.language = lang
    session.commit()
    dark(*lamps[5:8])
    text = words(browser_of(ola).look("/staff/faults"))
    assert "3 dark lamps" not in text
    assert {"nb": "3 mørke lamper etter hverandre", "nn": "3 mørke lamper etter kvarandre",
            "se": "3 seavdnjes lámppá maŋŋálaga"}[lang] in text  # fmt: skip


def test_the_page_asks_the_same_few_questions_whatever_it_lists(browser_of, ola, lamps, dark, count_queries):
    browser = browser_of(ola)
    dark(lamps[0])
    browser.look("/staff/faults")
    dark(*lamps[1:])
    with count_queries() as counted:
        browser.look("/staff/faults")
    assert counted.number <= 12, counted.statements


def test_in_summer_light_dark_lamps_wait_and_the_round_with_light_is_one_press_away(
    browser_of, ola, lamps, dark, clock, session
):
    clock.now = clock.now.replace(year=2027, month=6, day=15)
    dark(lamps[0])
    dark(lamps[9], category="lamp_fitting")
    session.add(
        Crew(
            name="Lys 1",
            unit_code="bydrift",
            start_lat=69.65,
            start_lon=18.95,
            shift_from=time(7),
            shift_until=time(15),
        )
    )
    session.commit()
    browser = browser_of(ola)
    page = browser.look("/staff/faults")
    assert "One fault here is a dark lamp that waits until they are lit again on 21 July 2027." in words(page)
    assert words(page).count("Waits until lamps are lit again") == 1
    link = html.unescape(re.search(r'href="(/staff/route-lists/new[^"]*)"', page)[1])
    form = browser.look(link)
    assert re.search(r'name="day"[^>]*value="2027-07-21"|value="2027-07-21"[^>]*name="day"', form)
    assert re.search(r'<input[^>]*value="lamp_dark"[^>]*checked', form)
    assert "until 21 July 2027, they wait unless you choose them" in words(form)
    assert 'value="x' not in browser.look("/staff/route-lists/new?unit=bydrift&day=x&category=nothing")
    clock.now = clock.now.replace(month=8)
    assert "lit again" not in words(browser_of(ola).look("/staff/faults"))
