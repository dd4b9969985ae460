"""What the form says about the lamp at its place: which one it is, that it is reported, or which it could be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import atan2, cos, degrees, radians
from typing import TYPE_CHECKING

from app.errors import N_
from app.planning import distance
from app.queries.assets import knows_any, near_assets
from app.queries.surroundings import NearAsset, Surroundings, plain_number
from app.services.reporting import ASSET_NUMBER

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.routing import Category
    from app.web.report_form import ReportForm

# A pin this close to a lamp stands on it already.
ON_IT_METRES = 1.5
# What `not_lamp` says when somebody does not know which of the lamps nearby it is; no lamp has it as its id.
NOT_KNOWN = "0"
DIRECTIONS = (
    N_("north"), N_("north-east"), N_("east"), N_("south-east"),
    N_("south"), N_("south-west"), N_("west"), N_("north-west"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offered:
    """A lamp to choose: metres and direction (a msgid) from the place."""

    asset: NearAsset
    metres: float
    direction: str


@dataclass(frozen=True, slots=True)
class LampHere:
    """`asset` is the lamp the report would be about now.

    `unsure`: somebody said not to know which one. `snap` says that a script should move the pin onto it, `moved` how
    far in metres it was moved already. `far` carry the number that was typed and stand elsewhere; `unknown` is a number
    that no lamp has. `offered` are those nearby.
    """

    asset: NearAsset | None
    snap: bool
    moved: float | None
    refused: bool
    unsure: bool
    far: tuple[NearAsset, ...]
    unknown: str
    offered: tuple[Offered, ...]

    @property
    def asks(self) -> bool:
        """Which of the offered it is, is an open question."""
        return self.asset is None and bool(self.offered) and not (self.refused or self.unsure)


def lamp_here(session: Session, category: Category, form: ReportForm, around: Surroundings) -> LampHere | None:
    """None where the category is about no lamp, or there is no lamp to speak of."""
    if category.asset_kind is None or category.phone_instead is not None:
        return None
    point, number = form.point(), typed_number(category, form)
    if point is None and not number:
        return None
    asset = around.asset
    near = near_assets(session, category.asset_kind, lat=point[0], lon=point[1]) if point else []
    nothing = asset is None and not near and not around.numbered
    if nothing and not (number and knows_any(session, category.asset_kind)):
        # Nothing is known here: a register may be empty, and nobody should read about it.
        return None
    return LampHere(
        asset=asset,
        snap=asset is not None and (asset.metres is None or asset.metres > ON_IT_METRES),
        moved=_moved(form, asset),
        refused=asset is None and any(str(one.id) == form.not_lamp for one in near),
        unsure=asset is None and form.not_lamp == NOT_KNOWN,
        far=around.numbered if asset is None else (),
        unknown=number if number and not around.numbered else "",
        offered=tuple(_offer(one, *point) for one in near if asset is None or one.id != asset.id) if point else (),
    )


def typed_number(category: Category, form: ReportForm) -> str:
    """The number on the mast, where the category asks for it."""
    return plain_number(form.answer(ASSET_NUMBER)) if category.question(ASSET_NUMBER) else ""


def without_refused(around: Surroundings, form: ReportForm) -> Surroundings:
    """The same, without the lamp that the person said it is not."""
    refused = around.asset is not None and str(around.asset.id) == form.not_lamp
    return replace(around, asset=None) if refused else around


def _moved(form: ReportForm, asset: NearAsset | None) -> float | None:
    before = form.place_before()
    if before is None or asset is None or asset.metres is None or asset.metres > ON_IT_METRES:
        return None
    return distance.metres(before, (asset.lat, asset.lon))


def _offer(asset: NearAsset, lat: float, lon: float) -> Offered:
    north, east = asset.lat - lat, (asset.lon - lon) * cos(radians(lat))
    direction = DIRECTIONS[round(degrees(atan2(east, north)) / 45) % 8]
    return Offered(asset=asset, metres=asset.metres or 0.0, direction=direction)
