"""What times rest on: the imported network with its closures, or straight lines, and the sentence that says so."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from app.errors import Forbidden, Invalid, NotFound
from app.models import RoadClosure, RoadNetwork
from app.planning.roads import RoadWays
from app.services import road_closing
from app.services.road_closing import ClosureWords
from app.services.road_network_import import import_network
from app.services.ways import about_way_by, about_ways, credit, ways
from tests.osm import STREETS, write_osm
from tests.planning.town import place

ENDS = [place(1, 1), place(99, 1)]
DAY, SUMMER = date(2026, 12, 1), date(2027, 7, 1)


@pytest.fixture
def town(session, tmp_path, now):
    """The town is imported."""
    import_network(session, write_osm(tmp_path / "town.osm.pbf"), at=now)
    session.commit()


@pytest.fixture
def close(session, ola, now):
    """`close(first=..., last=...)` closes the street between the corners 0 and 1."""

    def do(*, by=None, **given):
        words = {"name": "Sildegata", "kind": "points", "parts": ((place(50, 5),),), "first": DAY} | given
        closure = road_closing.close_road(session, ClosureWords(**words), by=by or ola, at=now)
        session.commit()
        return closure

    return do


def metres(session, rules, settings, *, day=DAY, unit_code=None):
    source = ways(session, rules, settings, day=day, unit_code=unit_code)
    return source.between(ENDS, day=day).metres[0, 1]


def test_without_a_network_times_rest_on_straight_lines_and_the_page_says_so(session, rules, settings):
    source = ways(session, rules, settings)
    assert source.by == "straight"
    assert about_ways(source, "nb") == "Luftlinje ganger 1,4: last inn et vegnett for ekte tider."
    assert credit(source.by) == ""


def test_with_one_they_rest_on_the_roads_and_name_their_source(session, rules, settings, town):
    source = ways(session, rules, settings)
    assert isinstance(source, RoadWays)
    assert about_ways(source, "nb") == "Kjøretider på det ekte vegnettet (OpenStreetMap, importert 30. november 2026)."
    assert credit(source.by) == "© OpenStreetMap contributors"
    assert source.between(ENDS, day=DAY).metres[0, 1] == pytest.approx(98, abs=2)


def test_the_network_of_another_town_is_not_used_and_the_page_says_so(session, rules, settings, town):
    source = ways(session, rules, settings)
    travel = source.between([(59.91, 10.75), (59.92, 10.76)], day=DAY)
    assert travel.by == source.by == "straight" and not travel.unreachable and not travel.off_road
    assert len(source.lines([(59.91, 10.75), (59.92, 10.76)], day=DAY)[0]) == 2
    assert about_ways(source, "nb").startswith("Vegnettet som er lastet inn, når ikke hit. Luftlinje ganger 1,4")


def test_the_network_of_another_town_is_not_promised_before_any_way_is_asked_for(session, rules, settings, town):
    session.execute(update(RoadNetwork).values(west=10.6, east=10.9, south=59.8, north=60.0))
    session.commit()
    source = ways(session, rules, settings)
    assert source.by == "straight"
    assert about_ways(source, "nb").startswith("Vegnettet som er lastet inn, når ikke hit. Luftlinje ganger 1,4")


def test_one_place_far_outside_is_named_and_the_others_are_driven_to(session, rules, settings, town):
    travel = ways(session, rules, settings).between([*ENDS, place(30_000, 0)], day=DAY)
    assert travel.by == "roads" and travel.unreachable == {2} and not travel.off_road
    assert travel.metres[0, 1] == pytest.approx(98, abs=2)


def test_what_was_planned_before_says_what_it_rested_on():
    assert [about_way_by(by, "en") for by in ("straight", "roads", "osrm")] == [
        "Times are reckoned from straight lines, made longer.",
        "Driving times on the real road network (OpenStreetMap).",
        "Driving times on the real roads come from OSRM.",
    ]


def test_a_second_import_takes_the_place_of_the_first(session, rules, settings, town, tmp_path, now):
    ways(session, rules, settings)
    without = {number: one for number, one in STREETS.items() if number != 10}
    import_network(session, write_osm(tmp_path / "new.osm.pbf", without), at=now)
    assert session.scalar(select(func.count()).select_from(RoadNetwork)) == 1
    assert session.scalars(select(RoadNetwork)).one().source_name == "new.osm.pbf"
    assert metres(session, rules, settings) == pytest.approx(298, abs=4)
    source = ways(session, rules, settings)
    assert 10 not in source.network.graph.way


def test_a_bad_file_leaves_what_was_imported(session, rules, settings, town, tmp_path, now):
    (tmp_path / "bad.osm.pbf").write_bytes(b"nothing of the kind")
    with pytest.raises(Invalid, match=r"bad\.osm\.pbf"):
        import_network(session, tmp_path / "bad.osm.pbf", at=now)
    assert ways(session, rules, settings).by == "roads"


def test_the_graph_is_unpacked_once_a_process(session, rules, settings, town):
    assert ways(session, rules, settings).network is ways(session, rules, settings).network


def test_the_same_number_in_another_database_is_another_network(session, rules, settings, town, tmp_path):
    before = ways(session, rules, settings).network
    network = session.scalars(select(RoadNetwork)).one()
    network.imported_at += timedelta(seconds=1)
    session.commit()
    assert ways(session, rules, settings).network is not before


def test_a_graph_that_cannot_be_read_is_no_end_of_planning(session, rules, settings, town):
    network = session.scalars(select(RoadNetwork)).one()
    network.arrays = b"what another version of the program wrote"
    network.imported_at += timedelta(seconds=2)
    session.commit()
    assert ways(session, rules, settings).by == "straight"


def test_a_closed_road_is_driven_around_on_its_days(session, rules, settings, town, close):
    close(first=date(2026, 11, 20), last=DAY)
    assert metres(session, rules, settings) == pytest.approx(300, abs=5)
    assert metres(session, rules, settings, day=date(2026, 12, 2)) == pytest.approx(98, abs=2)
    assert metres(session, rules, settings, day=date(2026, 11, 19)) == pytest.approx(98, abs=2)


def test_a_mountain_road_is_closed_each_winter(session, rules, settings, town, close):
    close(first=date(2020, 10, 15), last=date(2021, 5, 31), yearly=True)
    for day in (DAY, date(2027, 5, 31), date(2030, 1, 1)):
        assert metres(session, rules, settings, day=day) == pytest.approx(300, abs=5)
    for day in (SUMMER, date(2027, 6, 1), date(2026, 10, 14)):
        assert metres(session, rules, settings, day=day) == pytest.approx(98, abs=2)


def test_a_closure_without_an_end_holds_until_somebody_ends_it(session, rules, settings, town, close, ola, now):
    closure = close(first=DAY)
    assert metres(session, rules, settings, day=date(2031, 7, 1)) == pytest.approx(300, abs=5)
    road_closing.open_road(session, closure.id, by=ola, at=now)
    assert metres(session, rules, settings, day=date(2031, 7, 1)) == pytest.approx(98, abs=2)


def test_the_roads_of_one_unit_alone_are_open_for_the_others(session, rules, settings, town, close):
    close(unit_code="bydrift")
    assert metres(session, rules, settings, unit_code="bydrift") == pytest.approx(300, abs=5)
    assert metres(session, rules, settings, unit_code="eiendom") == pytest.approx(98, abs=2)


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "line", "parts": ((place(10, 3), place(90, -3)),)},
        {"kind": "area", "parts": ((place(40, -9), place(60, -9), place(50, 30)),)},
        {"kind": "points", "parts": ((place(50, 5),),)},
        {"kind": "ways", "way_ids": (10,), "parts": ()},
    ],
    ids=lambda given: given["kind"],
)
def test_a_closure_is_drawn_in_each_of_four_ways(session, rules, settings, town, close, given):
    closure = close(**given)
    assert road_closing.metres_shut(session, closure) > 90
    assert metres(session, rules, settings) == pytest.approx(300, abs=5)


def test_a_closure_beside_all_roads_shuts_nothing_and_that_can_be_told(session, town, close):
    assert road_closing.metres_shut(session, close(parts=((place(5000, 5000),),))) == 0


def test_without_a_network_nothing_is_said_of_metres(session, close):
    assert road_closing.metres_shut(session, close()) is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": "line"}, "points"),
        ({"kind": "area", "parts": ((place(0, 0), place(1, 1)),)}, "points"),
        ({"parts": ()}, "points"),
        ({"kind": "ways"}, "way_ids"),
        ({"kind": "ways", "way_ids": (1 << 60,)}, "way_ids"),
        ({"first": None}, "first"),
        ({"last": date(2026, 11, 1)}, "last"),
        ({"yearly": True}, "last"),
        ({"parts": (tuple(place(i, 0) for i in range(501)),)}, "points"),
    ],
)
def test_what_is_missing_is_said_at_its_field(session, close, given, field):
    with pytest.raises(Invalid) as refused:
        close(**given)
    assert set(refused.value.fields) == {field}
    assert session.scalar(select(func.count()).select_from(RoadClosure)) == 0


def test_another_unit_neither_closes_nor_opens_for_these_rounds(session, close, eva, kari, now):
    with pytest.raises(Forbidden):
        close(by=eva, unit_code="bydrift")
    closure = close(unit_code="bydrift")
    with pytest.raises(NotFound):
        road_closing.open_road(session, closure.id, by=eva, at=now)
    road_closing.open_road(session, closure.id, by=kari, at=now)
    assert closure.ended_at == now
