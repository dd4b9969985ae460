"""Lamp, its owner, the road and its owner go along with a report: to the desk, to the unit, and into its mail."""

from __future__ import annotations

import csv
from dataclasses import replace
from io import StringIO

import pytest
from lxml import html
from sqlalchemy import select

from app.models import Asset, Delivery, RegisterAnswer, Road
from app.models.links import follow_path
from app.services import forwarding, late_answers, looking_up, outgoing
from app.services.drafts import ReportDraft
from app.services.reporting import submit_report
from tests.application import SECRET, STORGATA
from tests.mail import html_of, text_of

LAT, LON = STORGATA


@pytest.fixture
def there(session):
    """A municipal lamp on the county's road."""
    line = f"SRID=4326;LINESTRING({LON} {LAT - 0.001}, {LON} {LAT + 0.001})"
    session.add(Road(source_ref="x", owner="county", ref="FV9862 S1D1 m687", name="Stakkevollvegen", line=line))
    session.add(
        Asset(kind="lamp", source_ref="nvdb.77", number="12-345", lat=LAT, lon=LON, owner="municipality", street="S 5")
    )
    session.commit()


def words_of(page: str) -> str:
    return " ".join(" ".join(html.fromstring(page).itertext()).split())


def test_the_desk_sees_both_owners_the_road_and_the_nearest_address(there, session, make_report, browser_of, kari, now):
    told = looking_up.Answers(address={"label": "Storgata 5C", "detail": None, "metres": 9.0})
    looking_up.keep(session, told, lat=LAT, lon=LON, at=now)
    report = make_report()
    page = words_of(browser_of(kari).look(f"/staff/reports/{report.reference}"))
    assert "Nearest address Storgata 5C Lamp 12-345 Owner of the lamp the municipality" in page
    assert "Road FV9862 S1D1 m687 Owner of the road the county" in page


def test_the_explanation_starts_with_the_facts(there, make_report, browser_of, kari):
    report = make_report()
    page = words_of(browser_of(kari).look(f"/staff/reports/{report.reference}/explanation"))
    assert "Owner of the road the county Road FV9862 S1D1 m687 Owner of the lamp the municipality" in page


def test_the_unit_sees_them_in_its_inbox(there, make_report, session, browser_of, kari, ola, rules, clock):
    report = make_report()
    forwarding.forward(session, report, "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=0)
    session.commit()
    page = words_of(browser_of(ola).look(f"/staff/inbox/{report.shown_reference}"))
    assert "Road FV9862 S1D1 m687" in page
    assert "Lamp owner the municipality" in page


def test_the_unit_s_mail_says_which_lamp_and_whose_road(
    there, make_report, session, kari, rules, clock, office, postbox
):
    made = forwarding.forward(session, make_report(), "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=0)
    session.commit()
    row = session.scalars(select(Delivery).where(Delivery.forwarding_id == made.id, Delivery.channel == "email")).one()
    outgoing.deliver(office, delivery_id=row.id)
    text, page = text_of(postbox.mails[0]), words_of(html_of(postbox.mails[0]))
    for line in ("12-345", "nvdb.77", "FV9862 S1D1 m687", "fylkeskommunen", "kommunen"):
        assert line in text, line
        assert line in page, line


def test_a_place_without_any_of_it_says_nothing_of_it(make_report, session, kari, rules, clock, office, postbox):
    made = forwarding.forward(session, make_report(), "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=0)
    session.commit()
    row = session.scalars(select(Delivery).where(Delivery.forwarding_id == made.id, Delivery.channel == "email")).one()
    outgoing.deliver(office, delivery_id=row.id)
    text = text_of(postbox.mails[0])
    assert "Vegeier" not in text
    assert "ukjent" not in text


def test_the_list_for_spreadsheets_has_them(there, make_report, browser_of, kari):
    make_report()
    rows = csv.reader(
        StringIO(browser_of(kari).get("/staff/reports/export.csv").content.decode("utf-8-sig")), delimiter=";"
    )
    row = dict(zip(*rows, strict=True))
    assert row["Road"] == "FV9862 S1D1 m687"
    assert (row["Owner of the road"], row["Owner of the lamp"]) == ("the county", "the municipality")


def test_the_desk_reads_in_the_history_what_a_register_changed(session, rules, clock, office, browser_of, kari, client):
    draft = ReportDraft(category="pothole", lat=LAT, lon=LON, answers={"size": "large"})
    report = submit_report(session, draft, rules=rules, at=clock())
    session.commit()
    looking_up.keep(
        session, looking_up.Answers(road={"owner": "county", "ref": "FV9862"}), lat=LAT, lon=LON, at=clock()
    )
    session.commit()
    assert session.scalars(select(RegisterAnswer)).one().kind == "road"
    asking = replace(office, settings=office.settings.model_copy(update={"road_register": "http://127.0.0.1:9"}))
    late_answers.look_up(asking)
    session.expire_all()
    page = words_of(browser_of(kari).look(f"/staff/reports/{report.reference}"))
    assert "The road's owner was looked up" in page
    assert "Owner of the road: unknown → the county" in page
    assert "Proposed unit: City operations (Bydrift) → Troms County Authority" in page
    assert "looked up" not in client.get(f"/reports/{report.shown_reference}").text


def test_the_receipt_says_carefully_who_gets_it(there, session, rules, clock, client):
    draft = ReportDraft(category="pothole", lat=LAT, lon=LON, answers={"size": "large"})
    report = submit_report(session, draft, rules=rules, at=clock())
    session.commit()
    page = words_of(client.get(f"{follow_path(report, secret=SECRET)}?new=1").text)
    assert "The service desk reads your report" in page
    assert "County road 9862. Most likely it is for Troms County Authority." in page
