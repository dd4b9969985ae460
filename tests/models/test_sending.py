"""How an outgoing message may go: retried with growing pauses, given to a person in the end, never sent twice."""

from datetime import UTC, datetime, timedelta

import pytest

from app.errors import Conflict
from app.models import Delivery
from app.models.sending import MAX_ATTEMPTS, back_off

AT = datetime(2026, 11, 30, 11, 0, tzinfo=UTC)


def a_delivery(state="pending", attempts=0):
    return Delivery(state=state, attempts=attempts, channel="email", kind="forward")


def test_a_temporary_failure_is_tried_again_later_and_later():
    delivery, pauses = a_delivery(), []
    for _ in range(MAX_ATTEMPTS - 1):
        delivery.start(at=AT)
        pauses.append(delivery.fail(at=AT, error="busy", permanent=False) - AT)
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=30)
    delivery.start(at=AT)
    assert delivery.fail(at=AT, error="busy", permanent=False) is None
    assert delivery.state == "failed"


def test_a_permanent_failure_waits_for_a_person():
    delivery = a_delivery()
    delivery.start(at=AT)
    assert delivery.fail(at=AT, error="no such mailbox", permanent=True) is None
    delivery.retry(at=AT)
    assert (delivery.state, delivery.attempts) == ("pending", 0)


@pytest.mark.parametrize("state", ["sending", "sent", "failed", "unknown", "cancelled"])
def test_only_what_is_pending_can_be_started(state):
    with pytest.raises(Conflict):
        a_delivery(state).start(at=AT)


@pytest.mark.parametrize(
    ("state", "can"), [("pending", True), ("failed", True), ("sending", False), ("sent", False), ("unknown", False)]
)
def test_what_may_have_gone_out_cannot_be_cancelled(state, can):
    delivery = a_delivery(state)
    if can:
        delivery.cancel()
        assert delivery.state == "cancelled"
    else:
        with pytest.raises(Conflict):
            delivery.cancel()


def test_pauses_never_grow_beyond_two_hours():
    assert all(back_off(attempts) <= timedelta(hours=2) for attempts in range(1, 1000))
