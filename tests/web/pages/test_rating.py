"""One question when a report is closed: one press answers, the next changes it, and only looking stores nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import REPORTER, SYSTEM, Rating
from app.models.links import follow_path, rating_path
from tests.application import NOON, SECRET


@pytest.fixture
def closed(make_report, session, clock):
    """A report that was mended."""

    def make(**given):
        report = make_report(email="nina@example.com", **given)
        report.fix(actor=SYSTEM, at=clock())
        session.commit()
        return report

    return make


@pytest.fixture
def nina(browser_of):
    """Her browser, in which she is nobody that the service knows."""
    return browser_of(None)


def rating_of(session, report):
    session.expire_all()
    session.refresh(report, ["reporter"])  # The link is made with its address.
    return session.scalars(select(Rating).where(Rating.report_id == report.id)).one_or_none()


@pytest.mark.parametrize("score", [1, 2, 3, 4, 5])
def test_the_mails_link_chooses_a_score_and_one_press_sends_it(closed, nina, session, score):
    report = closed()
    page = nina.look(rating_path(report, score, secret=SECRET))
    assert f'name="score" value="{score}" checked' in page
    assert page.count(" checked") == 1
    assert rating_of(session, report) is None
    answer = nina.submit(rating_path(report, secret=SECRET), score=score)
    assert answer.headers["location"] == f"{rating_path(report, secret=SECRET)}/thanks"
    assert rating_of(session, report).score == score


def test_a_scanner_that_opens_every_link_answers_nothing(closed, client, session):
    report = closed()
    for score in (None, 1, 2, 3, 4, 5):
        for method in ("GET", "HEAD"):
            answer = client.request(method, rating_path(report, score, secret=SECRET))
            assert answer.status_code == 200
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["x-robots-tag"] == "noindex"
    assert client.get(f"{rating_path(report, secret=SECRET)}/thanks").status_code == 200
    assert client.post(rating_path(report, secret=SECRET), data={"score": "1"}).status_code == 403
    assert rating_of(session, report) is None


def test_the_last_answer_counts_and_two_taps_are_one(closed, nina, session, clock):
    report = closed()
    nina.look(rating_path(report, 5, secret=SECRET))
    for _ in range(2):
        nina.submit(rating_path(report, secret=SECRET), score=5, words=" Raskt! ")
    assert rating_of(session, report).words == "Raskt!"
    clock.pass_(days=1)
    again = nina.look(rating_path(report, secret=SECRET))
    assert "You have answered. You can change your answer." in again
    assert 'value="5" checked' in again
    nina.submit(rating_path(report, secret=SECRET), score=2, words="")
    found = rating_of(session, report)
    assert (found.score, found.words, found.at) == (2, None, clock())


@pytest.mark.parametrize("typed", ["", "0", "6", "4.5", "-1", "١", "true", "1; DROP TABLE rating"])
def test_a_score_that_is_none_is_said_at_the_field(closed, nina, session, typed):
    report = closed()
    assert nina.get(rating_path(report, secret=SECRET), params={"score": typed}).text.count(" checked") == 0
    nina.look(rating_path(report, secret=SECRET))
    answer = nina.submit(rating_path(report, secret=SECRET), score=typed, words="Mine ord")
    assert answer.status_code == 422
    assert 'href="#score">Choose a number from 1 to 5.' in answer.text
    assert "Mine ord" in answer.text
    assert rating_of(session, report) is None


def test_words_that_are_too_long_are_kept_and_said(closed, nina, session):
    report = closed()
    nina.look(rating_path(report, secret=SECRET))
    answer = nina.submit(rating_path(report, secret=SECRET), score=4, words="ord " * 300)
    assert answer.status_code == 422
    assert "at most 1000 characters" in answer.text
    assert "ord ord" in answer.text
    assert rating_of(session, report) is None


def test_a_report_that_was_opened_again_is_not_rated_until_it_is_closed(closed, nina, session, clock):
    report = closed()
    nina.look(rating_path(report, 1, secret=SECRET))
    report.reopen(actor=REPORTER, at=clock())
    session.commit()
    answer = nina.submit(rating_path(report, secret=SECRET), score=1)
    assert answer.status_code == 409
    assert "The report is open again." in answer.text
    assert 'href="/mine"' in answer.text
    assert "<textarea" not in nina.look(rating_path(report, 1, secret=SECRET))
    assert rating_of(session, report) is None
    report.fix(actor=SYSTEM, at=clock())
    session.commit()
    assert nina.submit(rating_path(report, secret=SECRET), score=5).status_code == 303


def test_whoever_withdrew_a_report_is_not_asked(make_report, nina, session, clock):
    report = make_report()
    report.withdraw(actor=REPORTER, at=clock())
    session.commit()
    assert "so there is nothing to answer" in nina.look(rating_path(report, 1, secret=SECRET))
    assert nina.submit(rating_path(report, secret=SECRET), score=1).status_code == 409


def test_a_link_opens_no_other_report_and_no_altered_one_works(closed, nina, session):
    one, other = closed(), closed()
    token = rating_path(one, secret=SECRET).rpartition("/")[2]
    nina.look(rating_path(one, secret=SECRET))
    for path in (
        f"/rating/{other.shown_reference}/{token}",
        f"/rating/{one.shown_reference}/{token}x",
        f"/rating/{one.shown_reference}/{follow_path(one, secret=SECRET).rpartition('/')[2]}",
        f"/rating/2026-000000/{token}",
    ):
        assert nina.get(path).status_code == 404
        assert "This link does not work" in nina.get(path).text
        assert nina.submit(path, score=1).status_code == 404
    assert rating_of(session, one) is None
    assert rating_of(session, other) is None


def test_those_who_are_not_satisfied_read_what_they_can_do(closed, nina, clock):
    report = closed()
    nina.look(rating_path(report, secret=SECRET))
    nina.submit(rating_path(report, secret=SECRET), score=2)
    thanks = nina.look(f"{rating_path(report, secret=SECRET)}/thanks")
    assert "You answered: 2 – Dissatisfied." in thanks
    assert "Tell us that it is still broken" in thanks
    follow = follow_path(report, secret=SECRET)
    assert follow.rpartition("/")[2] not in thanks, "the rating link lets its reader say how it went and nothing else"
    assert "servicetorget@tromso.example" in thanks
    clock.pass_(days=61)
    assert "Send a new report" in nina.look(f"{rating_path(report, secret=SECRET)}/thanks")
    nina.submit(rating_path(report, secret=SECRET), score=5)
    assert "still broken" not in nina.look(f"{rating_path(report, secret=SECRET)}/thanks")


def test_the_desk_reads_score_and_words_and_nobody_else_does(closed, nina, session, kari, browser_of, count_queries):
    report = closed()
    desk = browser_of(kari)
    with count_queries() as before:
        desk.look(f"/staff/reports/{report.reference}")
    nina.look(rating_path(report, secret=SECRET))
    nina.submit(rating_path(report, secret=SECRET), score=2, words="Det tok <b>for</b> lang tid")
    with count_queries() as after:
        page = desk.look(f"/staff/reports/{report.reference}")
    assert "2 of 5" in page
    assert "Det tok &lt;b&gt;for&lt;/b&gt; lang tid" in page
    assert after.number == before.number
    stranger = browser_of(None)
    for path in ("/reports", f"/reports/{report.reference}", f"/api/reports/{report.reference}", "/about"):
        assert "lang tid" not in stranger.get(path).text


def test_the_public_figure_waits_for_ten_answers_of_the_last_90_days(closed, session, client):
    def answered(count, score, at):
        for _ in range(count):
            session.merge(Rating(report_id=closed().id, score=score, at=at))
        session.commit()

    answered(5, 5, NOON - timedelta(days=91))
    answered(7, 4, NOON - timedelta(days=89))
    answered(2, 3, NOON)
    assert "were satisfied" not in client.get("/about").text
    answered(1, 1, NOON)
    page = client.get("/about").text
    assert "The last 90 days 70 % of those who answered were satisfied or very satisfied. 10 people answered." in page
    assert "Our goal is 80 %." in page


def test_few_queries_and_no_token_in_the_log(closed, client, count_queries, caplog):
    report = closed()
    with count_queries() as counted, caplog.at_level("INFO"):
        client.get(rating_path(report, 4, secret=SECRET))
    assert counted.number <= 2
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("gatami")]
    assert any("/rating/" in line for line in ours)
    assert not any(rating_path(report, secret=SECRET).rpartition("/")[2] in line for line in ours)


def test_the_rating_link_of_an_open_report_leads_nowhere_else(make_report, nina):
    report = make_report(email="nina@example.com")
    page = nina.look(rating_path(report, secret=SECRET))
    assert follow_path(report, secret=SECRET).rpartition("/")[2] not in page
    assert 'href="/mine"' in page


def test_after_the_address_was_corrected_the_old_one_cannot_answer(closed, nina, session):
    report = closed()
    old = rating_path(report, secret=SECRET)
    report.reporter.email = "nina.new@example.com"
    session.commit()
    assert nina.get(old).status_code == 404
    assert nina.get(rating_path(report, secret=SECRET)).status_code == 200
