"""The registers that this program asks, made once from the settings: each remembers how it was lately."""

from __future__ import annotations

from dataclasses import dataclass

from app.lookup.asking import Register
from app.settings import Settings


@dataclass(frozen=True)
class Registers:
    """One for each register; one whose address is empty is never asked."""

    addresses: Register
    names: Register
    roads: Register

    @property
    def tell_of_places(self) -> bool:
        """Whether there is one that knows what is at a place."""
        return bool(self.addresses.base_url or self.roads.base_url)

    @classmethod
    def of(cls, settings: Settings) -> Registers:
        """As the settings say."""
        return cls(
            addresses=Register("addresses", settings.address_register),
            names=Register("names", settings.name_register),
            roads=Register("roads", settings.road_register),
        )
