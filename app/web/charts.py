"""Small charts as SVG, made here, without a script: columns over months, with a line for a goal.

Each has a title and a description for those who do not see it; the page shows the same numbers in a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10

from markupsafe import Markup, escape

WIDTH, HEIGHT = 360, 180
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 354, 12, 152
_MOST_LABELS = 6
_GAP = 0.24


@dataclass(frozen=True, slots=True)
class Point:
    """One column. `value` None: nothing is known of that month; `shown` is the value as people read it."""

    label: str
    value: float | None
    shown: str


def columns(
    name: str,
    points: Sequence[Point],
    *,
    title: str,
    description: str,
    scale: Sequence[str],
    top: float,
    goal: float | None = None,
) -> Markup:
    """The chart. `name` is its own among those of a page; `scale` are the words at 0, the middle and `top`."""
    parts = [
        _line(share * top, top, words, bold=share == 0) for share, words in zip((0.0, 0.5, 1.0), scale, strict=True)
    ]
    step = (_RIGHT - _LEFT) / max(len(points), 1)
    every = ceil(len(points) / _MOST_LABELS)
    for place, point in enumerate(points):
        left = _LEFT + place * step
        parts.append(_column(point, left, step, top))
        if place % every == 0:
            parts.append(
                f'<text class="chart__label" x="{left + step / 2:.1f}" y="{_BOTTOM + 18}">{escape(point.label)}</text>'
            )
    if goal is not None:
        parts.append(f'<path class="chart__goal" d="M{_LEFT} {_y(goal, top):.1f}H{_RIGHT}"></path>')
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-desc">'
        '<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}</svg>'
    ).format(WIDTH, HEIGHT, name, name, name, title, name, description, Markup("".join(parts)))  # noqa: S704  (escaped above)


def nice_top(most: float) -> float:
    """A round number that is not less: 1, 2, 5 and their tens."""
    if most <= 0:
        return 1.0
    ten = 10.0 ** (ceil(log10(most)) - 1)
    return next((ten * step for step in (1, 2, 4, 5, 6, 8, 10) if ten * step >= most), ten * 10)


def _column(point: Point, left: float, step: float, top: float) -> str:
    if point.value is None:
        return ""
    y = _y(point.value, top)
    wide = step * (1 - _GAP)
    return (
        f'<rect class="chart__bar" x="{left + step * _GAP / 2:.1f}" y="{y:.1f}" width="{wide:.1f}"'
        f' height="{max(_BOTTOM - y, 0):.1f}" rx="1.5">'
        f"<title>{escape(point.label)}: {escape(point.shown)}</title></rect>"
    )


def _label(point: Point, middle: float) -> str:
    return f'<text class="chart__label" x="{middle:.1f}" y="{_BOTTOM + 18}">{escape(point.label)}</text>'


def _line(value: float, top: float, words: str, *, bold: bool) -> str:
    y = _y(value, top)
    look = "chart__base" if bold else "chart__line"
    return (
        f'<path class="{look}" d="M{_LEFT} {y:.1f}H{_RIGHT}"></path>'
        f'<text class="chart__scale" x="{_LEFT - 6}" y="{y + 4:.1f}">{escape(words)}</text>'
    )


def _y(value: float, top: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * min(max(value / top, 0.0), 1.0)
