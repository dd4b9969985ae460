"""What the holder of a follow link does: everything may come twice, and nobody drives where nothing is to be done."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.db import transaction
from app.errors import Conflict, Invalid, TooMany
from app.models import SYSTEM, Actor, Notification, Report, Stop, StopOutcome, StopReport, Support, Update
from app.services import field, following, moderation, plans
from app.services.drafts import ReportDraft
from app.services.driving import Driver
from app.services.following import Said
from app.services.plans import Round
from app.services.reporting import submit_report
from tests.application import STORGATA

DAYS = 60


def loaded(session, report):
    session.expire_all()
    report = session.get_one(Report, report.id)
    for name in ("updates", "photos", "reporter"):
        session.refresh(report, [name])
    return report


def kinds(session, report):
    query = select(Update.kind).where(Update.report_id == report.id)
    return list(session.scalars(query.order_by(Update.id)))


@pytest.fixture
def report(make_report, session):
    return loaded(session, make_report(description="My neighbour Odd drives into it", email="me@example.com"))


@pytest.fixture
def planned(make_report, per, kari, session, rules, clock):
    """Two places on Per's list: the first has two reports, the second one."""
    reports = [make_report(lat=STORGATA[0] + north, lon=STORGATA[1]) for north in (0.001, 0.00105, 0.004)]
    for report in reports:
        report.forward("bydrift", actor=Actor.of(kari), at=clock())
    session.commit()
    wanted = Round(unit_code="bydrift", start_lat=STORGATA[0], start_lon=STORGATA[1])
    route_list = plans.plan(session, wanted, rules=rules, by=per, at=clock())
    session.commit()
    return route_list, reports


def stop_of(session, report):
    return session.scalars(select(Stop).join(Stop.entries).where(StopReport.report_id == report.id)).one()


def test_still_broken_twice_is_one_reopening_and_new_words_are_kept(session, report, clock):
    report.fix(actor=SYSTEM, at=clock())
    session.commit()
    said = [
        following.still_broken(session, loaded(session, report), words=words, key=key, at=clock(), days=DAYS)
        for words, key in (("Dark", "a"), ("Dark", "a"), ("Dark", "b"), ("", "c"), ("And it hums", "d"))
    ]
    assert said == [Said.NOW, Said.BEFORE, Said.BEFORE, Said.BEFORE, Said.ADDED]
    assert kinds(session, report).count("reopened") == 1
    assert kinds(session, report).count("replied") == 1


def test_after_the_days_of_the_setting_it_is_too_late(session, report, clock):
    report.fix(actor=SYSTEM, at=clock())
    session.commit()
    for days, late in ((9, True), (10, False)):
        at = clock() + timedelta(days=9, hours=12)
        assert following.can_say_still_broken(report, at=at, days=days) is not late
    with pytest.raises(Conflict, match="more than 9 days"):
        following.still_broken(session, loaded(session, report), words="", at=clock() + timedelta(days=10), days=9)


@pytest.mark.parametrize("verb", [following.withdraw, following.say_gone])
def test_an_ended_report_is_ended_once(session, report, clock, verb):
    assert verb(session, report, at=clock()) == Said.NOW
    assert verb(session, loaded(session, report), at=clock()) == Said.BEFORE
    assert kinds(session, report)[1:] == ["gone" if verb is following.say_gone else "withdrawn"]


def test_what_the_desk_closed_cannot_be_withdrawn(session, report, clock):
    report.fix(actor=SYSTEM, at=clock())
    session.commit()
    with pytest.raises(Conflict):
        following.withdraw(session, loaded(session, report), at=clock())


def test_a_crew_does_not_drive_where_nothing_is_to_be_done(session, planned, per, rules, clock):
    route_list, (first, second, third) = planned
    following.say_gone(session, loaded(session, first), at=clock())
    session.commit()
    assert stop_of(session, second).completed_at is None
    following.withdraw(session, loaded(session, third), at=clock())
    session.commit()
    session.expire_all()
    lonely = stop_of(session, third)
    assert (lonely.completed_at, lonely.outcome) == (clock(), None)
    field.complete(
        session, Driver(staff=per), route_list, stop_id=stop_of(session, second).id, outcome=StopOutcome.DONE,
        key="tap", rules=rules, at=clock(),
    )  # fmt: skip
    session.commit()
    session.expire_all()
    assert [session.get_one(Report, one.id).status for one in (first, second, third)] == [
        "withdrawn", "fixed", "withdrawn",
    ]  # fmt: skip


