"""A report from another system, as the desk and everybody see it."""

from __future__ import annotations

from sqlalchemy import select

from app.models import Report
from app.routing import Rules
from app.services.importing import import_reports
from app.services.mapping_file import load_mapping
from tests.application import NOON

MAPPING = """
source: old
id: {column: no}
created: {column: day}
category: {column: kind}
status: {otherwise: new}
position: {lat: lat, lon: lon}
default_points: [{lat: 69.65, lon: 18.95}]
"""


def bring(tmp_path, session, rules: Rules) -> Report:
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    (tmp_path / "old.csv").write_text("no,day,kind,lat,lon\n7,2026-11-02,lamp_dark,69.65,18.95\n")
    mapping = load_mapping(tmp_path / "mapping.yaml", rules)
    import_reports(session, tmp_path / "old.csv", mapping, rules=rules, at=NOON)
    session.commit()
    return session.scalars(select(Report)).one()


def test_the_desk_sees_that_the_place_is_a_stand_in_and_where_the_report_is_from(
    tmp_path, session, rules, browser_of, kari
):
    report = bring(tmp_path, session, rules)
    page = browser_of(kari).look(f"/staff/reports/{report.reference}")
    assert "Place not known: a stand-in" in page
    assert "from another system" in page
    assert report.shown_reference in browser_of(kari).look("/staff/queue")


def test_everybody_sees_the_report_and_that_it_was_taken_over(tmp_path, session, rules, client):
    report = bring(tmp_path, session, rules)
    page = client.get(f"/reports/{report.shown_reference}")
    assert page.status_code == 200
    assert "taken over from an earlier system" in page.text.lower()
    assert "stand-in" not in page.text
