"""A letter from its templates to the mail server, in one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.delivery import smtp
from app.delivery.letter import Letter, compose, sender_of

if TYPE_CHECKING:
    from app.settings import Settings


def post(letter: Letter, *, settings: Settings) -> None:
    """Write the mail and hand it over; raises as `smtp.send` does, and DeliveryFailed for an address of no use."""
    message = compose(letter, settings=settings)
    smtp.send(message, to=letter.to, settings=settings, sender=sender_of(letter, settings))
