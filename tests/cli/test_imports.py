"""`gatami import`, as somebody at a terminal uses it."""

from __future__ import annotations

import csv
import stat

import pytest
from sqlalchemy import select, text
from typer.testing import CliRunner

from app.cli import app as gatami
from app.db import make_engine
from app.models import Asset
from app.settings import PROJECT, get_settings
from tests.osm import write_osm
from tests.planning.town import CORNERS

BOSTON = PROJECT / "examples" / "boston"
SQUARE = '{{"type": "Polygon", "coordinates": [[[{w}, 69.6], [{e}, 69.6], [{e}, 69.8], [{w}, 69.8], [{w}, 69.6]]]}}'


@pytest.fixture
def database(make_database, monkeypatch, tmp_path):
    """A database of this test's own, which the commands find in the settings."""
    url = make_database("imports")
    monkeypatch.setenv("GATAMI_DATABASE_URL", url)
    monkeypatch.setenv("GATAMI_DATA_DIR", str(tmp_path))
    get_settings.cache_clear()
    engine = make_engine(url, pool_size=1)
    yield engine
    engine.dispose()
    get_settings.cache_clear()


def run(*arguments):
    return CliRunner().invoke(gatami, ["import", *map(str, arguments)])


def count(engine, table="report") -> int:
    with engine.connect() as connection:
        return connection.scalar(text(f"SELECT count(*) FROM {table}"))


def test_reports_come_in_by_one_command_and_only_once(database):
    arguments = (BOSTON / "reports.csv", "--mapping", BOSTON / "mapping.yaml", "--rules", BOSTON / "rules.yaml")
    first = run(*arguments)
    assert first.exit_code == 0, first.output
    assert "30 imported, 0 were here already, 0 refused, 3 linked" in first.output
    assert "flagged default_point: 2" in first.output
    again = run("reports", *arguments)
    assert "0 imported, 30 were here already" in again.output
    assert count(database) == 30


def test_addresses_and_names_come_in_by_one_command_and_a_second_run_changes_nothing(database, tmp_path):
    file = tmp_path / "vegadresse.csv"
    file.write_text(
        "lokalid;adressenavn;nummer;bokstav;Nord;Øst;postnummer;poststed\n"
        "1;Prøvegata;5;C;7732000;653000;9008;TROMSØ\n2;Prøvegata;seven;;x;y;9008;TROMSØ\n",
        encoding="utf-8",
    )
    first = run("addresses", file)
    assert first.exit_code == 0, first.output
    assert "1 added, 0 changed, 0 as before, 0 left out, 1 refused; 1 streets." in first.output
    assert "row 3: it has no position that can be read as two numbers" in first.output
    assert "0 added, 0 changed, 1 as before" in run("addresses", file).output
    assert count(database, "place") == 2


def test_a_mapping_of_addresses_with_a_mistake_names_its_line(database, tmp_path):
    mapping = tmp_path / "m.yaml"
    mapping.write_text("id: a\nlable: b\n")
    refused = run("addresses", tmp_path / "a.csv", "--mapping", mapping)
    assert refused.exit_code == 1
    assert f"{mapping}:2" in str(refused.exception)


def test_options_may_stand_before_the_file(database):
    done = run("--mapping", BOSTON / "mapping.yaml", "--rules", BOSTON / "rules.yaml", BOSTON / "reports.csv")
    assert done.exit_code == 0, done.output


