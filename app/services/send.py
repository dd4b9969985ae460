"""What one attempt does to the outside, apart from what is written down about it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from app.delivery import DeliveryFailed, DeliveryUnknown, Trouble

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Send:
    """What is to be done, and the resident's address that hears of it: the row may have another one afterwards.

    A unit's address stands in the rules file, which people mend, so its `to` is None.
    """

    go: Callable[[], None]
    to: str | None = None

    def attempt(self) -> DeliveryFailed | DeliveryUnknown | None:
        """Do it; what went wrong, or None. Raises nothing."""
        try:
            self.go()
        except (DeliveryFailed, DeliveryUnknown) as outcome:
            log.warning("Not delivered: %s", outcome.note)
            return outcome
        except Exception as error:
            log.exception("Could not send")
            return DeliveryFailed(Trouble.OURS, type(error).__name__, permanent=True)
        return None


def refuse(error: Exception) -> Send:
    """A mistake of ours is the same in every attempt, so a person must look."""
    failed = DeliveryFailed(Trouble.OURS, type(error).__name__, permanent=True)

    def fail() -> None:
        raise failed

    return Send(fail)
