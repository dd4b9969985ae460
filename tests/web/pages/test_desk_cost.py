"""What a decision at the desk costs: eight statements at most, whatever it sets off."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy.orm import Session

from app.models import Report, Staff
from tests.counting import Counted
from tests.people import Browser

# The jobs of a transaction are written by one statement, past SQLAlchemy, which counts here too.
JOBS = 1
MOST = 8
# A merge looks twice who is part of what, before the rows are locked and after, and keeps what taking apart needs; a
# forwarding that tells others too writes the rows of both, and asks first who knows of it already.
MORE = {"duplicate": 11, "forwarding": 12}


def test_a_decision_takes_at_most_eight_statements(
    session: Session,
    browser_of: Callable[[Staff], Browser],
    kari: Staff,
    make_report: Callable[..., Report],
    count_queries: Callable[[], AbstractContextManager[Counted]],
) -> None:
    desk = browser_of(kari)
    for noun, given in {
        "forwarding": {"unit": "bydrift"},
        "rejection": {"words": "This is not ours to mend."},
        "answer": {"words": "Thank you."},
        "question": {"words": "Which lamp is it?"},
        "note": {"words": "Ring Per."},
    }.items():
        report = make_report(email=f"{noun}@example.com")
        report.reporter.confirmed_at = report.created_at
        session.commit()
        version = report.version
        session.expunge_all()
        with count_queries() as counted:
            answer = desk.submit(f"/staff/reports/{report.reference}/{noun}", version=version, from_queue="1", **given)
        assert answer.status_code == 303, answer.text
        assert counted.number + JOBS <= MOST, (noun, counted.statements)


def test_what_a_decision_costs_that_touches_more_than_one_report_or_unit(
    session: Session,
    browser_of: Callable[[Staff], Browser],
    kari: Staff,
    make_report: Callable[..., Report],
    count_queries: Callable[[], AbstractContextManager[Counted]],
) -> None:
    desk = browser_of(kari)
    kept = make_report(email="kept@example.com")
    for noun, given in {
        "duplicate": {"duplicate_of": kept.reference},
        "forwarding": {"unit": "bydrift", "informed": ["eiendom"]},
        "referral": {"unit": "statens_vegvesen", "letter": "1"},
    }.items():
        report = make_report(email=f"{noun}@example.com")
        report.reporter.confirmed_at = report.created_at
        session.commit()
        version = report.version
        session.expunge_all()
        with count_queries() as counted:
            answer = desk.submit(f"/staff/reports/{report.reference}/{noun}", version=version, from_queue="1", **given)
        assert answer.status_code == 303, answer.text
        assert counted.number + JOBS <= MORE.get(noun, MOST), (noun, counted.statements)
