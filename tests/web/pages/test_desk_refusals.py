"""What the desk is told when the database gave its decision up."""

import pytest
from psycopg.errors import AdminShutdown, DeadlockDetected, LockNotAvailable, SerializationFailure
from sqlalchemy.exc import OperationalError

from app.errors import Conflict
from app.text import say
from app.web.pages.desk_form import refusal_of


@pytest.mark.parametrize("kind", [DeadlockDetected, LockNotAvailable, SerializationFailure])
def test_two_who_wait_for_each_other_are_told_in_words(kind):
    told = refusal_of(OperationalError("", {}, kind()))
    assert isinstance(told, Conflict)
    assert say(told, "en") == "Somebody else is deciding about this just now. Try again."


def test_a_database_that_is_away_is_no_refusal():
    with pytest.raises(OperationalError):
        refusal_of(OperationalError("", {}, AdminShutdown()))
