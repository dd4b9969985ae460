"""Reports that may be about the same fault: which, how near, in which order, and what of them is shown."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.models import REPORTER, Asset, Photo, ReportStatus
from app.queries.similar import similar
from tests.application import NOON, STORGATA

LAT, LON = STORGATA
# Degrees of one metre at this place, for putting things at a known distance.
NORTH, EAST = 1 / 111_500, 1 / 38_850


def north(metres: float) -> dict[str, float]:
    return {"lat": LAT + metres * NORTH, "lon": LON}


@pytest.fixture
def found(session, rules):
    """References near Storgata, as `similar` gives them."""

    def find(category="lamp_dark", **given):
        place = {"lat": LAT, "lon": LON, "asset_id": None, **given}
        return [one.reference for one in similar(session, rules.categories[category], **place)]

    return find


@pytest.fixture
def make_lamp(session):
    def make(number, *, lat=LAT, lon=LON):
        lamp = Asset(
            kind="lamp", number=number, source_ref=f"x{number}", lat=lat, lon=lon, owner="municipality",
            road_owner="municipality",
        )  # fmt: skip
        session.add(lamp)
        session.commit()
        return lamp

    return make


def test_the_nearest_come_first_and_at_most_five(make_report, found):
    reports = [make_report(**north(metres)) for metres in (25, 5, 20, 10, 15, 1)]
    nearest = sorted(reports, key=lambda report: report.lat)
    assert found() == [report.reference for report in nearest][:5]


def test_metres_are_geodesic_in_every_direction(session, rules, make_report):
    make_report(lat=LAT, lon=LON + 20 * EAST)
    make_report(lat=LAT + 20 * NORTH, lon=LON)
    distances = [one.metres for one in similar(session, rules.categories["lamp_dark"], lat=LAT, lon=LON)]
    assert distances == pytest.approx([20, 20], abs=0.1)


def test_the_radius_is_the_categorys(make_report, found, rules):
    at_29, at_31 = make_report(**north(29)), make_report(**north(31))
    assert found() == [at_29.reference], "a lamp's pin is exact"
    sand, far = make_report(category="sweeping", **north(99)), make_report(category="sweeping", **north(101))
    assert found("sweeping") == [sand.reference]
    assert {at_31.reference, far.reference}.isdisjoint(found())
    make_report(category="praise")
    assert found("praise") == [], "0 switches it off"
    assert rules.categories["other"].similar_radius == 30


def test_other_kinds_count_only_where_the_rules_say_so(make_report, found):
    stretch, sand = make_report(category="lamps_stretch"), make_report(category="sweeping")
    assert found("lamp_dark") == [stretch.reference]
    assert found("sweeping") == [sand.reference]


def test_the_same_lamp_comes_first_however_far_its_pin_is(make_report, found, make_lamp, session):
    lamp = make_lamp("1234", lat=LAT + 300 * NORTH)
    near = make_report(**north(3))
    on_it = make_report(**north(300))
    assert on_it.asset_id == lamp.id
    assert found(asset_id=lamp.id) == [on_it.reference, near.reference]
    assert found(lat=None, lon=None, asset_id=lamp.id) == [on_it.reference], "a number alone is enough"
    assert found(lat=None, lon=None) == []


@pytest.mark.parametrize("status", ReportStatus)
def test_only_open_reports_are_offered(make_report, found, session, status):
    report, other = make_report(), make_report(**north(500))
    original = other.id if status == ReportStatus.DUPLICATE else None
    session.execute(
        text("UPDATE report SET status = :status, duplicate_of_id = :of WHERE id = :id"),
        {"status": status.value, "of": original, "id": report.id},
    )
    open_ones = {"new", "forwarded", "in_progress", "scheduled"}
    assert bool(found()) == (status.value in open_ones)


def test_hidden_and_private_reports_are_not_offered(make_report, found, session):
    hidden, private = make_report(), make_report()
    hidden.hidden_at = NOON
    private.private = True
    session.commit()
    assert found() == []
    make_report(category="complaint")
    assert found("complaint") == []


def test_words_and_photos_are_shown_only_when_the_desk_let_them_through(make_report, session, rules):
    report = make_report(description="By Kari's house")
    photo = Photo(report_id=report.id, created_at=NOON, width=1, height=1, sha256="0" * 64)
    session.add(photo)
    session.commit()

    def shown():
        (one,) = similar(session, rules.categories["lamp_dark"], lat=LAT, lon=LON)
        return one.words, one.photo_id

    assert shown() == (None, None)
    report.text_public = photo.public = True
    session.commit()
    assert shown() == ("By Kari's house", photo.id)


def test_lamp_age_status_and_support_come_along(make_report, session, rules, make_lamp, clock):
    make_lamp("1234")
    report = make_report()
    report.support_count = 2
    session.commit()
    (one,) = similar(session, rules.categories["lamp_dark"], lat=LAT, lon=LON)
    assert (one.lamp, one.same_lamp, one.status, one.others) == ("1234", False, "new", 2)
    assert clock() - one.created_at == timedelta()
    assert one.shown_reference == report.shown_reference
    report.withdraw(actor=REPORTER, at=NOON)
    session.commit()
    assert similar(session, rules.categories["lamp_dark"], lat=LAT, lon=LON) == []


def test_it_is_one_statement(make_report, session, rules, count_queries):
    make_report()
    with count_queries() as counted:
        similar(session, rules.categories["lamp_dark"], lat=LAT, lon=LON, asset_id=1)
    assert counted.number == 1


OPEN = "status IN ('forwarded', 'in_progress', 'new', 'scheduled')"
NEAR = "ST_DWithin(position, ST_SetSRID(ST_MakePoint(18.9, 69.6), 4326)::geography, 30.0)"


@pytest.mark.parametrize(
    ("index", "condition"), [("ix_report_open_position", NEAR), ("ix_report_asset_open", "asset_id = 7")]
)
def test_both_arms_have_an_index(session, index, condition):
    """Which of several a planner takes depends on how full the table is: here it has only this one and must read it."""
    others = session.scalars(
        text("SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'report'::regclass AND NOT indisunique")
    )
    for name in set(others) - {index}:
        session.execute(text(f"DROP INDEX {name}"))
    session.execute(text("SET LOCAL enable_seqscan = off"))
    plan = session.execute(text(f"EXPLAIN (FORMAT JSON) SELECT id FROM report WHERE {condition} AND {OPEN}"))
    assert index in json.dumps(plan.scalar_one())
