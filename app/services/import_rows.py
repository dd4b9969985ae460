"""One row of a file from another system -> a report of the past, or the reason why it cannot be one."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import orjson

from app.errors import Invalid
from app.models import CLOSED, ReportStatus
from app.models.deadlines import due_at
from app.models.history import LONGEST_ADDRESS, PastReport
from app.routing import Facts, Rules, in_service_area, propose_unit
from app.services.import_mapping import kept_columns

if TYPE_CHECKING:
    from app.services.import_mapping import Duplicates, Mapping, Moment, StatusColumn, Translated

# Clocks of two systems differ a little; a report from next week is a mistake in the file.
CLOCKS_DIFFER = timedelta(days=1)
MAX_DESCRIPTION = 10_000
Cells = Sequence[str]


class RowRefused(Exception):  # noqa: N818  (it is an answer, and reads as one)
    """Why a row is not imported; `kind` is the same for all rows with this mistake, to be counted."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that can come in. `repeats` are the numbers of other reports that its note names."""

    row: int
    past: PastReport
    says_duplicate: bool
    repeats: tuple[str, ...]


class RowReader:
    """Reads rows with one header by one mapping. `read` raises RowRefused."""

    def __init__(self, mapping: Mapping, header: list[str], *, rules: Rules, now: datetime) -> None:
        self._mapping = mapping
        self._rules = rules
        self._latest = now + CLOCKS_DIFFER
        self._header = header
        self._width = len(header)
        self._zone = ZoneInfo(mapping.timezone) if mapping.timezone else rules.timezone
        self._same: Counter[str] = Counter()
        self._at = {name: place for place, name in enumerate(header)}
        self._kept = sorted({self._at[column] for _, column in kept_columns(mapping)})
        self._number_at = [self._at[name] for name in (mapping.id.made_of or (mapping.id.column or "",))]
        self._address_at = [self._at[name] for name in mapping.address.columns] if mapping.address else []
        self._category = _translator(mapping.category, _category_words(mapping, rules), self._at)
        self._unit = _translator(mapping.unit, {code: code for code in rules.units}, self._at) if mapping.unit else None
        self._default_points = {(round(p.lat, 5), round(p.lon, 5)) for p in mapping.default_points}
        self._notes = _Notes(mapping.duplicates, self._at) if mapping.duplicates else None

    def read(self, row: int, cells: Cells) -> Candidate:
        """`row` counts from 1, the header being row 1."""
        if len(cells) != self._width:
            raise RowRefused("the row has another number of cells than the header", f"{len(cells)}")
        self._check_letters(cells)
        cells = [cell.strip() for cell in cells]
        number = self._number(cells)
        says, repeats = self._notes.read(cells, own=number) if self._notes else (False, ())
        try:
            past = self._past(cells, number)
        except Invalid as refused:
            raise RowRefused(str(refused)) from refused
        return Candidate(row, past, says and past.status in CLOSED, repeats)

    def _past(self, cells: Cells, number: str) -> PastReport:
        category = self._rules.categories[self._category(cells)]
        created = self._created(cells)
        status = self._status(cells)
        closed, flags = self._closed(cells, status, created)
        lat, lon = self._position(cells)
        past = PastReport(
            source=self._mapping.source,
            source_ref=number,
            category_code=category.code,
            private=category.private,
            status=status,
            created_at=created,
            closed_at=closed,
            due_at=self._moment(self._mapping.due, cells) if self._mapping.due else None,
            lat=lat,
            lon=lon,
            address=self._address(cells),
            description=self._description(cells),
            text_public=self._mapping.description_public,
            unit_code=self._unit(cells) if self._unit else None,
            flags=(*flags, *self._place_flags(lat, lon)),
        )
        return past if status in CLOSED else self._with_proposal(past)

    def _check_letters(self, cells: Cells) -> None:
        """Quick for good rows; columns that are not kept may hold anything."""
        text = "".join(cells)
        if text.isascii() and "\x00" not in text:
            return
        for place in self._kept:
            if "\x00" in cells[place]:
                raise RowRefused("a character that no database keeps", f"column {self._header[place]}")
            try:
                cells[place].encode()
            except UnicodeEncodeError:
                kind = "letters that are not in the file's encoding"
                raise RowRefused(kind, f"column {self._header[place]}") from None

    def _number(self, cells: Cells) -> str:
        """The row's own number; rows alike in all columns that make it are counted, so that none is lost."""
        if self._mapping.id.column:
            return cells[self._number_at[0]]
        text = "\x1f".join([cells[place] for place in self._number_at])
        number = hashlib.sha256(text.encode()).hexdigest()[:32]
        self._same[number] += 1
        return number if self._same[number] == 1 else f"{number}-{self._same[number]}"

    def _created(self, cells: Cells) -> datetime:
        created = self._moment(self._mapping.created, cells)
        if created is None:
            raise RowRefused("the day it was received is missing")
        if created > self._latest:
            raise RowRefused("it was received in the future")
        return created

    def _status(self, cells: Cells) -> ReportStatus:
        given: StatusColumn = self._mapping.status
        word = cells[self._at[given.column]] if given.column else ""
        status = given.translate.get(word) or given.otherwise
        if status is None:
            raise RowRefused("a status that the mapping does not translate", f"“{word[:40]}”")
        return ReportStatus(status)

    def _closed(self, cells: Cells, status: ReportStatus, created: datetime) -> tuple[datetime | None, tuple[str, ...]]:
        """A closing time of an open report is an old one, from before it was opened again."""
        given = self._mapping.closed
        if status not in CLOSED or given is None:
            return None, ()
        closed = None if given == "when_created" else self._moment(given, cells)
        return (closed, ()) if closed else (created, ("closing_day_unknown",))

    def _moment(self, given: Moment, cells: Cells) -> datetime | None:
        text = cells[self._at[given.column]]
        if not text:
            return None
        try:
            found = datetime.strptime(text, given.format) if given.format else datetime.fromisoformat(text)  # noqa: DTZ007 - the zone follows below.
        except ValueError:
            raise RowRefused("a day or time that can not be read", f"column {given.column}, “{text[:40]}”") from None
        if given.time:
            found = found.replace(hour=int(given.time[:2]), minute=int(given.time[3:]))
        return (found if found.tzinfo else found.replace(tzinfo=self._zone)).astimezone(UTC)

    def _position(self, cells: Cells) -> tuple[float | None, float | None]:
        given = self._mapping.position
        return (None, None) if given is None else (self._degrees(cells, given.lat), self._degrees(cells, given.lon))

    def _degrees(self, cells: Cells, column: str) -> float | None:
        text = cells[self._at[column]]
        if not text:
            return None
        try:
            return round(float(text.replace(",", ".")), 6)
        except ValueError:
            raise RowRefused("a coordinate that is no number", f"column {column}, “{text[:40]}”") from None

    def _place_flags(self, lat: float | None, lon: float | None) -> tuple[str, ...]:
        if lat is None or lon is None:
            return ("unplaced",)
        default = (round(lat, 5), round(lon, 5)) in self._default_points
        outside = not in_service_area(self._rules, lat, lon)
        return (("default_point",) if default else ()) + (("outside_area",) if outside else ())

    def _address(self, cells: Cells) -> str | None:
        if self._mapping.address is None:
            return None
        parts = [cells[place] for place in self._address_at]
        return self._mapping.address.join.join(filter(None, parts))[:LONGEST_ADDRESS] or None

    def _description(self, cells: Cells) -> str | None:
        column = self._mapping.description
        return cells[self._at[column]][:MAX_DESCRIPTION] or None if column else None

    def _with_proposal(self, past: PastReport) -> PastReport:
        """What the desk still has to decide gets a proposed unit and, where the file has none, a due date."""
        category = self._rules.categories[past.category_code]
        facts = Facts(category=category.code, lat=past.lat, lon=past.lon, at=past.created_at)
        found = propose_unit(self._rules, facts)
        reason = orjson.dumps(found.reason.as_data()).decode()
        due = past.due_at
        home = self._rules.municipality
        if due is None and category.days_to_due is not None and not found.unit.outside:
            due = due_at(
                past.created_at,
                category.days_to_due,
                country=home.country,
                region=home.region,
                timezone=home.timezone,
            )
        return replace(past, proposal=(found.unit.code, found.rule_name, reason), due_at=due)


