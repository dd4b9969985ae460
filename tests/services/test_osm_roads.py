"""Roads of OpenStreetMap: which may be driven on, which way, how fast, and when."""

from __future__ import annotations

from datetime import date

import pytest

from app.errors import Invalid
from app.planning.roads import Network, RoadWays
from app.services.osm_roads import is_osm, read_roads
from app.services.osm_tags import driving, stops_cars
from tests.osm import RESIDENTIAL, STREETS, write_osm
from tests.planning.town import DAY, SUMMER, place

ENDS = [place(0, 0), place(100, 0)]


@pytest.fixture
def metres(tmp_path):
    """Metres between two corners of the town, driven on a file that is written and read."""

    def reckon(changed=None, *, points=ENDS, day=DAY, profile="car", **written):
        streets = {**STREETS, **(changed or {})}
        file = write_osm(tmp_path / "town.osm.pbf", streets, **written)
        travel = RoadWays(Network(read_roads(file).graph)).between(points, day=day, profile=profile)
        return None if 1 in travel.unreachable else float(travel.metres[0, 1])

    return reckon


def street(**tags):
    """The street from corner 0 to corner 2 by 1, with other tags."""
    return {10: ((0, 1, 2), RESIDENTIAL | tags)}


DIRECT, AROUND = pytest.approx(100, abs=2), pytest.approx(300, abs=4)


def test_a_town_is_read_with_its_streets(tmp_path):
    read = read_roads(write_osm(tmp_path / "town.osm.pbf"))
    assert read.graph.edges == 9  # Twelve sides of blocks and the dead end, less four corners that only bend.
    assert read.counts["roads"] == 7
    assert read.graph.metres.sum() == pytest.approx(1400, rel=0.002)


@pytest.mark.parametrize("suffix", [".osm", ".osm.pbf", ".osm.gz"])
def test_the_kinds_of_files_that_people_have_are_read(tmp_path, suffix):
    file = write_osm(tmp_path / f"town{suffix}")
    assert is_osm(file) and read_roads(file).counts["roads"] == 7


def test_a_plain_street_is_driven_both_ways(metres):
    assert metres() == DIRECT
    assert metres(points=ENDS[::-1]) == DIRECT


@pytest.mark.parametrize(
    ("tags", "there", "back"),
    [
        ({"oneway": "yes"}, DIRECT, AROUND),
        ({"oneway": "-1"}, AROUND, DIRECT),
        ({"oneway": "no", "junction": "roundabout"}, DIRECT, DIRECT),
        ({"junction": "roundabout"}, DIRECT, AROUND),
        ({"highway": "motorway"}, DIRECT, AROUND),
        ({"oneway": "reversible"}, AROUND, AROUND),
        ({"motor_vehicle:backward": "no"}, DIRECT, AROUND),
    ],
)
def test_one_way_streets_are_obeyed(metres, tags, there, back):
    assert metres(street(**tags)) == there
    assert metres(street(**tags), points=ENDS[::-1]) == back


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "footway"}, {"highway": "cycleway"}, {"highway": "steps"}, {"highway": "pedestrian"},
        {"highway": "path", "access": "yes"}, {"highway": "construction"}, {"highway": "busway"},
        {"access": "no"}, {"motor_vehicle": "no"}, {"vehicle": "private"}, {"motorcar": "no"}, {"access": "forestry"},
        {"service": "emergency_access", "highway": "service"}, {"area": "yes"}, {"maxheight": "1.9"},
        {"winter_service": "no"}, {"snowplowing": "no"}, {"seasonal": "summer"},
        {"motor_vehicle:conditional": "no @ (Nov-Apr)"}, {"access:conditional": "no @ (Oct 15-Jun 01)"},
    ],
)  # fmt: skip
def test_where_no_car_may_drive_it_goes_around(metres, tags):
    assert metres(street(**tags)) == AROUND


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "footway", "motor_vehicle": "yes"}, {"highway": "pedestrian", "motor_vehicle": "delivery"},
        {"access": "no", "motor_vehicle": "yes"}, {"access": "permissive"}, {"maxheight": "default"},
        {"motor_vehicle:conditional": "no @ (07:00-10:00); no @ (15:00-18:00)"},
        {"access:conditional": "no @ (May-Sep)"}, {"access": "no", "access:conditional": "yes @ (Nov-Apr)"},
        {"hgv": "no"}, {"snowplowing": "yes"},
    ],
)  # fmt: skip
def test_where_a_car_may_drive_it_does(tags):
    assert driving(RESIDENTIAL | tags) is not None
    assert any(driving(RESIDENTIAL | tags).car)


@pytest.mark.parametrize("tags", [{"hgv": "no"}, {"maxheight": "3.2"}, {"maxweight": "7.5"}, {"maxweight": "3,5 t"}])
def test_a_lorry_goes_around_where_it_must_not_or_does_not_fit(metres, tags):
    assert metres(street(**tags)) == DIRECT
    assert metres(street(**tags), profile="lorry") == AROUND


def test_a_mountain_road_opens_in_summer(metres):
    tags = street(**{"motor_vehicle:conditional": "no @ (Oct 15-Jun 01)"})
    assert metres(tags, day=SUMMER) == DIRECT
    assert metres(tags, day=date(2026, 10, 15)) == AROUND
    assert metres(tags, day=date(2027, 6, 1)) == AROUND
    assert metres(tags, day=date(2027, 6, 2)) == DIRECT