def test_refused_rows_are_told_and_written_to_a_file_that_only_their_owner_reads(database, tmp_path):
    with (BOSTON / "reports.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    rows[3][1] = "yesterday"
    broken = tmp_path / "broken.csv"
    with broken.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    refused = tmp_path / "refused.csv"
    done = run(broken, "--mapping", BOSTON / "mapping.yaml", "--rules", BOSTON / "rules.yaml", "--refused", refused)
    assert "29 imported" in done.output
    assert "refused, a day or time that can not be read: 1 (row 4)" in done.output
    assert stat.S_IMODE(refused.stat().st_mode) == 0o600
    with refused.open(newline="") as file:
        header, row = list(csv.reader(file))
    assert header == ["row", "reason", *rows[0]]
    assert row[0] == "4"
    assert row[2:] == rows[3]


def test_a_mapping_for_other_rules_is_refused_by_line_and_imports_nothing(database):
    done = run(BOSTON / "reports.csv", "--mapping", BOSTON / "mapping.yaml")
    assert done.exit_code != 0
    assert "mapping.yaml:" in str(done.exception)
    assert "The rules file has no category “litter_basket”" in str(done.exception)
    assert count(database) == 0


def test_an_area_is_replaced_and_given_back(database, tmp_path):
    file = tmp_path / "area.geojson"
    file.write_text(SQUARE.format(w=18.5, e=19.5))
    assert "The area service is now" in run("area", file).output
    assert count(database, "imported_area") == 1
    assert run("area", file).exit_code == 0
    assert count(database, "imported_area") == 1
    assert run("area", "--forget").exit_code == 0
    assert count(database, "imported_area") == 0


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ("no json", "service", "it is not JSON"),
        ('{"type": "Point", "coordinates": [18, 69]}', "service", "it holds Point where a Polygon"),
        (SQUARE.format(w=18.5, e=19.5), "nowhere", "The rules file has no area “nowhere”"),
        (SQUARE.format(w=20.5, e=20.6), "skolegarder", "of the rules file's examples fail"),
    ],
)
def test_an_area_that_cannot_be_used_is_refused_with_a_sentence(database, tmp_path, content, code, words):
    file = tmp_path / "area.geojson"
    file.write_text(content)
    done = run("area", file, "--code", code)
    assert done.exit_code != 0
    assert words in str(done.exception)
    assert count(database, "imported_area") == 0


LAMPS = """{"type": "FeatureCollection", "features": [
  {"type": "Feature", "properties": {"id": "vegvesen.no.nvdb.1_0", "eier": "kommune",
   "vegreferanse": {"vegkategori": "F"}}, "geometry": {"type": "Point", "coordinates": [18.95, 69.65]}},
  {"type": "Feature", "properties": {"id": "2"}, "geometry": {"type": "Point", "coordinates": [18.96, 69.65]}},
  {"type": "Feature", "properties": {"id": "2"}, "geometry": {"type": "Point", "coordinates": [18.97, 69.65]}},
  {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [18.97, 69.65]}},
  {"type": "Feature", "properties": {"id": "5"}, "geometry": {"type": "Point", "coordinates": [69.65, 118.97]}}
]}"""


def test_lamps_come_in_with_their_two_owners_and_a_second_run_mends_them(database, tmp_path):
    file = tmp_path / "lamps.geojson"
    file.write_text(LAMPS)
    mapping = PROJECT / "examples" / "nvdb_lamps.yaml"
    done = run("assets", file, "--mapping", mapping)
    assert "5 read, 2 added, 0 brought up to date, 3 refused" in done.output, done.output
    assert "feature 3: “2” stands twice in the file" in done.output
    file.write_text(LAMPS.replace('"eier": "kommune"', '"eier": "fylkeskommune"'))
    assert "0 added, 2 brought up to date" in run("assets", file, "--mapping", mapping).output
    with database.connect() as connection:
        lamp = connection.execute(
            select(Asset.number, Asset.owner, Asset.road_owner).where(Asset.source_ref == "1_0")
        ).one()
    assert tuple(lamp) == (None, "county", "county")


def test_a_mistake_in_an_asset_mapping_is_named_with_its_line(database, tmp_path):
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("kind: lamp\nnumber: id\nowner: {property: eier, translate: {kommune: city}}\n")
    done = run("assets", tmp_path / "none.geojson", "--mapping", mapping)
    assert "mapping.yaml:3:" in str(done.exception)


ROADS = """{"type": "FeatureCollection", "features": [
  {"type": "Feature", "properties": {"id": "1", "vegkategori": "F", "vegnummer": 9862},
   "geometry": {"type": "LineString", "coordinates": [[18.95, 69.65], [18.96, 69.66]]}},
  {"type": "Feature", "properties": {"id": "2", "vegkategori": "F", "vegnummer": 9862},
   "geometry": {"type": "Point", "coordinates": [18.95, 69.65]}}
]}"""


def test_roads_come_in_with_their_owners_and_a_second_run_mends_them(database, tmp_path):
    file = tmp_path / "roads.geojson"
    file.write_text(ROADS)
    mapping = PROJECT / "examples" / "nvdb_roads.yaml"
    done = run("roads", file, "--mapping", mapping)
    assert "2 read, 1 added, 0 brought up to date, 0 left out, 1 refused" in done.output, done.output
    assert "owner county: 1" in done.output
    assert "feature 2: it is no line" in done.output
    file.write_text(ROADS.replace('"F"', '"K"'))
    assert "0 added, 1 brought up to date" in run("roads", file, "--mapping", mapping).output
    with database.connect() as connection:
        road = connection.execute(text("SELECT ref, owner FROM road")).one()
    assert tuple(road) == ("KV9862", "municipality")


