"""The figures of rounds as people read them: each with its definition in words, a chart and a column of the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from babel import dates, numbers
from markupsafe import Markup

from app.errors import N_
from app.queries.round_figures import AGAIN_DAYS, Month, RoundFigures
from app.routing import Rules
from app.text import translate
from app.web.charts import Point, columns, nice_top

Value = Callable[[Month], float | None]
_BULBS = N_("Bulbs and fittings that crews say they used.")
_LAMPS = N_("Lamps at stops that were done. A lamp is counted once a stop.")
_HOURS = N_("The minutes at the stops, as the crews say them. Driving is not counted.")
_FIRST = N_(
    "Of the reports that a crew came to for the first time: how many it mended then, and nobody has opened again since."
)
_AGAIN = N_("Of the mended lamps: how many somebody has reported anew within %(days)s days.")
_WAY = N_("The planned way of the rounds that were driven, divided by the lamps that were mended on them.")
_LIT_OURS = N_(
    "Of the municipality's lamps in the register: how many nobody has reported as dark. Each month at its end."
)
_LIT_ALL = N_("Of all lamps in the register: how many nobody has reported as dark. Each month at its end.")
_TIMED = N_("Crews said how long it took at %(n)s of %(all)s stops.")
_COST = N_(
    "What was used at the stops with lamps, and the crews' time there at the price of an hour, divided by the "
    "lamps that were mended. Visits that mended nothing cost too. The way is not counted."
)
_UNTOLD = N_("Nobody said how long it took or what was used at the stops with lamps, so the cost is not known.")
_MATERIAL = N_("What was used at the stops with lamps, divided by the lamps that were mended.")


@dataclass(frozen=True, slots=True)
class Kind:
    """One figure: its code, its name, what it says in words, how it is worked out and written."""

    code: str
    name: str
    definition: str
    value: Value
    unit: str = "number"
    goal: float | None = None
    # Some are no sum of the months: the last one stands for the whole.
    last_counts: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One figure for a page; `rest` is what must be known to read it right."""

    name: str
    whole: str
    definition: str
    chart: Markup
    rest: str = ""


