"""The unit's inbox on our own pages: nothing has to travel."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.delivery.parcel import Parcel


class Inbox:
    """A question to the database shows the report; that the delivery is there keeps all channels alike."""

    repeatable = True

    def send(self, parcel: Parcel) -> None:
        """Taken at once."""
