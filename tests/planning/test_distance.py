"""Distances are held against Vincenty's inverse formula (Survey Review, 1975), written out here."""

from math import atan, atan2, cos, hypot, radians, sin, tan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.planning.distance import Point, matrix, metres

TROMSO = (69.6492, 18.9553)


def vincenty(here: Point, there: Point) -> float:
    """Geodesic metres on WGS84 to a tenth of a millimetre; not for opposite sides of the earth."""
    major, flattening = 6_378_137.0, 1 / 298.257223563
    minor = major * (1 - flattening)
    low, high = (atan((1 - flattening) * tan(radians(lat))) for lat in (here[0], there[0]))
    apart = turned = radians(there[1] - here[1])
    for _ in range(100):
        sine = hypot(cos(high) * sin(turned), cos(low) * sin(high) - sin(low) * cos(high) * cos(turned))
        if sine == 0:
            return 0.0
        cosine = sin(low) * sin(high) + cos(low) * cos(high) * cos(turned)
        sigma = atan2(sine, cosine)
        azimuth = cos(low) * cos(high) * sin(turned) / sine
        rest = 1 - azimuth**2
        middle = cosine - 2 * sin(low) * sin(high) / rest if rest else 0.0
        c = flattening / 16 * rest * (4 + flattening * (4 - 3 * rest))
        before = turned
        turned = apart + (1 - c) * flattening * azimuth * (
            sigma + c * sine * (middle + c * cosine * (2 * middle**2 - 1))
        )
        if abs(turned - before) < 1e-13:
            break
    u = rest * (major**2 - minor**2) / minor**2
    a = 1 + u / 16384 * (4096 + u * (u * (320 - 175 * u) - 768))
    b = u / 1024 * (256 + u * (u * (74 - 47 * u) - 128))
    inner = cosine * (2 * middle**2 - 1) - b / 6 * middle * (4 * sine**2 - 3) * (4 * middle**2 - 3)
    return minor * a * (sigma - b * sine * (middle + b / 4 * inner))


def test_a_surveyed_line_has_its_published_length():
    flinders_peak = (-(37 + 57 / 60 + 3.72030 / 3600), 144 + 25 / 60 + 29.52440 / 3600)
    buninyong = (-(37 + 39 / 60 + 10.15610 / 3600), 143 + 55 / 60 + 35.38390 / 3600)
    assert vincenty(flinders_peak, buninyong) == pytest.approx(54_972.271, abs=0.001)
    assert metres(flinders_peak, buninyong) == pytest.approx(54_972.271, abs=0.01)


def test_a_degree_of_longitude_in_tromso_is_39_kilometres_and_not_111():
    assert metres((69.6, 18.5), (69.6, 19.5)) == pytest.approx(38_900, abs=150)


@given(st.floats(-85, 85), st.floats(-180, 180), st.floats(-0.8, 0.8), st.floats(-0.8, 0.8))
def test_up_to_100_km_the_error_is_under_a_centimetre_anywhere(lat, lon, north, east):
    there = (lat + north, lon + east)
    exact = vincenty((lat, lon), there)
    if exact <= 100_000:
        assert metres((lat, lon), there) == pytest.approx(exact, abs=0.01)


@given(st.floats(-0.5, 0.5), st.floats(-1.4, 1.4))
def test_around_tromso_the_error_is_under_a_millimetre(north, east):
    there = (TROMSO[0] + north, TROMSO[1] + east)
    assert metres(TROMSO, there) == pytest.approx(vincenty(TROMSO, there), abs=0.001)


def test_the_date_line_is_no_wall():
    assert metres((-16.8, 179.999), (-16.8, -179.999)) == pytest.approx(213, abs=1)


def test_opposite_sides_of_the_earth_are_far_apart_and_no_error():
    assert metres((0, 0), (0, 180)) == pytest.approx(20_000_000, rel=0.05)


points = st.lists(st.tuples(st.floats(69, 70), st.floats(18, 20)), max_size=8)


@given(points)
def test_a_matrix_holds_what_metres_says_is_symmetric_and_zero_on_its_diagonal(places):
    table = matrix(places)
    for i, here in enumerate(places):
        assert table[i][i] == 0
        for j, there in enumerate(places):
            assert table[i][j] == table[j][i]
            assert table[i][j] == pytest.approx(metres(here, there), abs=0.01)
