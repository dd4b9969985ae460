"""Turning the pages of a list: cursors in addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.queries.public import Page, Position
from app.web.cursors import make_cursor, read_cursor


@dataclass(frozen=True, slots=True)
class Turning:
    """One filtered list: `begun` and `ended` are the cursors that were asked for, `address` makes the page's own."""

    address: Callable[..., str]
    filters: str
    secret: bytes
    begun: str = ""
    ended: str = ""

    @property
    def before(self) -> Position | None:
        """The page holds what is older than this."""
        return self._read(self.begun)

    @property
    def after(self) -> Position | None:
        """The page holds what is newer than this."""
        return self._read(self.ended)

    def around(self, page: Page) -> dict[str, str]:
        """Addresses of the neighbouring pages, empty where there is none."""
        return {"newer": self._address("after", page.newer), "older": self._address("before", page.older)}

    def _address(self, name: str, edge: Position | None) -> str:
        if edge is None:
            return ""
        return self.address(**{name: make_cursor(edge, filters=self.filters, secret=self.secret)})

    def _read(self, cursor: str) -> Position | None:
        return read_cursor(cursor, filters=self.filters, secret=self.secret) if cursor else None
