"""Roads from other people's files; all of them are made up."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.errors import Invalid
from app.models import Road
from app.queries.surroundings import surroundings
from app.services.geojson_features import read_features
from app.services.mapping_file import MappingMistakes
from app.services.road_import import import_roads, load_road_mapping
from app.settings import PROJECT

NVDB = PROJECT / "examples" / "nvdb_roads.yaml"
OSM = PROJECT / "examples" / "osm_roads.yaml"
LINE = [[18.95, 69.65], [18.951, 69.651]]
SPLIT = [[[18.95, 69.65], [18.951, 69.651]], [[18.952, 69.652, 12.5], [18.953, 69.653, 12.9]]]


def feature(number=1, *, coordinates=LINE, shape="LineString", **properties):
    given = {"id": f"nvdb.{number}", "vegkategori": "F", "vegnummer": 9862} | properties
    given = {name: value for name, value in given.items() if value is not None}
    return {"type": "Feature", "properties": given, "geometry": {"type": shape, "coordinates": coordinates}}


def rows(session):
    return [tuple(row) for row in session.execute(select(Road.source_ref, Road.part, Road.ref, Road.owner)).all()]


def test_a_road_has_the_ref_and_the_owner_that_its_category_says(session):
    given = [feature(n, vegkategori=c) for n, c in enumerate("ERFKPSX")]
    found = import_roads(session, given, load_road_mapping(NVDB))
    assert (found.read, found.added, found.known, found.refused) == (7, 7, 0, [])
    assert [(ref, owner) for _, _, ref, owner in rows(session)] == [
        ("EV9862", "state"),
        ("RV9862", "state"),
        ("FV9862", "county"),
        ("KV9862", "municipality"),
        ("PV9862", "private"),
        ("SV9862", "private"),
        ("XV9862", "unknown"),
    ]


def test_a_second_run_brings_up_to_date_and_drops_what_a_road_no_longer_has(session):
    mapping = load_road_mapping(NVDB)
    import_roads(session, [feature(1, coordinates=SPLIT, shape="MultiLineString"), feature(2)], mapping)
    assert len(rows(session)) == 3
    again = import_roads(session, [feature(1, vegkategori="K"), feature(3)], mapping)
    assert (again.added, again.known) == (1, 1)
    assert sorted(rows(session)) == [
        ("nvdb.1", 1, "KV9862", "municipality"),
        ("nvdb.2", 1, "FV9862", "county"),
        ("nvdb.3", 1, "FV9862", "county"),
    ]


def test_every_part_of_a_road_is_found_where_it_lies(session):
    import_roads(session, [feature(1, coordinates=SPLIT, shape="MultiLineString")], load_road_mapping(NVDB))
    road = surroundings(session, lat=69.6525, lon=18.9525).road
    assert road is not None and road.ref == "FV9862" and road.metres < 1
    assert surroundings(session, lat=69.6515, lon=18.9530).road is None
    assert session.scalar(select(func.ST_NDims(func.geometry(Road.line))).where(Road.part == 2)) == 2


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("a text", "it is no GeoJSON feature with properties"),
        (feature(id=None), "it has no “id”"),
        (feature(id="x" * 81), "longer than 80 characters"),
        (feature(shape="Polygon"), "it is no line"),
        (feature(coordinates=[]), "fewer than two points"),
        (feature(coordinates=[[18.95, 69.65], [18.95, 69.65]]), "fewer than two points"),
        (feature(coordinates=[[18.95, 69.65], ["18.95", 69.65]]), "no longitude and latitude"),
        (feature(coordinates=[[69.65, 18.95], [69.65, 118.95]]), "no place on earth"),
        (feature(shape="MultiLineString", coordinates=[]), "its line has no points"),
        ({"properties": {"id": "x"}, "geometry": None}, "it is no line"),
    ],
)
def test_what_is_no_road_is_named_with_its_number_and_reason(session, given, reason):
    found = import_roads(session, [feature(7), given], load_road_mapping(NVDB))
    assert found.added == 1
    ((number, why),) = found.refused
    assert number == 2
    assert reason in why


def test_the_same_road_twice_in_a_file_is_taken_once(session):
    found = import_roads(session, [feature(1), feature(1)], load_road_mapping(NVDB))
    assert found.added == 1
    assert "stands twice in the file" in found.refused[0][1]


def test_what_openstreetmap_does_not_tell_stays_unknown(session):
    def way(number, **tags):
        shape = {"type": "LineString", "coordinates": LINE}
        return {"type": "Feature", "id": f"way/{number}", "properties": tags, "geometry": shape}

    ways = [
        way(1, highway="residential", name="Ringveien"),
        way(2, highway="trunk", ref="E 96"),
        way(3, highway="cycleway", ref="96"),
    ]
    found = import_roads(session, ways, load_road_mapping(OSM))
    assert (found.added, found.left_out) == (2, 1)
    assert rows(session) == [("way/1", 1, None, "unknown"), ("way/2", 1, "E 96", "state")]


def test_a_mapping_with_mistakes_names_each_with_its_line(tmp_path):
    file = tmp_path / "roads.yaml"
    file.write_text("source_ref: id\nownership: x\nowner:\n  property: vegkategori\n  translate: {E: the king}\n")
    with pytest.raises(MappingMistakes) as caught:
        load_road_mapping(file)
    assert [problem.line for problem in caught.value.problems] == [2, 5]


def test_a_file_that_is_no_geojson_says_so(tmp_path):
    file = tmp_path / "roads.osm.pbf"
    file.write_bytes(b"\x00\x00\x00\x0d\x0a\x09OSMHeader")
    with pytest.raises(Invalid, match="is not JSON"):
        list(read_features(file))
