"""How the service was lately, from real reports: counted by the worker every hour, read by a page as one row."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LATELY = timedelta(days=90)

# A report counts from the hour it was received to the hour it was closed, in days and parts of days, whatever happened
# in between; only what was mended or answered does. One that had no due date is neither in time nor late.
_COUNT = text("""
    INSERT INTO service_figure (category_code, closed, days_for_nine_of_ten, in_time, computed_at)
    SELECT category_code, count(*),
        percentile_disc(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - created_at) / 86400),
        avg((closed_at <= due_at)::int), :at
    FROM report
    WHERE status IN ('fixed', 'answered') AND closed_at > :since AND closed_at <= :at
    GROUP BY category_code ORDER BY category_code
    ON CONFLICT (category_code) DO UPDATE
    SET closed = excluded.closed, days_for_nine_of_ten = excluded.days_for_nine_of_ten,
        in_time = excluded.in_time, computed_at = excluded.computed_at
""")
# A category of which nothing was closed in all the time has no figure any more.
_FORGET = text("DELETE FROM service_figure WHERE computed_at < :at")


# What nobody answered though its time is over counts as answered late. The unit is the one that has it in the end.
_COUNT_DATES = text("""
    INSERT INTO deadline_figure
        (category_code, unit_code, answered, answered_in_time, done, done_in_time, computed_at)
    SELECT category_code, coalesce(unit_code, ''), sum(answered), sum(answered_in_time), sum(done), sum(done_in_time),
        :at
    FROM (
        SELECT category_code, unit_code, 1 AS answered, (first_answered_at <= first_answer_due_at)::int
            AS answered_in_time, 0 AS done, 0 AS done_in_time
        FROM report
        WHERE first_answered_at > :since AND first_answered_at <= :at AND first_answer_due_at IS NOT NULL
        UNION ALL
        SELECT category_code, unit_code, 1, 0, 0, 0 FROM report
        WHERE first_answered_at IS NULL AND first_answer_due_at > :since AND first_answer_due_at <= :at
            AND status IN ('new', 'forwarded', 'in_progress', 'scheduled')
        UNION ALL
        SELECT category_code, unit_code, 0, 0, 1, (closed_at <= due_at)::int FROM report
        WHERE status IN ('fixed', 'answered') AND closed_at > :since AND closed_at <= :at AND due_at IS NOT NULL
    ) told
    GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (category_code, unit_code) DO UPDATE
    SET answered = excluded.answered, answered_in_time = excluded.answered_in_time, done = excluded.done,
        done_in_time = excluded.done_in_time, computed_at = excluded.computed_at
""")
_FORGET_DATES = text("DELETE FROM deadline_figure WHERE computed_at < :at")


def count_figures(session: Session, *, at: datetime) -> None:
    """Write every category's figure of the 90 days before `at`."""
    session.execute(_COUNT, {"at": at, "since": at - LATELY})
    session.execute(_FORGET, {"at": at})
    session.execute(_COUNT_DATES, {"at": at, "since": at - LATELY})
    session.execute(_FORGET_DATES, {"at": at})
