from urllib.parse import parse_qs, urlsplit

import pytest

from app.planning.navigation import navigate_to


def test_each_app_gets_the_place_as_latitude_and_longitude():
    links = navigate_to(lat=69.6492, lon=18.9553)
    assert links.geo == "geo:69.649200,18.955300?q=69.649200,18.955300"
    assert parse_qs(urlsplit(links.google).query)["destination"] == ["69.649200,18.955300"]
    assert parse_qs(urlsplit(links.apple).query)["daddr"] == ["69.649200,18.955300"]


def test_a_label_cannot_add_to_the_link():
    geo = navigate_to(lat=69.6, lon=18.9, label="Stopp 3 & 4?#/ø").geo
    assert parse_qs(urlsplit(geo).query) == {"q": ["69.600000,18.900000(Stopp 3 & 4?#/ø)"]}


def test_very_small_numbers_are_not_written_with_an_exponent():
    assert "e-" not in navigate_to(lat=0.00001, lon=-0.000002).google


def test_swapped_coordinates_that_are_nowhere_are_refused():
    with pytest.raises(ValueError, match="earth"):
        navigate_to(lat=118.9, lon=69.6)
