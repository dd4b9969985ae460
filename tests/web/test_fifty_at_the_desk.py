"""Fifty people decide on one queue at once: nothing is decided twice, nobody waits for ever, everybody is told."""

from __future__ import annotations

import random
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest
from sqlalchemy import func, select, text

from app.db import transaction
from app.models import Report, Update
from app.web.security import csrf_token
from tests.application import SECRET
from tests.serving import LiveServer
from tests.web.test_live import hire, send_in

PEOPLE, REPORTS = 50, 3
pytestmark = pytest.mark.realdb


def decide_on_all(server: LiveServer, token: str, references: list[str], *, start: Barrier) -> list[tuple[int, str]]:
    """One person's day: each report once, in an order of their own, forwarded, rejected, or joined to another."""
    chance = random.Random(token)
    mine = chance.sample(references, len(references))
    answers = []
    with httpx.Client(base_url=server.url, cookies={"gatami_session": token}, timeout=60) as client:
        start.wait()
        for reference in mine:
            noun, given = chance.choice(
                [
                    ("forwarding", {"unit": "bydrift"}),
                    ("rejection", {"words": "Not ours."}),
                    ("duplicate", {"reference": chance.choice([one for one in references if one != reference])}),
                ]
            )
            form = {"csrf_token": csrf_token(token, secret=SECRET), "version": "1", **given}
            answer = client.post(f"/staff/reports/{reference}/{noun}", data=form, headers={"accept-language": "en"})
            answers.append((answer.status_code, answer.text))
    return answers


def test_nothing_is_decided_twice_and_every_conflict_is_told_in_words(live_server: LiveServer) -> None:
    state = live_server.state
    references = [send_in(state) for _ in range(REPORTS)]
    tokens = [hire(state, f"Kari{n}") for n in range(PEOPLE)]
    start = Barrier(PEOPLE)
    with ThreadPoolExecutor(PEOPLE) as pool:
        work = [pool.submit(decide_on_all, live_server, token, references, start=start) for token in tokens]
        answers = [answer for person in work for answer in person.result()]
    counted = Counter(status for status, _ in answers)
    assert set(counted) <= {303, 409, 422}, counted
    with transaction(state.session_factory) as session:
        reports = {report.id: report for report in session.scalars(select(Report))}
        decisions = select(Update.report_id, func.count()).where(
            Update.to_status.is_not(None), Update.from_status.is_not(None)
        )
        decided = dict(session.execute(decisions.group_by(Update.report_id)).all())
        deadlocks = session.scalar(text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))
    assert deadlocks == 0
    assert set(decided.values()) == {1}, "each report was decided by one person"
    assert counted[303] == len(decided)
    for report in reports.values():
        first = report
        while first.duplicate_of_id is not None:
            first = reports[first.duplicate_of_id]
            assert first.duplicate_of_id != report.id, "no circle"
    for status, page in answers:
        if status != 303:
            said = re.search(r'<div class="ds-alert" data-color="danger".*?</div>', page, re.DOTALL)
            assert said, page[:2000]
            assert len(re.sub(r"<[^>]*>|\s+", " ", said[0]).split()) > 4, "a sentence, not a number"
