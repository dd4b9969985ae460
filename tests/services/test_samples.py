"""The database's samples for its plans hold nobody's words or addresses, and the plans are none the worse."""

from __future__ import annotations

import psycopg
import pytest
from alembic import command

from app.db import alembic_config, migrate

PEOPLE = """
INSERT INTO report (reference, nonce, version, category_code, status, private, road_owner, asset_owner, description,
    text_public, answers, proposal_reason, channel, flags, created_at, changed_at, support_count)
SELECT 'R' || n, 'n', 1, 'ice', 'new', false, 'unknown', 'unknown', 'secret words', false, '[{"value": "secret"}]',
    '[]', 'web', '{}', now(), now(), 0 FROM generate_series(1, 20000) n;
INSERT INTO reporter (report_id, name, email, phone, language)
SELECT id, 'Secret', CASE WHEN id % 2 = 0 THEN 'secret@example.org' ELSE 'a' || id || '@example.org' END, '123', 'nb'
FROM report;
INSERT INTO support (report_id, key, nonce, created_at, email)
SELECT id, 'secret' || id, 'n', now(), 'a' || id || '@example.org' FROM report;
ANALYZE;
"""
SAMPLES = """
    SELECT tablename || '.' || attname FROM pg_stats s
    WHERE schemaname = 'public' AND (lower(s::text) LIKE '%secret%' OR s::text LIKE '%@example.org%')
"""


@pytest.fixture
def upgraded(make_database):
    """A database that was in use, and sampled, before this version."""
    url = make_database("samples", migrated=False)
    command.upgrade(alembic_config(url), "0005")
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(PEOPLE)
        assert len(connection.execute(SAMPLES).fetchall()) >= 5
        migrate(url)
        yield connection


def test_samples_from_before_are_gone_and_none_are_taken_again(upgraded):
    assert upgraded.execute(SAMPLES).fetchall() == []
    upgraded.execute("ANALYZE")
    assert upgraded.execute(SAMPLES).fetchall() == []


@pytest.mark.parametrize(
    ("index", "query"),
    [
        ("ix_reporter_email", "SELECT report_id FROM reporter WHERE lower(email) = 'a7@example.org'"),
        ("ix_support_email", "SELECT report_id FROM support WHERE lower(email) = 'a7@example.org'"),
        ("uq_support_report_id_key", "SELECT id FROM support WHERE report_id = 7 AND key = 'secret7'"),
    ],
)
def test_an_address_is_found_by_its_index_all_the_same(upgraded, index, query):
    upgraded.execute("ANALYZE")
    plan = "\n".join(line for [line] in upgraded.execute(f"EXPLAIN {query}"))
    assert index in plan