def test_a_report_that_left_a_list_can_be_planned_again(session, planned, per, kari, rules, clock):
    _, (_, _, third) = planned
    following.say_gone(session, loaded(session, third), at=clock())
    session.commit()
    following.still_broken(session, loaded(session, third), words="It is back", at=clock(), days=DAYS)
    session.commit()
    report = loaded(session, third)
    report.forward("bydrift", actor=Actor.of(kari), at=clock())
    session.commit()
    wanted = Round(unit_code="bydrift", start_lat=STORGATA[0], start_lon=STORGATA[1])
    again = plans.plan(session, wanted, rules=rules, by=per, at=clock())
    assert [entry.report_id for stop in again.stops for entry in stop.entries] == [third.id]


def test_whoever_said_mine_too_hears_that_it_is_gone(session, report, clock):
    session.add(
        Support(report_id=report.id, key="k", created_at=clock(), email="other@example.com", confirmed_at=clock())
    )
    report.support_count = 1
    session.commit()
    following.say_gone(session, loaded(session, report), at=clock())
    session.commit()
    told = session.scalars(select(Notification).where(Notification.support_id.is_not(None)))
    assert [row.kind for row in told] == ["status"]


def test_words_that_are_withheld_stay_hidden_whatever_the_desk_wants(session, report, kari, clock):
    report.text_public = True
    session.commit()
    assert following.withhold_words(session, loaded(session, report), withheld=True, at=clock()) == Said.NOW
    assert following.withhold_words(session, report, withheld=True, at=clock()) == Said.BEFORE
    session.commit()
    assert report.text_public is False
    with pytest.raises(Conflict, match="does not want"):
        moderation.publish_text(session, report, public=True, by=kari, at=clock())
    following.withhold_words(session, report, withheld=False, at=clock())
    assert report.text_public is False
    moderation.publish_text(session, report, public=True, by=kari, at=clock())
    assert report.text_public is True


def test_a_long_text_and_an_empty_one_are_refused(session, report, clock):
    for words, sentence in (("x" * 3001, "too long"), ("  ", "Write something")):
        with pytest.raises(Invalid, match=sentence):
            following.tell_more(session, loaded(session, report), words=words, at=clock())


def test_one_link_cannot_flood_the_unit_and_the_desk(session, report, clock):
    for number in range(following.MOST_A_DAY):
        following.tell_more(session, report, words=f"Word {number}", at=clock())
    with pytest.raises(TooMany):
        following.tell_more(session, report, words="One more", at=clock())
    clock.pass_(days=1)
    following.tell_more(session, report, words="The day after", at=clock())


@pytest.mark.realdb
def test_two_tabs_at_once_make_one_reopening(real_session_factory, rules, clock):
    with transaction(real_session_factory) as session:
        draft = ReportDraft(category="lamp_dark", lat=STORGATA[0], lon=STORGATA[1])
        report = submit_report(session, draft, rules=rules, at=clock())
        report.fix(actor=SYSTEM, at=clock())
    start = threading.Barrier(2)

    def tap(key):
        with transaction(real_session_factory) as session:
            mine = loaded(session, report)
            start.wait()
            return following.still_broken(session, mine, words="Dark", key=key, at=clock(), days=DAYS)

    with ThreadPoolExecutor(2) as tabs:
        said = list(tabs.map(tap, ["one", "two"]))
    assert sorted(said, key=str) == [Said.BEFORE, Said.NOW]
    with transaction(real_session_factory) as session:
        assert kinds(session, report).count("reopened") == 1


def test_to_show_the_words_again_is_limited_and_to_hide_them_is_never_refused(session, make_report, clock):
    report = loaded(session, make_report(description="It is dark"))
    with pytest.raises(TooMany):
        for _ in range(following.MOST_A_DAY // 2 + 1):
            following.withhold_words(session, report, withheld=True, at=clock())
            following.withhold_words(session, report, withheld=False, at=clock())
    assert report.words_withheld_at is not None
    clock.pass_(days=1)
    following.withhold_words(session, report, withheld=False, at=clock())
    for _ in range(following.MOST_A_DAY - 1):
        following.not_too_often(session, report, at=clock())
    assert following.withhold_words(session, report, withheld=True, at=clock()) == Said.NOW
