"""Signing in by a link: one mail for one asking, one session for one link, also when all comes at once or breaks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from fastapi import Response
from sqlalchemy import func, select, text

from app.db import transaction
from app.errors import Conflict
from app.models import ResidentLink, ResidentSession
from app.services import mine, outgoing, recovery
from app.services.mailboxes import confirm_report
from app.settings import Settings
from app.web.resident import keep_session

NINA = "nina@example.com"


@pytest.fixture
def asked(session, make_report, clock):
    """A link that the owner of a known address asked for."""
    confirm_report(make_report(email=NINA), at=clock())
    mine.ask_for_link(session, NINA, language="en", at=clock())
    session.commit()
    return session.scalars(select(ResidentLink)).one()


def test_the_same_job_twice_is_one_mail(asked, office, postbox):
    for _ in range(2):
        outgoing.send_link(office, link_id=asked.id)
    assert len(postbox.mails) == 1


def test_asking_makes_one_job_that_names_no_address(asked, session):
    jobs = session.execute(text("SELECT args::text FROM procrastinate_jobs WHERE task_name = 'send_link'")).scalars()
    assert list(jobs) == [f'{{"link_id": {asked.id}}}']


def test_a_job_that_was_lost_is_made_again_and_a_crash_is_not_sent_twice(asked, office, session, clock, postbox):
    session.execute(text("DELETE FROM procrastinate_jobs WHERE task_name = 'send_link'"))
    assert recovery.recover(office).jobless == 1
    asked.start(at=clock())
    session.commit()
    clock.pass_(minutes=30)
    assert recovery.recover(office).cut_off == 1
    outgoing.send_link(office, link_id=asked.id)
    session.refresh(asked)
    assert asked.state == "unknown"
    assert postbox.mails == []


def test_the_cookie_goes_over_tls_only_and_to_this_host_only_where_there_is_tls():
    answer = Response()
    keep_session(answer, Settings(_env_file=None, public_url="https://gatami.example", mine_days=7), "secret")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-gatami_mine=secret;")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax", "Max-Age=604800"} <= set(cookie.split("; "))


@pytest.mark.realdb
def test_two_presses_at_once_are_one_session(real_session_factory, clock):
    with transaction(real_session_factory) as session:
        session.add(
            ResidentLink(
                email=NINA,
                language="en",
                message_id="1@gatami",
                created_at=clock(),
                token_hash=mine.hash_of("token"),
                expires_at=clock() + timedelta(hours=2),
            )
        )
    together = Barrier(4)

    def press(_number: int) -> bool:
        together.wait()
        try:
            with transaction(real_session_factory) as session:
                mine.sign_in(session, "token", before=None, days=30, at=clock())
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(press, range(4))) == [False, False, False, True]
    with transaction(real_session_factory) as session:
        assert session.scalar(select(func.count()).select_from(ResidentSession)) == 1
