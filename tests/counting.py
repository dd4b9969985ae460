"""Counting what a page asks the database: twelve queries at most, whatever it lists."""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class Counted:
    """The statements of a block; savepoints, which only the tests need, are left out."""

    statements: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        """How many."""
        return len(self.statements)


@pytest.fixture
def count_queries(engine: Engine) -> Callable[[], AbstractContextManager[Counted]]:
    """`with count_queries() as counted: ...; assert counted.number <= 12`."""

    @contextmanager
    def count() -> Iterator[Counted]:
        counted = Counted()

        def note(_connection, _cursor, statement: str, *_rest) -> None:
            if "SAVEPOINT" not in statement:
                counted.statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield counted
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return count
