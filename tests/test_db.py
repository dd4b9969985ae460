"""Connections that died while they rested are replaced before anybody notices."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text

from app import db


@pytest.fixture
def own_engine(database_url):
    engine = db.make_engine(database_url, pool_size=1)
    yield engine
    engine.dispose()


def test_a_connection_that_was_cut_while_it_rested_is_replaced(own_engine, engine, monkeypatch):
    monkeypatch.setattr(db, "RESTED_SECONDS", 0.0)
    with own_engine.connect() as connection:
        number = connection.scalar(text("SELECT pg_backend_pid()"))
    with engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:number)"), {"number": number})
    with own_engine.connect() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) != number


def test_a_connection_in_steady_use_is_not_asked_each_time(own_engine, monkeypatch):
    with own_engine.connect() as connection:
        connection.scalar(text("SELECT 1"))
        raw = connection.connection.driver_connection
    asked = []
    monkeypatch.setattr(raw, "execute", asked.append)
    own_engine.connect().close()
    assert asked == []


@pytest.mark.realdb
def test_a_plain_read_leaves_its_connection_as_it_was_and_a_broken_one_outside_the_pool(real_session_factory):
    with db.reading(real_session_factory) as connection:
        assert connection.autocommit
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.Error), db.reading(real_session_factory) as connection:
        connection.execute("SELECT nonsense")
    for _ in range(3):
        with db.transaction(real_session_factory) as session:
            assert not db.driver(session).autocommit
            assert session.scalar(text("SELECT 2")) == 2
    assert real_session_factory.kw["bind"].pool.checkedout() == 0
