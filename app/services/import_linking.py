"""What is only seen over the whole file: places that stand for no place, and reports that repeat others."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from app.models import ReportStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.services.import_mapping import Mapping
    from app.services.import_rows import Candidate
    from app.services.import_writing import Numbered

# So many reports on one and the same point are an address office's guess, not so many lamps.
REPEATED_FROM = 30
REPEATED_SHARE = 0.002


def flag_repeated_points(fresh: list[Candidate], *, all_rows: list[Candidate], at_least: int | None) -> list[Candidate]:
    """Reports on a point that very many share, counted over the whole file, are flagged; never hidden."""
    counts = Counter((one.past.lat, one.past.lon) for one in all_rows if one.past.lat is not None)
    limit = at_least or max(REPEATED_FROM, round(REPEATED_SHARE * len(all_rows)))
    crowded = {point for point, count in counts.items() if count >= limit}
    return [
        replace(one, past=one.past.flagged("repeated_point"))
        if (one.past.lat, one.past.lon) in crowded and "default_point" not in one.past.flags
        else one
        for one in fresh
    ]


def link_duplicates(numbered: list[Numbered], *, known: dict[str, int], mapping: Mapping) -> list[Numbered]:
    """Duplicates of a report that is here become so, of the first one where they form a chain.

    A note that names nobody we have is kept as a flag and as the status that the mapping gives for it.
    """
    if mapping.duplicates is None:
        return numbered
    here = {one.past.source_ref: one for one in numbered}
    targets = {
        one.past.source_ref: _target(one.candidate.repeats, here, known)
        for one in numbered
        if one.candidate.says_duplicate
    }
    status = ReportStatus(mapping.duplicates.without_target)
    return [_linked(one, targets, here, known, otherwise=status) for one in numbered]


def _target(repeats: Iterable[str], here: dict[str, Numbered], known: dict[str, int]) -> str | None:
    return next((number for number in repeats if number in here or number in known), None)


def _linked(
    one: Numbered,
    targets: dict[str, str | None],
    here: dict[str, Numbered],
    known: dict[str, int],
    *,
    otherwise: ReportStatus,
) -> Numbered:
    number = one.past.source_ref
    if number not in targets:
        return one
    first = _first_of_chain(number, targets)
    if first is None:
        past = replace(one.past.flagged("duplicate_unlinked"), status=otherwise)
        return replace(one, past=past)
    target = here[first].report_id if first in here else known[first]
    return replace(one, past=one.past.repeating(target))


def _first_of_chain(number: str, targets: dict[str, str | None]) -> str | None:
    """The report that all of a chain repeat; None for one that names nobody, or is the first of a circle."""
    seen = [number]
    while (following := targets.get(seen[-1])) is not None:
        if following in seen:
            circle = seen[seen.index(following) :]
            first = min(circle)
            return None if first == number else first
        seen.append(following)
    return seen[-1] if len(seen) > 1 else None
