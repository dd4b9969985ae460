"""A small sound rules file on disk, to be broken one piece at a time."""

import json
from pathlib import Path

SQUARE = [[18.0, 69.0], [20.0, 69.0], [20.0, 70.0], [18.0, 70.0], [18.0, 69.0]]
TOWN = [[18.9, 69.6], [19.0, 69.6], [19.0, 69.7], [18.9, 69.7], [18.9, 69.6]]

RULES = """\
municipality:
  names: {nb: Småvik, en: Smallbay}
  country: NO
  timezone: Europe/Oslo
  languages: [nb, en]
  service_area: square.geojson
  map: {lat: 69.65, lon: 18.95, zoom: 12}
  outside:
    texts: {nb: Ikke vårt., en: Not ours.}
groups:
  lamps: {names: {nb: Lys, en: Lights}}
  road: {names: {nb: Veg, en: Road}}
units:
  desk: {names: {nb: Torget, en: Desk}, channels: [{kind: inbox}]}
  works: {names: {nb: Drift, en: Works}, channels: [{kind: email, address: works@smallbay.example}]}
  county: {names: {nb: Fylket, en: County}, outside: true, channels: [{kind: inbox}]}
categories:
  lamp:
    group: lamps
    names: {nb: Mørk lampe, en: Dark lamp}
    help: {nb: Ei lampe er mørk., en: A lamp is dark.}
    days_to_due: 20
    asset_kind: lamp
  hole:
    group: road
    names: {nb: Hull, en: Hole}
    help: {nb: Et hull., en: A hole.}
    days_to_due: 5
    questions:
      - code: size
        kind: one
        names: {nb: Hvor stort?, en: How large?}
        options:
          - {code: small, names: {nb: Lite, en: Small}}
          - {code: large, names: {nb: Stort, en: Large}}
  ice:
    group: road
    names: {nb: Glatt, en: Slippery}
    help: {nb: Is på vegen., en: Ice on the road.}
areas:
  town: {file: town.geojson, names: {nb: byen, en: the town}}
rules:
  - {name: Lamps of the county, when: {category: lamp, asset_owner: county}, unit: county}
  - {name: Lamps, when: {group: lamps}, unit: works}
  - {name: Large holes in town, when: {category: hole, area: town, answers: {size: large}}, unit: works}
  - {name: County roads, when: {group: road, road_owner: county}, unit: county}
fallback: {name: The desk finds out, unit: desk}
examples:
  - report: {category: lamp, asset_owner: county}
    unit: county
"""


def write_rules(folder: Path, *changes: tuple[str, str]) -> Path:
    """The sound file with each (old, new) text replaced, which must stand in it exactly once."""
    text = RULES
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    (folder / "square.geojson").write_text(json.dumps({"type": "Polygon", "coordinates": [SQUARE]}))
    (folder / "town.geojson").write_text(json.dumps({"type": "Polygon", "coordinates": [TOWN]}))
    path = folder / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def line_of(text: str, *, path: Path) -> int:
    """The number, from 1, of the only line with the text."""
    found = [n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1) if text in line]
    assert len(found) == 1, found
    return found[0]
