"""Charts that are made here: readable by everybody, and never with a script or a style of their own."""

import re

import pytest

from app.web.charts import HEIGHT, Point, columns, nice_top


def chart(values, **given):
    points = [Point(f"m{number}", value, f"{value} <b>") for number, value in enumerate(values)]
    known = {"title": "Bulbs & more", "description": "m0: 3", "scale": ("0", "5", "10"), "top": 10.0}
    return str(columns("bulbs", points, **{**known, **given}))


def test_a_chart_has_a_title_and_a_description_that_are_its_own():
    made = chart([1.0])
    assert 'role="img" aria-labelledby="bulbs-title bulbs-desc"' in made
    assert '<title id="bulbs-title">Bulbs &amp; more</title>' in made
    assert '<desc id="bulbs-desc">m0: 3</desc>' in made
    assert "1.0 &lt;b&gt;" in made


def test_a_column_is_as_high_as_its_value_and_what_is_unknown_has_none():
    heights = [float(found) for found in re.findall(r'<rect[^>]* height="([0-9.]+)"', chart([10.0, 5.0, None, 0.0]))]
    assert heights[0] == pytest.approx(2 * heights[1], abs=0.1)
    assert len(heights) == 3
    assert heights[2] == 0


def test_a_goal_is_a_line_and_nothing_leaves_the_picture():
    made = chart([99.0, -3.0], goal=9.5)
    assert made.count("chart__goal") == 1
    for y, height in re.findall(r'<rect[^>]* y="([0-9.]+)"[^>]* height="([0-9.]+)"', made):
        assert 0 <= float(y) <= float(y) + float(height) <= HEIGHT


def test_no_style_stands_in_the_chart_and_labels_have_room():
    made = chart([float(number) for number in range(24)])
    assert "style=" not in made
    assert made.count("chart__label") <= 6


@pytest.mark.parametrize(("most", "top"), [(0, 1), (0.3, 0.4), (1, 1), (7, 8), (11, 20), (95, 100), (2501, 4000)])
def test_the_scale_ends_at_a_round_number(most, top):
    assert nice_top(most) == pytest.approx(top)
