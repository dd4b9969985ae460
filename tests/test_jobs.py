"""Jobs go with the transaction that wants them: kept by its commit, dropped with it or with a savepoint."""

from __future__ import annotations

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from app.jobs import JobName, enqueue


def jobs(session: Session) -> list[int]:
    """The ids that the written jobs name, in their order."""
    return list(session.scalars(text("SELECT (args->>'link_id')::int FROM procrastinate_jobs ORDER BY id")))


def test_a_commit_writes_all_jobs_by_one_statement(session: Session) -> None:
    seen: list[str] = []
    enqueue(session, JobName.SEND_LINK, link_id=1)
    enqueue(session, JobName.SEND_LINK, link_id=2)
    assert jobs(session) == []
    event.listen(session, "after_commit", lambda _: seen.append("committed"))
    session.commit()
    assert seen == ["committed"]
    assert jobs(session) == [1, 2]
    session.commit()
    assert jobs(session) == [1, 2], "nothing is written twice"


def test_a_rollback_drops_the_jobs(session: Session) -> None:
    enqueue(session, JobName.SEND_LINK, link_id=1)
    session.rollback()
    session.commit()
    assert jobs(session) == []


def refuse(session: Session, *ids: int) -> None:
    """A savepoint that wants jobs and fails."""
    with pytest.raises(ValueError, match="refused"), session.begin_nested():
        for one in ids:
            enqueue(session, JobName.SEND_LINK, link_id=one)
        raise ValueError("refused")


def test_a_savepoint_that_is_rolled_back_takes_its_own_jobs_along(session: Session) -> None:
    enqueue(session, JobName.SEND_LINK, link_id=1)
    refuse(session, 2, 3)
    with session.begin_nested():
        enqueue(session, JobName.SEND_LINK, link_id=4)
        refuse(session, 5)
    session.commit()
    assert jobs(session) == [1, 4]


def test_jobs_of_a_kept_savepoint_go_with_the_one_around_it(session: Session) -> None:
    with pytest.raises(ValueError, match="refused"), session.begin_nested():
        with session.begin_nested():
            enqueue(session, JobName.SEND_LINK, link_id=1)
        raise ValueError("refused")
    enqueue(session, JobName.SEND_LINK, link_id=2)
    session.commit()
    assert jobs(session) == [2]