@dataclass(frozen=True)
class Cards:
    """All figures in a language."""

    figures: RoundFigures
    rules: Rules
    lang: str

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """In the order of the page."""
        hour = self.rules.rounds.hour_cost_ore
        return (
            Kind("bulbs", N_("Bulbs"), _BULBS, lambda one: one.bulbs),
            Kind("lamps", N_("Lamps mended"), _LAMPS, lambda one: float(one.lamps)),
            Kind("hours", N_("Hours of work"), _HOURS, lambda one: one.hours, "tenths"),
            Kind(
                "cost", N_("Cost per lamp"), _COST if hour else _MATERIAL, lambda one: one.cost_per_lamp(hour), "kroner"
            ),
            Kind("first_time", N_("Mended at the first visit"), _FIRST, lambda one: one.first_time, "share"),
            Kind("again", N_("Failed again"), _AGAIN, lambda one: one.again, "share"),
            Kind(
                "lit",
                N_("Lamps that are lit"),
                self._lit_words,
                self.figures.lit,
                "share",
                goal=self.rules.rounds.goal_lit,
                last_counts=True,
            ),
            Kind("way", N_("Kilometres per lamp"), _WAY, lambda one: one.metres_per_lamp, "kilometres"),
        )

    def cards(self) -> list[Card]:
        """For the page."""
        return [self._card(kind) for kind in self.kinds]

    def titles(self) -> list[str]:
        """Of the table's columns."""
        more = [N_("Stops"), N_("Stops done"), N_("Driven kilometres per lamp"), N_("Material, kroner")]
        return [self._say(title) for title in (N_("Month"), *(kind.name for kind in self.kinds), *more)]

    def rows(self) -> list[list[str]]:
        """Of the table: the months, and the whole period last."""
        whole = [self._say(N_("All")), *self._cells(self.figures.whole, whole=True)]
        return [*([self._month(one), *self._cells(one)] for one in self.figures.months), whole]

    def _cells(self, one: Month, *, whole: bool = False) -> list[str]:
        kinds = [self.shown(kind, self.whole(kind) if whole else kind.value(one)) for kind in self.kinds]
        driven = _number(one.driven_per_lamp and one.driven_per_lamp / 1000, self.lang, "#,##0.0")
        return [*kinds, str(one.visits), str(one.done), driven, _number(one.material_ore / 100, self.lang, "#,##0")]

    def whole(self, kind: Kind) -> float | None:
        """The figure for the whole period."""
        if kind.last_counts:
            known = [value for one in self.figures.months if (value := kind.value(one)) is not None]
            return known[-1] if known else None
        return kind.value(self.figures.whole)

    def shown(self, kind: Kind, value: float | None) -> str:
        """The value with its unit; a dash where nothing is known."""
        return _WRITTEN[kind.unit](value, self.lang)

    def materials(self) -> list[tuple[str, str, str]]:
        """(name, pieces, unit) of all that was used, the most first."""
        used = sorted(self.figures.whole.materials.items(), key=lambda one: -one[1])
        found = []
        for code, pieces in used:
            material = self.rules.materials.get(code)
            name, unit = (material.name(self.lang), material.unit) if material else (code, "")
            found.append((name, _number(pieces, self.lang, "#,##0.##"), unit))
        return found

    def _card(self, kind: Kind) -> Card:
        points = [
            Point(self._short(one), value := kind.value(one), self.shown(kind, value)) for one in self.figures.months
        ]
        most = max((point.value for point in points if point.value is not None), default=0.0)
        top = nice_top(max(most, 0.1)) if kind.unit == "share" else nice_top(most)
        name, whole = self._say(kind.name), self.shown(kind, self.whole(kind))
        chart = columns(
            f"chart-{kind.code}",
            points,
            title=name,
            description=self._described(points),
            scale=[self.shown(kind, top * share) for share in (0, 0.5, 1)],
            top=top,
            goal=kind.goal,
        )
        return Card(name, whole, self._say(kind.definition, days=AGAIN_DAYS), chart, self._rest(kind))

    def _described(self, points: Sequence[Point]) -> str:
        return "; ".join(f"{point.label}: {point.shown}" for point in points)

    def _rest(self, kind: Kind) -> str:
        whole = self.figures.whole
        if kind.code == "hours" and whole.visits:
            return self._say(_TIMED, n=whole.timed, all=whole.visits)
        if kind.code == "cost" and whole.lamps and not whole.lamp_told:
            return self._say(_UNTOLD)
        if kind.code == "lit":
            return self._say(N_("The goal is %(goal)s."), goal=self.shown(kind, kind.goal))
        if kind.code == "again":
            return self._say(N_("Of the last %(days)s days it is not yet known to the end."), days=AGAIN_DAYS)
        driven = whole.driven_per_lamp
        if kind.code == "way" and driven is not None:
            return self._say(N_("Driven, by the cars' own counting: %(way)s."), way=_kilometres(driven, self.lang))
        return ""

    @property
    def _lit_words(self) -> str:
        if self.figures.only_municipal:
            return _LIT_OURS
        return _LIT_ALL

    def _say(self, sentence: str, **params: object) -> str:
        return translate(sentence, self.lang, **params)

    def _month(self, one: Month) -> str:
        return one.first.strftime("%Y-%m")

    def _short(self, one: Month) -> str:
        short = dates.format_date(one.first, "LLL", locale=self.lang).rstrip(".")
        return f"{short} {one.first:%y}" if one.first.month == 1 else short


def _number(value: float | None, lang: str, pattern: str) -> str:
    return "–" if value is None else numbers.format_decimal(value, format=pattern, locale=lang)


def _share(value: float | None, lang: str) -> str:
    # Rounded down, so that a goal is not said to be reached before it is.
    return "–" if value is None else f"{_number(int(value * 1000 + 1e-9) / 10, lang, '0.#')}\N{NO-BREAK SPACE}%"


def _kroner(value: float | None, lang: str) -> str:
    return "–" if value is None else f"{_number(value / 100, lang, '#,##0')}\N{NO-BREAK SPACE}kr"


def _kilometres(value: float | None, lang: str) -> str:
    return "–" if value is None else f"{_number(value / 1000, lang, '#,##0.0')}\N{NO-BREAK SPACE}km"


_WRITTEN: dict[str, Callable[[float | None, str], str]] = {
    "number": lambda value, lang: _number(value, lang, "#,##0.##"),
    "tenths": lambda value, lang: _number(value, lang, "#,##0.0"),
    "share": _share,
    "kroner": _kroner,
    "kilometres": _kilometres,
}
