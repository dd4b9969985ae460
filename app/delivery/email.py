"""A unit gets the report by mail: words, place, photos, and a reply that reaches the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.delivery import smtp
from app.delivery.letter import Letter, compose
from app.delivery.outcome import DeliveryFailed, Trouble

if TYPE_CHECKING:
    from app.delivery.parcel import Parcel
    from app.settings import Settings


# Everything that the reporter does later is one mail with another first sentence.
_TEMPLATES = {"forward": "forward", "call_back": "call_back"}


class Email:
    """Mail to the unit's address. A mail that may have been taken is never repeated by itself."""

    repeatable = False

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def send(self, parcel: Parcel) -> None:
        """One conversation with the mail server."""
        if not parcel.to:
            raise DeliveryFailed(Trouble.NO_ADDRESS, permanent=True)
        letter = Letter(
            template=_TEMPLATES.get(parcel.kind, "addition"),
            to=parcel.to,
            language=parcel.language,
            message_id=parcel.message_id,
            at=parcel.at,
            municipality=parcel.municipality,
            pictures=parcel.pictures,
            context={"parcel": parcel},
        )
        smtp.send(compose(letter, settings=self._settings), to=parcel.to, settings=self._settings)
