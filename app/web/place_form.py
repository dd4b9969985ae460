"""The form for following a place: texts as they were typed, and what they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.services.place_following import Wish

if TYPE_CHECKING:
    from starlette.datastructures import FormData

    from app.models import PlaceFollow

USUAL_RADIUS = "500"
_CHOSEN = re.compile(r"(?:place|around):(-?[0-9.]{1,20}),(-?[0-9.]{1,20}):(.*)", re.DOTALL)
_STREET = "street:"


@dataclass(kw_only=True)
class PlaceForm:
    """`what` is circle or street; `rhythm` is daily or the number of a weekday; `groups` empty means everything."""

    what: str = "circle"
    where: str = ""
    lat: str = ""
    lon: str = ""
    radius: str = USUAL_RADIUS
    street: str = ""
    groups: list[str] = field(default_factory=list)
    closings: bool = False
    rhythm: str = "daily"
    language: str = ""
    email: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_query(cls, query: Mapping[str, str], *, language: str) -> PlaceForm:
        """From a link to the page; a place is given by `lat` and `lon`, or a street by its name."""
        given = {name: _clean(query.get(name, "")) for name in ("lat", "lon", "street")}
        radius = _clean(query.get("radius", "")) or USUAL_RADIUS
        return cls(**given, radius=radius, what="street" if given["street"] else "circle", language=language)  # type: ignore[arg-type]

    @classmethod
    def from_post(cls, posted: FormData) -> PlaceForm:
        """As it was sent; the buttons of the search without script choose a place or a street."""
        names = ("where", "lat", "lon", "radius", "street", "rhythm", "language", "email")
        given = {name: _clean(posted.get(name, "")) for name in names}
        form = cls(
            **given,  # type: ignore[arg-type]
            what="street" if posted.get("what") == "street" else "circle",
            groups=[_clean(code) for code in posted.getlist("groups")][:100],
            closings=bool(posted.get("closings")),
        )
        form._choose(str(posted.get("do", "")))
        return form

    @classmethod
    def of(cls, follow: PlaceFollow) -> PlaceForm:
        """What is followed already."""
        return cls(
            what="circle" if follow.street is None else "street",
            lat=f"{follow.lat:.6f}",
            lon=f"{follow.lon:.6f}",
            radius=str(follow.radius) if follow.street is None else USUAL_RADIUS,
            street=follow.street or "",
            groups=list(follow.groups or ()),
            closings=follow.closings,
            rhythm="daily" if follow.weekday is None else str(follow.weekday),
            language=follow.language,
        )

    def _choose(self, do: str) -> None:
        chosen = _CHOSEN.fullmatch(do)
        if chosen:
            self.lat, self.lon, self.where, self.what = chosen[1], chosen[2], chosen[3][:200], "circle"
        elif do.startswith(_STREET):
            self.street, self.what = do.removeprefix(_STREET)[:200], "street"

    def as_wish(self) -> Wish:
        """What it means; what is no number is none, and what is no weekday is one that there is not."""
        weekday = int(self.rhythm) if re.fullmatch(r"[0-9]", self.rhythm, re.ASCII) else 9
        rest = {
            "groups": tuple(self.groups) or None,
            "closings": self.closings,
            "weekday": None if self.rhythm == "daily" else weekday,
        }
        if self.what == "street":
            return Wish(street=self.street, **rest)  # type: ignore[arg-type]
        lat, lon = self._place()
        radius = self.radius.removesuffix("m").replace(" ", "").replace("\u00a0", "")
        metres = int(radius) if re.fullmatch(r"[0-9]{1,6}", radius, re.ASCII) else None
        return Wish(lat=lat, lon=lon, radius=metres, **rest)  # type: ignore[arg-type]

    def _place(self) -> tuple[float | None, float | None]:
        return _degrees(self.lat), _degrees(self.lon)


def _degrees(text: str) -> float | None:
    plain = text.replace(",", ".").replace("°", "").strip()
    return float(plain) if re.fullmatch(r"[-+]?[0-9]{1,3}(\.[0-9]{0,20})?", plain, re.ASCII) else None


def _clean(text: object) -> str:
    return str(text).replace("\x00", "").strip()[:300]
