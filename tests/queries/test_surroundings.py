"""What stands around a place: which lamp a report is about, the road, the address, and what registers answered."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import insert, text

from app.models import Asset, Place, RegisterAnswer
from app.queries.assets import asset_by_id, assets_in_box, near_assets
from app.queries.public import Box
from app.queries.surroundings import Surroundings, plain_number, surroundings
from tests.application import NOON, STORGATA

LAT, LON = STORGATA
METRE = 1 / 111_500


@pytest.fixture
def lamp(session):
    """`lamp("1234", north=8)` stands 8 m north of Storgata."""

    def make(number: str | None, *, north: float, **given: object) -> Asset:
        values = {"kind": "lamp", "source_ref": f"{number}@{north}", "owner": "municipality", **given}
        asset = Asset(number=number, lat=LAT + north * METRE, lon=LON, **values)
        session.add(asset)
        session.flush()
        return asset

    return make


def here(session, **given: object) -> Surroundings:
    return surroundings(session, **{"lat": LAT, "lon": LON, "asset_kind": "lamp", **given})


def test_the_nearest_lamp_within_25_metres_is_meant(session, lamp):
    lamp("far", north=26)
    lamp("second", north=20)
    near = lamp("first", north=-8, road_ref="FV862", street="Storgata", road_owner="county")
    found = here(session).asset
    assert (found.id, found.number, found.road_ref, found.street) == (near.id, "first", "FV862", "Storgata")
    assert (found.owner, found.road_owner) == ("municipality", "county")
    assert found.metres == pytest.approx(8, abs=0.1)


def test_a_lamp_at_26_metres_is_not_guessed(session, lamp):
    lamp("far", north=26)
    assert here(session).asset is None


def test_a_category_about_no_lamp_finds_none(session, lamp):
    lamp("first", north=1)
    assert here(session, asset_kind=None, number="first").asset is None


@pytest.mark.parametrize("typed", ["LP-0123", "lp 0123", " lp0123 ", "LP.0123", "mast nr. lp-0123", "Lampe: LP-0123"])
def test_a_number_is_found_however_it_is_written(session, lamp, typed):
    lamp("nearer", north=3)
    meant = lamp("LP-0123", north=80)
    assert here(session, number=typed).asset.id == meant.id


@pytest.mark.parametrize(("kept", "typed"), [("0123", "123"), ("123", "0123"), ("12-3", "123")])
def test_zeros_in_front_and_hyphens_do_not_matter(session, lamp, kept, typed):
    meant = lamp(kept, north=80)
    assert here(session, number=typed).asset.id == meant.id


def test_the_number_exactly_as_written_goes_before_one_like_it(session, lamp):
    lamp("0123", north=10)
    meant = lamp("123", north=90)
    assert here(session, number="123").asset.id == meant.id


def test_of_several_lamps_with_the_number_the_nearest_is_meant(session, lamp):
    lamp("7", north=300)
    near = lamp("7", north=-40)
    lamp("7", north=5000)
    found = here(session, number="7")
    assert found.asset.id == near.id
    assert [round(one.metres) for one in found.numbered[:2]] == [40, 300]


def test_a_number_more_than_500_metres_away_is_told_and_not_taken(session, lamp):
    lamp("beside", north=2)
    far = lamp("7", north=510)
    found = here(session, number="7")
    assert found.asset is None
    assert [one.id for one in found.numbered] == [far.id]


def test_an_unknown_number_ties_to_no_lamp_with_another_number(session, lamp):
    lamp("1234", north=2)
    assert here(session, number="9999").asset is None


def test_an_unknown_number_ties_to_the_lamp_beside_it_whose_number_nobody_knows(session, lamp):
    near = lamp(None, north=2)
    assert here(session, number="9999").asset.id == near.id


def test_without_a_place_a_number_that_is_there_once_says_which(session, lamp):
    only = lamp("7", north=0)
    lamp("8", north=0)
    lamp("8", north=100)
    assert here(session, lat=None, lon=None, number="7").asset.id == only.id
    found = here(session, lat=None, lon=None, number="8")
    assert found.asset is None
    assert len(found.numbered) == 2


def test_without_place_and_number_nothing_is_asked(session, count_queries):
    with count_queries() as counted:
        assert here(session, lat=None, lon=None) == Surroundings()
    assert counted.number == 0


@pytest.mark.parametrize("change", [{}, {"status": "fixed"}, {"private": True}, {"hidden_at": NOON}])
def test_only_an_open_report_that_everybody_may_see_is_told(session, lamp, make_report, change):
    lamp("first", north=2)
    report = make_report()
    for name, value in change.items():
        session.execute(text(f"UPDATE report SET {name} = :value WHERE id = :id"), {"value": value, "id": report.id})
    found = here(session).asset
    assert found.reference == (None if change else report.reference)
    assert found.reported == (None if change else NOON)
    shown = assets_in_box(session, "lamp", Box(LON - 0.01, LAT - 0.01, LON + 0.01, LAT + 0.01), at=NOON)
    assert (report.reference in shown) is not bool(change)


def test_the_address_within_200_metres_comes_along(session):
    for label, metres in (("Storgata 5", 30), ("Storgata 7", 40)):
        session.add(
            Place(kind="address", source_ref=label, label=label, folded=label, lat=LAT + metres * METRE, lon=LON)
        )
    session.add(Place(kind="name", source_ref="n", label="Torget", folded="torget", lat=LAT, lon=LON))
    session.flush()
    assert here(session).address.label == "Storgata 5"
    assert here(session, lat=LAT + 300 * METRE).address is None


def test_the_road_within_30_metres_comes_along(session):
    session.execute(
        text("INSERT INTO road (source_ref, name, ref, owner, line) VALUES ('r', 'Gata', 'FV862', 'county', :line)"),
        {"line": f"LINESTRING({LON - 0.01} {LAT + 20 * METRE}, {LON + 0.01} {LAT + 20 * METRE})"},
    )
    road = here(session, asset_kind=None).road
    assert (road.owner, road.ref, road.name) == ("county", "FV862", "Gata")
    assert here(session, lat=LAT - 20 * METRE).road is None


def test_answers_of_registers_that_were_kept_come_along(session):
    for kind in ("road", "address"):
        answer = {"kind": kind, "key": "69.64920,18.95530", "answer": {"of": kind}, "asked_at": NOON}
        session.execute(insert(RegisterAnswer).values(answer))
    found = here(session)
    assert (found.kept_road, found.kept_address) == ({"of": "road"}, {"of": "address"})


@pytest.fixture
def driven(monkeypatch):
    """The statements that go past SQLAlchemy, to the driver itself."""
    statements: list[str] = []
    execute = psycopg.Connection.execute

    def note(connection, statement, *given, **named):
        statements.append(statement)
        return execute(connection, statement, *given, **named)

    monkeypatch.setattr(psycopg.Connection, "execute", note)
    return statements


def test_it_is_one_statement(session, lamp, count_queries, driven):
    lamp("first", north=2)
    with count_queries() as counted:
        here(session, number="first")
    assert (counted.number, len(driven)) == (0, 1)


def test_intake_asks_once_what_is_around(session, lamp, make_report, driven):
    lamp("first", north=2)
    driven.clear()
    make_report(answers={"mast": "first"})
    asked = [statement for statement in driven if "FROM asset" in statement or "FROM road" in statement]
    assert len(asked) == 1


def test_the_five_nearest_within_100_metres_can_be_chosen_from(session, lamp):
    for north in (90, 10, 70, 30, 50, 60, 101):
        lamp(str(north), north=north)
    assert [one.number for one in near_assets(session, "lamp", lat=LAT, lon=LON)] == ["10", "30", "50", "60", "70"]


def test_one_lamp_is_found_by_its_id(session, lamp):
    assert asset_by_id(session, lamp("7", north=0).id).number == "7"
    assert asset_by_id(session, 0) is None


@pytest.mark.parametrize(
    ("typed", "number"),
    [("Mast nr. 1234", "1234"), ("nummer: 12", "12"), ("NR12", "NR12"), ("lampe", "lampe"), ("x" * 90, "x" * 40)],
)
def test_words_before_a_number_are_no_part_of_it(typed, number):
    assert plain_number(typed) == number


def test_pages_of_words_before_a_number_are_not_looked_through():
    # It would take an hour if they were.
    assert plain_number("mast" + "." * 200_000 + "7") == ("mast" + "." * 96)[:40]