MIDDLE = {60: place(50, 0)}
SPLIT = {10: ((0, 60, 1, 2), RESIDENTIAL)}


@pytest.mark.parametrize(
    ("tags", "shut"),
    [
        ({"barrier": "bollard"}, True), ({"barrier": "block"}, True), ({"barrier": "gate", "access": "private"}, True),
        ({"barrier": "gate", "locked": "yes"}, True), ({"barrier": "lift_gate", "motor_vehicle": "no"}, True),
        ({"barrier": "gate"}, False), ({"barrier": "toll_booth"}, False), ({"barrier": "cattle_grid"}, False),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, False), ({"barrier": "kerb"}, False), ({}, False),
    ],
)  # fmt: skip
def test_barriers_stop_a_car_or_not(metres, tags, shut):
    assert stops_cars(tags) is shut
    assert metres(SPLIT, places=MIDDLE, node_tags={60: tags}) == (AROUND if shut else DIRECT)


ISLAND = {50: place(100, 2000), 51: place(600, 2000), 52: place(600, 2400)}
SHORE = {40: ((50, 51, 52), RESIDENTIAL)}
OVER = [place(0, 0), place(300, 2000)]


def test_an_island_is_reached_by_its_bridge_or_its_ferry_and_else_not(metres):
    ferry = {41: ((7, 50), {"route": "ferry", "motor_vehicle": "yes", "duration": "00:20"})}
    on_foot = {41: ((7, 50), {"route": "ferry", "foot": "yes"})}
    bridge = {41: ((7, 50), {"highway": "tertiary", "bridge": "yes"})}
    assert metres(SHORE, places=ISLAND, points=OVER) is None
    assert metres(SHORE | on_foot, places=ISLAND, points=OVER) is None
    for way in (ferry, bridge):
        assert metres(SHORE | way, places=ISLAND, points=OVER) == pytest.approx(2300, rel=0.01)


def test_a_ferry_takes_the_time_it_says_and_that_of_waiting(tmp_path):
    ferry = {41: ((7, 50), {"route": "ferry", "motor_vehicle": "yes", "duration": "00:20"})}
    file = write_osm(tmp_path / "town.osm", STREETS | SHORE | ferry, places=ISLAND)
    travel = RoadWays(Network(read_roads(file).graph)).between([place(100, 200), ISLAND[50]], day=DAY)
    assert travel.seconds[0, 1] == pytest.approx(30 * 60, rel=0.02)
    without = RoadWays(Network(read_roads(file, ferries=False).graph)).between(OVER, day=DAY)
    assert without.unreachable == {1}


def test_what_a_car_drives_is_less_than_the_sign_allows_and_slow_where_one_may_only_end(tmp_path):
    assert driving({"highway": "residential", "maxspeed": "50"}).kmh == 40
    assert driving({"highway": "residential", "maxspeed": "30 mph"}).kmh == pytest.approx(38.6, abs=0.1)
    assert driving({"highway": "residential", "maxspeed": "none"}).kmh == driving({"highway": "residential"}).kmh
    assert driving({"highway": "service", "service": "driveway"}).kmh == 12
    assert driving(RESIDENTIAL | {"motor_vehicle": "destination"}).kmh == 12


def test_nobody_is_dropped_off_in_a_tunnel(tmp_path):
    streets = STREETS | {10: ((0, 1, 2), RESIDENTIAL | {"tunnel": "yes"})}
    graph = read_roads(write_osm(tmp_path / "town.osm", streets)).graph
    found = Network(graph).on(DAY, "car").snap(place(50, 30))
    assert found.off > 40  # To the side street; the tunnel is 30 m away.


def test_an_extract_that_cuts_ways_at_its_border_is_read(tmp_path):
    read = read_roads(write_osm(tmp_path / "cut.osm", left_out=[4]))
    assert read.graph.metres.sum() == pytest.approx(1000, rel=0.01)


def test_only_what_lies_in_the_box_is_read(tmp_path):
    file = write_osm(tmp_path / "town.osm")
    (south, west), (north, east) = place(-10, -10), place(210, 10)
    assert read_roads(file, box=(west, south, east, north)).graph.metres.sum() == pytest.approx(200, rel=0.01)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("junk.osm.pbf", b"this is no map", "can not be read as OpenStreetMap data"),
        ("empty.osm.pbf", b"", "empty.osm.pbf"),
        ("broken.osm", b"<osm><node id='1'", "can not be read as OpenStreetMap data"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence(tmp_path, name, content, says):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(Invalid, match=says):
        read_roads(file)


def test_half_a_file_is_refused(tmp_path):
    file = write_osm(tmp_path / "town.osm.pbf")
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(Invalid, match="can not be read"):
        read_roads(file)


def test_a_file_without_roads_and_one_that_is_not_there_are_refused(tmp_path):
    with pytest.raises(Invalid, match="has no road that may be driven on"):
        read_roads(write_osm(tmp_path / "paths.osm.pbf", {1: ((0, 1), {"highway": "footway"})}))
    with pytest.raises(Invalid, match="check its name and rights"):
        read_roads(tmp_path / "nowhere.osm.pbf")
