"""Words that were let through, and counts by week, for the databases of bench/filling.py."""

from __future__ import annotations

import psycopg

from bench.filling import SAME

# Every report has 13 words: ten that stand everywhere, one of 2,000 streets, one of 200 numbers, its category. One in a
# hundred has a word more, and the same twenty reports in each database have a rare one.
_WORDS = """
INSERT INTO report_words (report_id, at, stems)
SELECT id, created_at, ARRAY['the', 'same', 'word', 'in', 'each', 'of', 'them', 'as', 'long', 'peopl',
       'gat' || (abs(hashint4(id::int)) % 2000), 'hus' || (abs(hashint4(id::int + 7)) % 200), '=' || category_code]
    || CASE WHEN id % 100 = 0 THEN ARRAY['somewher'] ELSE '{{}}' END
    || CASE WHEN id % {step} = 0 AND (id / {step}) % 500 = 0 THEN ARRAY['rare'] ELSE '{{}}' END
FROM report
"""
# As many weeks in both: there are as many as the service is old, not as it is large.
_WEEKS = """
INSERT INTO week_tally (week, status, n, folded)
SELECT week, status, sum(n), true FROM (
    SELECT found.week, found.status, 1 AS n FROM report r, weeks_of(r) found
    UNION ALL
    SELECT week::date, status, 1 FROM generate_series(date '2024-12-09', date '2026-10-26', interval '1 week') week,
        unnest(ARRAY['fixed', 'forwarded', 'ended']) status
) counted GROUP BY 1, 2
"""


def fill_words(url: str, size: int) -> None:
    """Once; the index is built at the end."""
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        if connection.execute("SELECT EXISTS (SELECT FROM report_words)").fetchone() == (True,):
            return
        connection.execute("SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
        index = "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_report_words_found'"
        definition = connection.execute(index).fetchone()
        assert definition is not None
        connection.execute("DROP INDEX ix_report_words_found")
        connection.execute(_WORDS.format(step=size // SAME))
        connection.execute(definition[0])
        connection.execute(_WEEKS)
        connection.execute("VACUUM ANALYZE report_words, week_tally")
