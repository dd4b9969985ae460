"""Crossings and school ways from other people's files; all of them are made up."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.errors import Invalid
from app.models import DangerPlace
from app.planning.danger_places import metres_to
from app.queries.faults import dangers_around
from app.services.danger_import import import_dangers, load_danger_mapping
from app.services.mapping_file import MappingMistakes
from app.settings import PROJECT

OSM = PROJECT / "examples" / "osm_dangers.yaml"
SCHOOL = PROJECT / "examples" / "school_ways.yaml"
WAY = [[18.95, 69.65], [18.951, 69.651, 12.5]]
RING = [[18.95, 69.65], [18.96, 69.65], [18.96, 69.66], [18.95, 69.65]]


def feature(number=1, *, shape="LineString", coordinates=WAY, **properties):
    geometry = {"type": shape, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"id": str(number), "name": f"Vei {number}"} | properties} | {
        "geometry": geometry
    }


def rows(session):
    query = select(DangerPlace.source, DangerPlace.source_ref, DangerPlace.kind, DangerPlace.name)
    return [tuple(row) for row in session.execute(query.order_by(DangerPlace.id))]


def counts(result):
    return (result.added, result.changed, result.known, result.removed, len(result.refused))


def test_points_lines_and_areas_come_in_and_a_second_run_changes_nothing(session):
    shapes = [
        feature(1),
        feature(2, shape="Point", coordinates=[18.9, 69.6]),
        feature(3, shape="Polygon", coordinates=[RING]),
        feature(4, shape="MultiLineString", coordinates=[WAY, WAY]),
        feature(5, shape="MultiPolygon", coordinates=[[RING]]),
        feature(6, shape="MultiPoint", coordinates=[[18.9, 69.6], [18.91, 69.61]]),
    ]  # fmt: skip
    mapping = load_danger_mapping(SCHOOL)
    assert counts(import_dangers(session, shapes, mapping)) == (6, 0, 0, 0, 0)
    assert counts(import_dangers(session, shapes, mapping)) == (0, 0, 6, 0, 0)
    assert rows(session)[0] == ("school_ways", "1", "school_way", "Vei 1")


def test_what_has_moved_or_has_another_name_is_changed(session):
    mapping = load_danger_mapping(SCHOOL)
    import_dangers(session, [feature(1), feature(2), feature(3)], mapping)
    moved = [feature(1, name="Skoleveien"), feature(2, coordinates=[[18.9, 69.6], [18.91, 69.6]]), feature(3)]
    assert counts(import_dangers(session, moved, mapping)) == (0, 2, 1, 0, 0)


def test_replacing_takes_away_what_is_gone_from_this_file_and_no_other(session):
    school, osm = load_danger_mapping(SCHOOL), load_danger_mapping(OSM)
    import_dangers(session, [feature(1), feature(2)], school)
    crossing = feature(1, shape="Point", coordinates=[18.9, 69.6], highway="crossing")
    import_dangers(session, [crossing], osm)
    assert counts(import_dangers(session, [feature(2)], school, replace=True)) == (0, 0, 1, 1, 0)
    assert [(source, ref) for source, ref, *_ in rows(session)] == [("school_ways", "2"), ("osm_crossings", "1")]


def test_a_file_with_mistakes_replaces_nothing(session):
    mapping = load_danger_mapping(SCHOOL)
    import_dangers(session, [feature(1)], mapping)
    for bad in ([feature(2), feature(3, coordinates=[])], []):
        with pytest.raises(Invalid, match="cannot replace"):
            import_dangers(session, bad, mapping, replace=True)
    assert len(rows(session)) == 1


def test_what_is_no_crossing_is_left_out(session):
    found = import_dangers(
        session, [feature(1, highway="crossing"), feature(2, highway="stop")], load_danger_mapping(OSM)
    )
    assert (found.added, found.left_out) == (1, 1)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"shape": "GeometryCollection"}, "no point, line or area"),
        ({"coordinates": [[18.9, 69.6]]}, "fewer than two points"),
        ({"coordinates": [[18.9, 69.6], [18.9, 69.6]]}, "fewer than two points"),
        ({"coordinates": "there"}, "has no points"),
        ({"coordinates": [[18.9, "x"], [1, 2]]}, "no longitude and latitude"),
        ({"coordinates": [[69.6, 118.9], [69.6, 118.8]]}, "no place on earth"),
        ({"coordinates": [[float("nan"), 69.6], [18.9, 69.6]]}, "no place on earth"),
        ({"coordinates": [[18.9, 69.6], [18.9, 59.6]]}, "larger than a municipality"),
        ({"shape": "Polygon", "coordinates": [RING[:-1]]}, "not closed"),
        ({"shape": "Polygon", "coordinates": []}, "has no points"),
        ({"id": None}, "has no “id”"),
    ],
)
def test_what_cannot_be_a_place_is_refused_with_its_reason(session, bad, reason):
    result = import_dangers(session, [feature(7), feature(8, **bad), feature(7)], load_danger_mapping(SCHOOL))
    assert (result.read, result.added) == (3, 1)
    assert [number for number, _ in result.refused] == [2, 3]
    assert reason in result.refused[0][1]
    assert "stands twice" in result.refused[1][1]


def test_a_mapping_needs_one_way_to_tell_the_kind(tmp_path):
    file = tmp_path / "dangers.yaml"
    file.write_text("source: x\nsource_ref: id\n")
    with pytest.raises(MappingMistakes, match="either “kind”"):
        load_danger_mapping(file)
    file.write_text("source: x\nsource_ref: id\nkind: corssing\n")
    with pytest.raises(MappingMistakes, match=r"dangers.yaml:3: .*crossing"):
        load_danger_mapping(file)


def test_places_are_found_near_and_measured_in_metres(session):
    mapping = load_danger_mapping(SCHOOL)
    ring = [[18.95, 69.65], [18.96, 69.65], [18.96, 69.66], [18.95, 69.66], [18.95, 69.65]]
    import_dangers(session, [feature(1, shape="Polygon", coordinates=[ring]), feature(2)], mapping)
    inside, beside = (69.655, 18.955), (69.655, 18.9605)
    area, _ = dangers_around(session, [inside], metres=1000)
    assert (area.kind, area.name, area.area) == ("school_way", "Vei 1", True)
    assert metres_to(area, inside) == 0
    assert metres_to(area, beside) == pytest.approx(19.4, abs=0.3)
    assert dangers_around(session, [(69.7, 18.9)], metres=1000) == []