class _Notes:
    """Finds the numbers of other reports in a note, of which nothing else is kept."""

    def __init__(self, duplicates: Duplicates, at: dict[str, int]) -> None:
        self._place = at[duplicates.column]
        self._says = re.compile(duplicates.says)
        self._number = re.compile(duplicates.number)
        self._forms = duplicates.written_as

    def read(self, cells: Cells, *, own: str) -> tuple[bool, tuple[str, ...]]:
        """Whether the note says so, and the numbers it names in every form that the id column may have."""
        note = cells[self._place]
        if not self._says.search(note):
            return False, ()
        numbers = [found.group(found.lastindex or 0) for found in self._number.finditer(note)]
        written = [form.replace("{number}", number) for number in numbers for form in self._forms]
        return True, tuple(one for one in written if one != own)


def _category_words(mapping: Mapping, rules: Rules) -> dict[str, str]:
    """Codes and, in the file's language, names: a file that uses our own names needs no table."""
    names = {one.name(mapping.language): code for code, one in rules.categories.items()} if mapping.language else {}
    return names | {code: code for code in rules.categories}


def _translator(table: Translated, known: dict[str, str], at: dict[str, int]) -> Callable[[Cells], str]:
    words = known | dict(table.translate)
    place = at[table.column]

    def translate(cells: Cells) -> str:
        code = words.get(cells[place]) or table.otherwise
        if code is None:
            kind = f"a word in column {table.column} that the mapping does not translate"
            raise RowRefused(kind, f"“{cells[place][:60]}”")
        return code

    return translate
