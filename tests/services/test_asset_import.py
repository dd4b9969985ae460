"""Lamps from other people's files: their names there, numbers where there are some, roads, and what is left out."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from app.errors import Invalid
from app.models import Asset
from app.services.asset_import import import_assets, load_asset_mapping
from app.settings import PROJECT

NVDB, OSM = PROJECT / "examples" / "nvdb_lamps.yaml", PROJECT / "examples" / "osm_lamps.yaml"


def lamp(lon: float = 18.95, lat: float = 69.65, feature_id: str | None = None, **properties: object) -> dict:
    feature = {"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": [lon, lat]}}
    return feature if feature_id is None else {**feature, "id": feature_id}


@pytest.fixture
def bring(session, tmp_path):
    """Import these features with a mapping; a text is a mapping of its own."""

    def bring_(*features: dict, mapping: object = OSM, replace: bool = False):
        file = tmp_path / "lamps.geojson"
        file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        path = mapping
        if isinstance(mapping, str):
            path = tmp_path / "mapping.yaml"
            path.write_text(mapping)
        return import_assets(session, file, load_asset_mapping(path), replace=replace)

    return bring_


def all_of(session) -> list[Asset]:
    session.expire_all()
    return list(session.scalars(select(Asset).order_by(Asset.source_ref)))


def test_a_lamp_without_a_number_comes_in_by_its_own_id_which_is_no_number(bring, session):
    result = bring(lamp(feature_id="node/1"), lamp(feature_id="node/2", ref="A 17"))
    assert (result.added, result.numbered, result.refused) == (2, 1, [])
    assert [(one.source_ref, one.number) for one in all_of(session)] == [("node/1", None), ("node/2", "A 17")]


def test_a_number_is_a_number_without_signs_that_nobody_sees(bring, session):
    bring(
        lamp(feature_id="a", ref="A\x00 1\u202e7\n"), lamp(feature_id="b", ref={"x": 1}), lamp(feature_id="c", ref=True)
    )
    assert [one.number for one in all_of(session)] == ["A 1 7", None, None]


def test_the_road_s_reference_is_put_together_from_its_parts(bring, session):
    road = {"vegkategori": "F", "vegnummer": 862}
    result = bring(lamp(id="vegvesen.no.nvdb.7_0", eier="kommune", vegreferanse=road), lamp(id="8"), mapping=NVDB)
    first, second = all_of(session)
    assert (first.source_ref, first.road_ref, first.owner, first.road_owner) == (
        "7_0",
        "FV862",
        "municipality",
        "county",
    )
    assert (second.road_ref, second.owner, second.number) == (None, "unknown", None)
    assert result.with_road == 1


def test_only_features_that_are_as_asked_for_come_in(bring, session):
    mapping = "source_ref: id\nwhere: {highway: street_lamp}\n"
    result = bring(
        lamp(feature_id="node/1", highway="street_lamp"), lamp(feature_id="node/2", amenity="bench"), mapping=mapping
    )
    assert (result.added, result.left_out) == (1, 1)
    assert [one.source_ref for one in all_of(session)] == ["node/1"]


def test_a_second_run_brings_up_to_date_what_changed(bring, session):
    bring(lamp(feature_id="node/1", ref="1"))
    result = bring(lamp(lon=18.96, feature_id="node/1", ref="2"), lamp(feature_id="node/3"))
    assert (result.added, result.known) == (1, 1)
    first = all_of(session)[0]
    assert (first.number, first.lon) == ("2", 18.96)


def test_two_lamps_may_carry_the_same_number(bring):
    assert bring(lamp(feature_id="node/1", ref="1"), lamp(feature_id="node/2", ref="1")).added == 2


def test_replacing_removes_what_left_the_register_and_nothing_else(bring, session):
    bring(lamp(feature_id="node/1"), lamp(feature_id="node/2"))
    result = bring(lamp(feature_id="node/2"), lamp(feature_id="node/3"), replace=True)
    assert (result.added, result.known, result.removed) == (1, 1, 1)
    assert [one.source_ref for one in all_of(session)] == ["node/2", "node/3"]


@pytest.mark.parametrize("features", [(), (lamp(feature_id="node/9"), lamp())])
def test_a_file_with_mistakes_replaces_nothing(bring, session, features):
    bring(lamp(feature_id="node/1"))
    with pytest.raises(Invalid, match="cannot replace the register"):
        bring(*features, replace=True)
    assert [one.source_ref for one in all_of(session)] == ["node/1"]


@pytest.mark.parametrize(
    ("feature", "reason"),
    [
        (lamp(), "it has no “id”"),
        (lamp(feature_id="x" * 81), "longer than 80"),
        (lamp(feature_id="node/1", ref="1" * 41), "longer than 40"),
        (lamp(lon=69.65, lat=118.0, feature_id="node/1"), "no place on earth"),
        ({"type": "Feature", "id": "node/1", "properties": {}, "geometry": None}, "no point"),
        ({"type": "Feature", "id": "node/1"}, "no GeoJSON feature"),
        ("nonsense", "no GeoJSON feature"),
    ],
)
def test_what_cannot_come_in_is_named_with_its_reason(bring, feature, reason):
    ((number, said),) = bring(feature).refused
    assert number == 1
    assert reason in said
