"""The map's data."""

from __future__ import annotations

WORLD = "-180,-85,180,85"
TOWN = "18.9,69.6,19.0,69.7"


def test_a_report_is_a_point_when_near_and_a_cluster_when_far(client, make_report):
    report = make_report()
    near = client.get("/api/map", params={"bbox": TOWN, "zoom": 16}).json()
    assert near["truncated"] is False
    assert near["features"] == [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [report.lon, report.lat]},
            "properties": {"reference": report.shown_reference, "category": "lamp_dark", "status": "new"},
        }
    ]
    for zoom in range(15):
        far = client.get("/api/map", params={"bbox": WORLD, "zoom": zoom}).json()
        assert [feature["properties"] for feature in far["features"]] == [{"count": 1, "open": 1}], zoom
        assert far["features"][0]["geometry"]["coordinates"] == [report.lon, report.lat]