def test_an_address_that_is_gone_leaves_with_replace_and_a_bad_file_changes_nothing(database, tmp_path):
    file = tmp_path / "vegadresse.csv"
    header = "lokalid;adressenavn;nummer;bokstav;Nord;Øst;postnummer;poststed\n"
    house = "{0};Prøvegata;{0};;7732000;653000;9008;TROMSØ\n"
    file.write_text(header + house.format(5) + house.format(7), encoding="utf-8")
    assert run("addresses", file).exit_code == 0
    assert count(database, "place") == 3
    file.write_text(header + house.format(9) + "7;Prøvegata;7;;x;y;9008;TROMSØ\n", encoding="utf-8")
    done = run("addresses", file, "--replace")
    assert "cannot replace the register: 1 of its 2 rows are refused" in str(done.exception)
    assert count(database, "place") == 3
    file.write_text(header + house.format(5), encoding="utf-8")
    assert "1 streets. 1 removed." in run("addresses", file, "--replace").output
    assert count(database, "place") == 2


def test_crossings_come_in_and_a_second_run_changes_nothing(database, tmp_path):
    file = tmp_path / "crossings.geojson"
    spot = '{"type": "Feature", "id": "%s", "properties": {"highway": "crossing"}, "geometry": %s}'
    good = '{"type": "Point", "coordinates": [18.95, 69.65]}'
    features = f"{spot % ('node/1', good)}, {spot % ('node/2', 'null')}"
    file.write_text(f'{{"type": "FeatureCollection", "features": [{features}]}}')
    mapping = PROJECT / "examples" / "osm_dangers.yaml"
    done = run("dangers", file, "--mapping", mapping)
    assert "2 read, 1 added, 0 changed, 0 as before, 0 left out, 1 refused, 0 removed" in done.output, done.output
    assert "feature 2: it is no point, line or area" in done.output
    assert "0 added, 0 changed, 1 as before" in run("dangers", file, "--mapping", mapping).output
    assert count(database, "danger_place") == 1


def test_a_road_network_comes_in_by_one_command_and_the_next_takes_its_place(database, tmp_path):
    first = run("roads", write_osm(tmp_path / "town.osm.pbf"))
    assert first.exit_code == 0, first.output
    assert "1 km of road" in first.output and "6 junctions, 9 roads" in first.output
    assert run("roads", write_osm(tmp_path / "town.osm")).exit_code == 0
    assert count(database, "road_network") == 1


def test_the_roads_of_another_town_come_in_with_a_warning(database, tmp_path):
    oslo = {number: (lat - 9.7, lon - 8.2) for number, (lat, lon) in CORNERS.items()}
    done = run("roads", write_osm(tmp_path / "oslo.osm.pbf", places=oslo))
    assert done.exit_code == 0 and "WARNING: these roads do not reach" in done.output
    assert "WARNING" not in run("roads", write_osm(tmp_path / "town.osm.pbf")).output


def test_a_road_network_is_taken_out_again(database, tmp_path):
    run("roads", write_osm(tmp_path / "town.osm.pbf"))
    assert "The roads of town.osm.pbf are taken out." in run("roads", "--remove").output
    assert count(database, "road_network") == 0
    assert "No road network is imported." in run("roads", "--remove").output
    for arguments in (("roads",), ("roads", tmp_path / "town.osm.pbf", "--remove")):
        assert run(*arguments).exit_code == 2


def test_a_road_network_that_cannot_be_read_leaves_the_one_that_is_there(database, tmp_path):
    run("roads", write_osm(tmp_path / "town.osm.pbf"))
    (tmp_path / "bad.osm.pbf").write_bytes(b"nothing of the kind")
    refused = run("roads", tmp_path / "bad.osm.pbf")
    assert refused.exit_code != 0
    assert "can not be read as OpenStreetMap data" in refused.output + str(refused.exception)
    assert count(database, "road_network") == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("roads.geojson",), "--mapping"), (("a.osm.pbf", "--box", "1,2,3"), "four numbers"),
     (("a.osm.pbf", "--box", "19,69,18,70"), "west,south,east,north")],
)  # fmt: skip
def test_roads_without_what_is_needed_are_refused_with_a_sentence(database, arguments, says):
    refused = run("roads", *arguments)
    assert refused.exit_code == 2 and says in " ".join(refused.output.split())
