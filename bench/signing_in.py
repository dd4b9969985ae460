"""Somebody of the desk who is signed in, for pages behind the door."""

from __future__ import annotations

import hashlib

import psycopg

TOKEN = "only for measurements"  # noqa: S105 - opens nothing but a database that is gone afterwards


def sign_in(url: str) -> str:
    """The cookie header of a member of the desk."""
    mark = hashlib.sha256(TOKEN.encode()).hexdigest()
    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
        connection.execute(
            "WITH one AS (INSERT INTO staff (email, name, role, created_at, language, active)"
            " VALUES ('bench@example', 'Bench', 'desk', now(), 'en', true) RETURNING id)"
            " INSERT INTO staff_session (token_hash, staff_id, created_at, seen_at, expires_at)"
            " SELECT %s, id, now(), now(), now() + interval '1 day' FROM one",
            (mark,),
        )
    return f"gatami_session={TOKEN}"
