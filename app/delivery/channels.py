"""What a channel is, and which there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from app.delivery.email import Email
from app.delivery.inbox import Inbox
from app.delivery.webhook import Webhook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.delivery.parcel import Parcel
    from app.settings import Settings


class Channel(Protocol):
    """One way to a unit."""

    @property
    def repeatable(self) -> bool:
        """Whether the other side knows a second attempt for what it is, so that we may just repeat it."""

    def send(self, parcel: Parcel) -> None:
        """Returns when the other side has taken it; raises DeliveryFailed or DeliveryUnknown."""


def make_channels(settings: Settings, *, secret: bytes) -> Mapping[str, Channel]:
    """Every channel by the name that the rules file uses."""
    return {
        "email": Email(settings),
        "inbox": Inbox(),
        "webhook": Webhook(secret=secret, timeout=settings.smtp_timeout),
    }
