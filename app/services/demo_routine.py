"""The demo's fixed rounds: a plough that is driving now, a sweeper, and the inspection of playgrounds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import TYPE_CHECKING

from app.models import RoutineKind, RoutineRound
from app.planning.calendar import make_rule
from app.services import routine
from app.services.demo_places import STREETS
from app.services.routine import RoundWanted

if TYPE_CHECKING:
    from app.services.demo_history import World

CENTRE = ("Storgata", "Sjøgata", "Grønnegata", "Skippergata")
ISLAND = ("Dramsvegen", "Stakkevollvegen", "Mellomvegen")
KEEPER = "ola"
# Whoever looks late in the evening still meets the plough.
NIGHT = time(23, 59)


def keep_rounds(world: World) -> None:
    """Three rounds; the plough is on its way whenever somebody looks at the demo."""
    local = world.now.astimezone(world.rules.timezone)
    plough = _keep(world, "Brøyting på øya", RoutineKind.SNOW, CENTRE + ISLAND, ("snow", "path_winter"), rule=None,
                   ends=NIGHT)  # fmt: skip
    if local.time() < plough.ends:
        by = world.staff[KEEPER]
        routine.change_drive(world.session, plough, local.date(), "start", by=by, at=world.now, rules=world.rules)
    every_week, every_other = make_rule(["TU", "TH"]), make_rule(["MO"], every=2)
    _keep(world, "Feiing i sentrum", RoutineKind.SWEEPING, CENTRE, ("litter_bin", "path_winter"), rule=every_week)
    inspected = ("playground", "tree")
    _keep(world, "Runde i parker og lekeplasser", RoutineKind.PLAYGROUND, ISLAND, inspected, rule=every_other)


def _keep(
    world: World,
    name: str,
    kind: RoutineKind,
    streets: Sequence[str],
    categories: Sequence[str],
    *,
    rule: str | None,
    ends: time = time(22),
) -> RoutineRound:
    way = [list(street.line) for street in STREETS if street.name in streets]
    known = tuple(code for code in categories if code in world.rules.categories)
    wanted = RoundWanted(
        unit_code="bydrift", name=name, kind=kind, way=way, reach=30, category_codes=known, public=True, rule=rule,
        since=date(world.now.year, 1, 5), season=None, begins=time(6, 0), ends=ends,
    )  # fmt: skip
    return routine.keep(world.session, wanted, by=world.staff[KEEPER], rules=world.rules)
