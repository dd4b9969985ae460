"""The filters of everybody's list as its form and its address hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from app.text import translate
from app.web.filters import FilterReader

# A whole group of categories, in the same list of choices as the categories themselves.
WHOLE_GROUP = ".*"
_FIELD_OF = {"group": "category", "since": "from", "until": "to"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListForm:
    """Texts as given. `first` and `last` are days, both included; `bbox` is what the map shows, when it decides."""

    category: str = ""
    status: str = ""
    area: str = ""
    first: str = ""
    last: str = ""
    bbox: str = ""
    before: str = ""
    after: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> ListForm:
        """From an address; what it does not know is left alone."""
        given = {name: value[:200] for name, value in query.items()}
        names = {"first": "from", "last": "to"}
        return cls(**{name: given.get(names.get(name, name), "") for name in cls.__slots__})

    def as_query(self) -> dict[str, str]:
        """What an address needs to show the same filters again, without a place in the list."""
        names = {"first": "from", "last": "to"}
        return {
            names.get(name, name): value
            for name, value in asdict(self).items() if value and name not in {"before", "after"}
        }  # fmt: skip

    def as_filters(self) -> dict[str, str]:
        """The same in the words of app.web.filters."""
        group = self.category.removesuffix(WHOLE_GROUP) if self.category.endswith(WHOLE_GROUP) else ""
        return {
            "category": "" if group else self.category,
            "group": group,
            "status": self.status,
            "area": self.area,
            "since": self.first,
            "until": _day_after(self.last),
            "bbox": self.bbox,
        }

    def as_map_filters(self) -> dict[str, str]:
        """Query parameters for /api/map, whose box is what it shows."""
        return {name: value for name, value in self.as_filters().items() if value and name != "bbox"}

    def errors(self, reader: FilterReader, lang: str) -> dict[str, str]:
        """A sentence by field of the form."""
        return {_FIELD_OF.get(name, name): translate(words, lang) for name, words in reader.problems.items()}


def _day_after(text: str) -> str:
    try:
        return (date.fromisoformat(text) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return text
