"""What staff search by, a person at the desk, and what waits for her, for the databases of bench/filling.py."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import psycopg
from sqlalchemy.orm import Session

from app.db import make_engine
from app.models import Role, SavedFilter, Staff, StaffSession
from bench.filling import SAME

TOKEN = "somebody-at-the-desk"  # noqa: S105 - opens a database that is gone afterwards
# Every report has some 25 words: those of bench/public_words.py, the parts of its reference, one name of 3,000 and one
# of 500, an address for mails and a phone number. The same twenty reports in each database have a rare word.
_WORDS = """
INSERT INTO staff_words (report_id, at, stems)
SELECT id, created_at, ARRAY['the', 'same', 'word', 'in', 'each', 'of', 'them', 'as', 'long', 'peopl',
       'gat' || (abs(hashint4(id::int)) % 2000), 'hus' || (abs(hashint4(id::int + 7)) % 200), '=' || category_code,
       'etternavn' || (abs(hashint4(id::int + 1)) % 3000), 'fornavn' || (abs(hashint4(id::int + 2)) % 500),
       'epost' || id, 'exampl', 'org', (40000000 + id)::text,
       reference, substr(reference, 5), ltrim(substr(reference, 5), '0'), ltrim(left(substr(reference, 5), -1), '0')]
    || CASE WHEN id % 100 = 0 THEN ARRAY['somewher'] ELSE '{{}}' END
    || CASE WHEN id % {step} = 0 AND (id / {step}) % 500 = 0 THEN ARRAY['rare'] ELSE '{{}}' END
FROM report
"""
# As many that wait in both, whatever is closed: sixty answers from reporters, thirty mails that did not arrive.
_WAITING = """
UPDATE report SET replied_at = changed_at
WHERE id IN (SELECT id FROM report WHERE status <> 'fixed' ORDER BY id LIMIT 60);
WITH sent AS (
    INSERT INTO forwarding (report_id, unit_code, at, corrected, for_information)
    SELECT id, 'bydrift', created_at, false, false FROM report WHERE status = 'forwarded' RETURNING id, at
)
INSERT INTO delivery (forwarding_id, kind, channel, state, attempts, message_id, created_at)
SELECT id, 'forward', 'email', CASE WHEN row_number() OVER (ORDER BY id) <= 30 THEN 'failed' ELSE 'sent' END, 1,
    'bench-' || id, at FROM sent;
DELETE FROM staff_words_due;
"""
_FILTERS: tuple[dict[str, str], ...] = (
    {"status": "open", "unit": "bydrift"},
    {"status": "new", "category": "ice"},
    {"due": "overdue", "group": "road"},
    {"status": "at_unit", "age": "30"},
    {"waiting_for": "replied", "channel": "web"},
)


def fill_desk(url: str, size: int) -> None:
    """Once; the index is built at the end."""
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        if connection.execute("SELECT EXISTS (SELECT FROM staff_words)").fetchone() == (True,):
            return
        connection.execute("SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
        index = "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_staff_words_found'"
        definition = connection.execute(index).fetchone()
        assert definition is not None
        connection.execute("DROP INDEX ix_staff_words_found")
        connection.execute(_WORDS.format(step=size // SAME))
        connection.execute(definition[0])
        connection.execute(_WAITING)
        connection.execute("VACUUM ANALYZE")
    _sign_in(url)


def _sign_in(url: str) -> None:
    """Somebody at the desk with five filters, in a browser that knows TOKEN."""
    now = datetime.now(UTC)
    with Session(make_engine(url)) as session:
        staff = Staff(email="kari@tromso.example", name="Kari", role=Role.DESK.value, language="nb", created_at=now)
        session.add(staff)
        session.flush()
        session.add(
            StaffSession(
                token_hash=hashlib.sha256(TOKEN.encode()).hexdigest(), staff_id=staff.id, created_at=now, seen_at=now,
                expires_at=now + timedelta(days=1),
            )
        )  # fmt: skip
        session.add_all(
            SavedFilter(owner_id=staff.id, name=f"Filter {number}", shared=True, query=query, created_at=now)
            for number, query in enumerate(_FILTERS)
        )
        session.commit()
