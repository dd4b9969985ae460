"""`gatami demo`, and the demo that `gatami run` loads once into the private cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.settings import Settings


def load_once(settings: Settings, url: str) -> list[str]:
    """Load the demo unless it is there; gives the lines to print at each start (the logins)."""
    del settings, url
    return []
