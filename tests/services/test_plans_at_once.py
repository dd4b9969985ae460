"""One planner asks again and again in the same moment: each plan has a turn of its own, and there are ten at most."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from app.db import transaction
from app.errors import Conflict
from app.models import RoutePlan, Staff, StaffUnit
from app.services import plans
from app.services.plan_asking import MOST_UNFINISHED
from tests.application import STORGATA

pytestmark = pytest.mark.realdb


def test_many_plans_asked_for_at_once_have_turns_of_their_own_and_stop_at_the_limit(real_session_factory, rules, clock):
    at, (lat, lon) = clock(), STORGATA
    wanted = plans.Round(unit_code="bydrift", start_lat=lat, start_lon=lon).wanted(rules=rules, at=at)
    with transaction(real_session_factory) as session:
        ola = Staff(
            email="ola@tromso.example", name="Ola", role="unit", created_at=at, active=True, language="nb",
            memberships=[StaffUnit(unit_code="bydrift")],
        )  # fmt: skip
        session.add(ola)
        session.flush()
        ola_id = ola.id

    def ask(_):
        try:
            with transaction(real_session_factory) as session:
                plans.ask(session, wanted, rules=rules, by=session.get_one(Staff, ola_id), at=at)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        kept = list(pool.map(ask, range(MOST_UNFINISHED + 6)))
    assert kept.count(True) == MOST_UNFINISHED
    with real_session_factory() as session:
        turns = [plan.asked["turn"] for plan in session.scalars(select(RoutePlan))]
        assert sorted(turns) == list(range(MOST_UNFINISHED))
