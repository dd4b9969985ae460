"""Taking reports over from another system: every row comes in, was there, or is named with its reason.

All in the caller's transaction, so a kill in the middle leaves nothing half done. A row's number in the other
system makes it the same report for ever: a second run imports nothing.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from app.errors import Invalid
from app.services import import_writing
from app.services.import_linking import flag_repeated_points, link_duplicates
from app.services.import_rows import Candidate, RowReader, RowRefused

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from app.routing import Rules
    from app.services.mapping_file import MappingFile

LONGEST_CELL = 1_000_000
# (what is being done, how much of it, of how much)
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not imported. `row` counts from 1, the header being row 1; `cells` are as they came."""

    row: int
    kind: str
    reason: str
    cells: tuple[str, ...]


@dataclass
class Imported:
    """What became of a file: `read` rows are `imported`, `known` already, or `refused`."""

    read: int = 0
    imported: int = 0
    known: int = 0
    linked: int = 0
    header: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    flags: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)

    @property
    def reasons(self) -> Counter[str]:
        """How many rows were refused for each kind of reason."""
        return Counter(refused.kind for refused in self.refused)


def import_reports(
    session: Session,
    file: Path,
    mapping: MappingFile,
    *,
    rules: Rules,
    at: datetime,
    progress: Progress | None = None,
) -> Imported:
    """Import a CSV file. Raises Invalid where file and mapping do not fit; bad rows are in the answer."""
    show = progress or _in_silence
    result = Imported()
    import_writing.take_turns(session, mapping.mapping.source)
    with _opened(file, mapping) as lines:
        rows = csv.reader(lines, delimiter=mapping.mapping.file.delimiter)
        result.header = _header(rows, file)
        mapping.check_columns(result.header)
        reader = RowReader(mapping.mapping, result.header, rules=rules, now=at)
        found = list(_candidates(rows, reader, result, progress=lambda: show("Reading", *lines.place())))
        show("Reading", *lines.place())
    known = import_writing.known_numbers(session, mapping.mapping.source)
    fresh = _fresh(found, known, result)
    fresh = flag_repeated_points(fresh, all_rows=found, at_least=mapping.mapping.repeated_points_from)
    numbered = import_writing.allocate(session, fresh)
    linked = link_duplicates(numbered, known=known, mapping=mapping.mapping)
    import_writing.write(session, linked, progress=lambda done: show("Writing", done, len(linked)))
    show("Writing", len(linked), len(linked))
    _count(result, linked)
    return result


def _in_silence(what: str, done: int, of: int) -> None:
    """Nobody watches."""


class _Lines:
    """The file's lines as text, and how far it is read, in bytes."""

    def __init__(self, file: Path, *, encoding: str) -> None:
        try:
            self._raw = file.open("rb")
            self._size = file.stat().st_size
        except OSError as error:
            raise Invalid(f"{file} can not be read ({error.strerror}); check its name and rights.") from error
        # What is not in the encoding comes as surrogates: they name the row, and the import goes on.
        self._text = io.TextIOWrapper(self._raw, encoding=encoding, errors="surrogateescape", newline="")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._text.close()

    def __iter__(self) -> Iterator[str]:
        return iter(self._text)

    def place(self) -> tuple[int, int]:
        """(bytes read, bytes in all); read ahead in blocks, so it is a little before the row."""
        return self._raw.tell(), self._size


def _opened(file: Path, mapping: MappingFile) -> _Lines:
    csv.field_size_limit(LONGEST_CELL)
    return _Lines(file, encoding=mapping.mapping.file.encoding)


def _header(rows: Iterator[list[str]], file: Path) -> list[str]:
    header = [name.strip() for name in next(rows, [])]
    if not any(header):
        raise Invalid(f"{file} is empty; its first row must hold the names of the columns.")
    twice = sorted(name for name, count in Counter(header).items() if count > 1 and name)
    if twice:
        raise Invalid(f"{file} has two columns called {', '.join(twice)}; rename one of them.")
    return header


def _candidates(
    rows: Iterator[list[str]], reader: RowReader, result: Imported, *, progress: Callable[[], None]
) -> Iterator[Candidate]:
    for number, cells in _numbered(rows):
        result.read += 1
        if result.read % 1000 == 0:
            progress()
        try:
            if isinstance(cells, csv.Error):
                raise RowRefused("the row is no CSV", str(cells))  # noqa: TRY301 - one place refuses rows.
            yield reader.read(number, cells)
        except RowRefused as refused:
            kept = () if isinstance(cells, csv.Error) else tuple(cells)
            result.refused.append(Refused(number, refused.kind, str(refused), kept))


def _numbered(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Rows from 2 on, without the empty ones that spreadsheets leave at the end."""
    number = 1
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, error
            continue
        if cells:
            yield number, cells


def _fresh(found: Iterable[Candidate], known: dict[str, int], result: Imported) -> list[Candidate]:
    """Without what is here already, and without the second of two rows with one number."""
    first: dict[str, int] = {}
    fresh = []
    for candidate in found:
        number = candidate.past.source_ref
        if number in first:
            kind = "the number stands twice in the file"
            result.refused.append(Refused(candidate.row, kind, f"{kind}: first in row {first[number]}", ()))
            continue
        first[number] = candidate.row
        if number in known:
            result.known += 1
        else:
            fresh.append(candidate)
    return fresh


def _count(result: Imported, written: list[import_writing.Numbered]) -> None:
    result.imported = len(written)
    result.linked = sum(one.past.duplicate_of_id is not None for one in written)
    result.flags = Counter(flag for one in written for flag in one.past.flags)
    result.statuses = Counter(one.past.status.value for one in written)
