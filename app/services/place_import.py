"""Addresses and place names from a CSV or GeoJSON file into our own register; a second run changes what changed.

Rows pass through one by one, so that a whole county's file needs no more memory than a street's.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any

from app.errors import Invalid
from app.models.place import calm, found_by
from app.routing.problems import did_you_mean
from app.services.geojson_features import read_features
from app.services.place_mapping import PlaceMapping, fill_in
from app.services.place_writing import Incoming, forget_others, write_places

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

LONGEST_CELL = 100_000
LONGEST = 120
# No coordinate system in metres has larger numbers on earth; beyond, the conversion itself fails.
MOST_METRES = 2e7
MOST_REFUSED = 1000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
Row = dict[str, str]
Progress = Callable[[int], None]


@dataclass
class PlacesImported:
    """What became of the rows; `refused` are the first 1,000 of (row or feature from 1, reason)."""

    read: int = 0
    added: int = 0
    changed: int = 0
    same: int = 0
    left_out: int = 0
    removed: int = 0
    streets: int = 0
    refused_count: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)

    def refuse(self, number: int, reason: str) -> None:
        """Note why a row did not come in."""
        self.refused_count += 1
        if len(self.refused) < MOST_REFUSED:
            self.refused.append((number, reason))


def import_places(
    session: Session, file: Path, mapping: PlaceMapping, *, replace: bool = False, progress: Progress | None = None
) -> PlacesImported:
    """Every row comes in, or is named with its reason. With `replace`, what is not in the file leaves the register.

    Raises Invalid for a file that does not fit the mapping, and for replacing by a file in which a row was refused:
    the caller's transaction must not be committed then.
    """
    result = PlacesImported()
    with _rows(file, mapping) as rows:
        incoming = _incoming(rows, mapping, result, progress or (lambda _: None))
        written = write_places(session, _merged(incoming) if mapping.names else incoming, mapping)
    result.added, result.changed, result.streets = written.added, written.changed, written.streets
    result.same = written.rows - written.added - written.changed - len(written.elsewhere)
    for number in written.elsewhere:
        result.refuse(number, "its position is no place on earth in this coordinate system")
    if replace:
        _check_replacing(file, result, rows=written.rows)
        result.removed = forget_others(session, mapping)
    return result


def _check_replacing(file: Path, result: PlacesImported, *, rows: int) -> None:
    """A file with mistakes, or with nothing, would empty the register of what is merely misspelt."""
    if result.refused_count or not rows:
        raise Invalid(
            f"{file} cannot replace the register: {result.refused_count} of its {result.read} rows are refused. "
            "Mend them, or leave --replace away; nothing was changed."
        )


def _incoming(
    rows: Iterable[tuple[int, Row | str]], mapping: PlaceMapping, result: PlacesImported, tell: Progress
) -> Iterator[Incoming]:
    seen: dict[str, int] = {}
    for number, row in rows:
        result.read += 1
        if result.read % 1000 == 0:
            tell(result.read)
        try:
            if isinstance(row, str):
                raise Invalid(row)  # noqa: TRY301 - one place refuses rows.
            if any(row.get(column, "") != wanted for column, wanted in mapping.only.items()):
                result.left_out += 1
                continue
            yield from _places(number, row, mapping, seen)
        except Invalid as refused:
            result.refuse(number, str(refused))


def _places(number: int, row: Row, mapping: PlaceMapping, seen: dict[str, int]) -> Iterator[Incoming]:
    ref = row[mapping.id]
    if not ref:
        raise Invalid(f"it has no “{mapping.id}”, which is its number")
    lon, lat = _position(row, mapping)
    if mapping.label is not None:
        first = seen.setdefault(ref, number)
        if first != number:
            raise Invalid(f"its number {ref} stands twice in the file, first in row {first}")
        detail = calm(fill_in(mapping.detail, row)) if mapping.detail else ""
        street = (row.get(mapping.street or "", ""), calm(row.get(mapping.town or "", "")))
        yield _place(number, mapping.kind, ref, fill_in(mapping.label, row), detail, street, (lon, lat))
        return
    names = [row[column] for column in mapping.names]
    if not any(names):
        raise Invalid(f"it has no name in {', '.join(mapping.names)}")
    for place, name in enumerate(names):
        others = ", ".join(other for other in names[:place] + names[place + 1 :] if other and other != name)
        if name:
            yield _place(
                number, "name", f"{ref}:{found_by(name, None, kind='name')[0]}", name, others, ("", ""), (lon, lat)
            )


def _place(
    number: int, kind: str, ref: str, label: str, detail: str, street: tuple[str, str], at: tuple[float, float]
) -> Incoming:
    folded, words = found_by(label, detail, kind=kind)
    if not folded:
        raise Invalid("it has no name or address")
    if max(len(label), len(detail)) > LONGEST:
        raise Invalid(f"its name or address is longer than {LONGEST} characters")
    return Incoming(
        number, ref[:80], label, detail or None, folded, words, street[0][:LONGEST], street[1][:LONGEST], *at
    )


def _position(row: Row, mapping: PlaceMapping) -> tuple[float, float]:
    columns = (mapping.position.lon, mapping.position.lat) if mapping.position else (_LON, _LAT)
    numbers = []
    for column in columns:
        try:
            numbers.append(float(row.get(column, "").replace(",", ".").replace(" ", "")))
        except ValueError as error:
            raise Invalid("it has no position that can be read as two numbers") from error
    most = (180, 90) if mapping.in_degrees else (MOST_METRES, MOST_METRES)
    if not all(isfinite(number) and abs(number) <= limit for number, limit in zip(numbers, most, strict=True)):
        raise Invalid("its position is no place on earth in this coordinate system")
    return numbers[0], numbers[1]


def _merged(incoming: Iterable[Incoming]) -> Iterator[Incoming]:
    """A name that one place has twice, beside two others, comes in once, beside both."""
    found: dict[str, Incoming] = {}
    for one in incoming:
        before = found.get(one.source_ref)
        if before is None:
            found[one.source_ref] = one
        elif one.detail and one.detail not in (before.detail or ""):
            found[one.source_ref] = before._replace(detail=f"{before.detail}, {one.detail}"[:LONGEST])
    yield from found.values()


# A feature's own point stands among its properties under names that no property can have.
_LON, _LAT = "\x00lon", "\x00lat"


@contextmanager
def _rows(file: Path, mapping: PlaceMapping) -> Iterator[Iterator[tuple[int, Row | str]]]:
    """(number from 1, the row's cells by column, or why it is none)."""
    try:
        with file.open("rb") as raw:
            is_json = raw.read(200).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"
        if is_json:
            yield _features(file, mapping)
            return
        with file.open(encoding=mapping.encoding, errors="surrogateescape", newline="") as text:
            yield _cells(text, file, mapping)
    except OSError as error:
        raise Invalid(f"{file} can not be read ({error.strerror}); check its name and rights.") from error


def _cells(lines: Iterable[str], file: Path, mapping: PlaceMapping) -> Iterator[tuple[int, Row | str]]:
    csv.field_size_limit(LONGEST_CELL)
    lines = iter(lines)
    first = next(lines, "")
    delimiter = mapping.delimiter or max(";,\t", key=first.count)
    header = [name.strip() for name in next(csv.reader([first], delimiter=delimiter), [])]
    _check_columns(file, mapping, header)
    rows = csv.reader(lines, delimiter=delimiter)
    number = 1
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, f"the row is no CSV: {error}"
            continue
        if cells:
            yield number, _row(header, cells, mapping)


def _row(header: list[str], cells: list[str], mapping: PlaceMapping) -> Row | str:
    if len(cells) != len(header):
        return f"the row has {len(cells)} cells, and the header {len(header)}"
    if any("\udc80" <= letter <= "\udcff" for cell in cells for letter in cell if letter > "\ud7ff"):
        return f"it holds letters that are not {mapping.encoding}; write the file's “encoding” into the mapping"
    return {name: _clean(cell) for name, cell in zip(header, cells, strict=True)}


def _check_columns(file: Path, mapping: PlaceMapping, header: list[str]) -> None:
    missing = sorted(mapping.columns() - set(header))
    if missing:
        sentences = " ".join(f"It has no column “{name}”. {did_you_mean(name, tuple(header))}" for name in missing)
        raise Invalid(f"{file} does not fit the mapping. {sentences}".strip())
    if mapping.position is None:
        raise Invalid("A CSV file needs “position” in its mapping: the columns lat and lon.")


def _features(file: Path, mapping: PlaceMapping) -> Iterator[tuple[int, Row | str]]:
    for number, feature in enumerate(read_features(file), start=1):
        yield number, _feature_row(feature, mapping)


def _feature_row(feature: Any, mapping: PlaceMapping) -> Row | str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return "it is no GeoJSON feature with properties"
    row = {column: _clean(str(value)) for column, value in properties.items() if isinstance(value, str | int | float)}
    geometry = feature.get("geometry")
    point = geometry.get("coordinates") if isinstance(geometry, dict) and geometry.get("type") == "Point" else None
    if isinstance(point, list) and len(point) >= 2:
        row[_LON], row[_LAT] = str(point[0]), str(point[1])
    return dict.fromkeys(mapping.columns(), "") | row


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()
