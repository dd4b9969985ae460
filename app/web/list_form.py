"""The filters of everybody's list as its form and its address hold them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from app.text import translate

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

    from app.routing import Rules
    from app.web.filters import FilterReader

# A whole group of categories, in the same list of choices as the categories themselves.
WHOLE_GROUP = ".*"
_FIELD_OF = {"group": "category", "since": "from", "until": "to", "near": "where"}
# Python has its own use for "from".
_IN_ADDRESS = {"first": "from", "last": "to"}
_LONGEST, _MOST = 200, 80


@dataclass(frozen=True, slots=True, kw_only=True)
class ListForm:
    """Texts as given. `first` and `last` are days, both included; `bbox` is what the map shows, when it decides.

    `near` is latitude,longitude and `near_name` what that place is called; `where` is a place still to be looked up.
    """

    text: str = ""
    category: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    area: str = ""
    first: str = ""
    last: str = ""
    near: str = ""
    radius: str = ""
    near_name: str = ""
    photo: str = ""
    sort: str = ""
    bbox: str = ""
    where: str = ""
    before: str = ""
    after: str = ""

    @classmethod
    def from_query(cls, query: QueryParams) -> ListForm:
        """From an address; what it does not know is left alone. Several kinds: with commas, or one after the other."""
        given: dict[str, str] = {}
        for field in fields(cls):
            name = _IN_ADDRESS.get(field.name, field.name)
            given[field.name] = query.get(name, "").strip()[:_LONGEST]
        several = {name: _parts(query.getlist(name)) for name in ("category", "status")}
        return cls(**(given | several))  # type: ignore[arg-type]

    def as_query(self) -> dict[str, str]:
        """What an address needs to show the same filters again, without a place in the list."""
        found = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value and field.name not in {"where", "before", "after"}:
                found[_IN_ADDRESS.get(field.name, field.name)] = value if isinstance(value, str) else ",".join(value)
        # How near is meant only together with a place, one that is known or one still to be looked up.
        if not self.near:
            found.pop("near_name", None)
        if not (self.near or self.where):
            found.pop("radius", None)
        return found

    def address(self, path: str = "/reports", **more: str) -> str:
        """An address with the same filters."""
        query = urlencode(self.as_query() | more, safe=",.*")
        return f"{path}?{query}" if query else path

    def without(self, **changed: object) -> ListForm:
        """The same but for what is changed, from the list's beginning."""
        return replace(self, **{"before": "", "after": "", "where": ""} | changed)  # type: ignore[arg-type]

    def as_filters(self, rules: Rules) -> dict[str, str]:
        """The same in the words of app.web.filters."""
        group, codes = _kinds(self.category, rules)
        return {
            "category": ",".join(codes),
            "group": group,
            "status": ",".join(self.status),
            "area": self.area,
            "since": self.first,
            "until": _day_after(self.last),
            "bbox": self.bbox,
            "near": self.near,
            "radius": self.radius,
            "photo": self.photo,
            "text": self.text,
            "sort": self.sort,
        }

    def as_map_filters(self, rules: Rules) -> dict[str, str]:
        """Query parameters for /api/map, whose box is what it shows."""
        return {name: value for name, value in self.as_filters(rules).items() if value and name not in {"bbox", "sort"}}

    def errors(self, reader: FilterReader, lang: str) -> dict[str, str]:
        """A sentence by field of the form."""
        return {_FIELD_OF.get(name, name): translate(words, lang) for name, words in reader.problems.items()}


def _parts(given: list[str]) -> tuple[str, ...]:
    found = (part.strip()[:_LONGEST] for text in given for part in text[: _LONGEST * 20].split(","))
    return tuple(dict.fromkeys(part for part in found if part))[:_MOST]


def _kinds(chosen: tuple[str, ...], rules: Rules) -> tuple[str, list[str]]:
    """A group alone stays a group; with others it stands for its categories. One that is not there is told as it is."""
    groups = [kind.removesuffix(WHOLE_GROUP) for kind in chosen if kind.endswith(WHOLE_GROUP)]
    codes = [kind for kind in chosen if not kind.endswith(WHOLE_GROUP)]
    unknown = [group for group in groups if group not in rules.groups]
    if unknown:
        return unknown[0], codes
    if len(groups) == 1 and not codes:
        return groups[0], []
    inside = [category.code for group in groups for category in rules.categories_in(group)]
    return "", list(dict.fromkeys([*codes, *inside]))


def _day_after(text: str) -> str:
    try:
        return (date.fromisoformat(text) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return text
