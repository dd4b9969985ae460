"""Keeps the rules in force and takes in a changed file; a broken one changes nothing and is remembered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from app.routing.loading import load_rules
from app.routing.problems import RulesError
from app.routing.replaced_areas import with_areas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.routing.geometry import MultiPolygon
    from app.routing.rules import Rules
    from app.routing.sources import Source


@dataclass(frozen=True, slots=True)
class Change:
    """What a refresh found. With an `error` the old rules stay in force; `sha256` is the new files' hash."""

    sha256: str
    error: RulesError | None = None


class RulesFile:
    """The rules in force. `refresh()` is cheap enough for every request; one thread at a time reads."""

    def __init__(self, path: Path) -> None:
        """Raises RulesError where there is no good file to start with."""
        self.path = Path(path)
        self.error: RulesError | None = None
        self.current: Rules = load_rules(self.path)
        self._as_written = self.current
        self._drawn: Mapping[str, MultiPolygon] = {}
        self._lock = Lock()
        self._sources = self.current.sources
        self._hash = self.current.sha256

    def draw_areas(self, drawn: Mapping[str, MultiPolygon]) -> None:
        """Puts these outlines in place of the file's own, now and after every reload."""
        with self._lock:
            self._drawn = dict(drawn)
            self.current = with_areas(self._as_written, self._drawn)

    def refresh(self) -> Change | None:
        """Reads the files again if one of them has changed on disk; None where nothing is new."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            return self._reload() if any(source.changed() for source in self._sources) else None
        finally:
            self._lock.release()

    def _reload(self) -> Change | None:
        try:
            rules = load_rules(self.path)
        except RulesError as error:
            # Its traceback would keep the half-read file in memory for as long as the error stands.
            return self._took(error.sources, error.sha256, error=error.with_traceback(None))
        if rules.sha256 != self._as_written.sha256:
            self._as_written, self.current = rules, with_areas(rules, self._drawn)
        return self._took(rules.sources, rules.sha256, error=None)

    def _took(self, sources: tuple[Source, ...], sha256: str, *, error: RulesError | None) -> Change | None:
        unchanged = sha256 == self._hash and (error is None) == (self.error is None)
        self._sources, self._hash, self.error = sources, sha256, error
        return None if unchanged else Change(sha256, error)
