"""What the worker's jobs hold in their hands, as handlers hold the application's state."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from app.lookup.registers import Registers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from app.db import SessionFactory
    from app.delivery import Channel
    from app.routing import Rules, RulesFile
    from app.settings import Settings
    from app.storage import PhotoStore


@dataclass(frozen=True)
class Office:
    """The long-lived parts of a worker."""

    settings: Settings
    session_factory: SessionFactory
    rules_file: RulesFile
    photos: PhotoStore
    secret: bytes
    channels: Mapping[str, Channel]
    clock: Callable[[], datetime]

    @cached_property
    def registers(self) -> Registers:
        """Other people's registers, which remember how they were lately."""
        return Registers.of(self.settings)

    @property
    def rules(self) -> Rules:
        """The rules in force, read again when their file changed."""
        self.rules_file.refresh()
        return self.rules_file.current
