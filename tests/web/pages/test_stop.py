"""Stopping mails: by the mail program's own button or one on the page, for one report or all; never by looking."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.models.links import follow_path, stop_all_path, stop_path
from app.web.access_log import mask
from tests.application import SECRET
from tests.people import Browser

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
NINA = "nina@example.org"


@pytest.fixture
def known(session, make_report, clock):
    """A report whose reporter hears of it."""

    def make(email=NINA):
        report = make_report(email=email)
        report.reporter.confirm(at=clock())
        session.commit()
        return report

    return make


@pytest.fixture
def browser(app):
    return Browser(app, follow_redirects=False, headers={"accept-language": "en"})


@pytest.fixture
def quiet(session):
    """The references of the reports that nobody is told about."""

    def ask():
        query = text(
            "SELECT r.reference FROM report r JOIN reporter p ON p.report_id = r.id WHERE p.stopped_at IS NOT NULL"
        )
        return set(session.scalars(query))

    return ask


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("part", ["", "/all"])
def test_a_scanner_that_opens_the_link_stops_nothing(client, known, quiet, method, part):
    path = stop_path(known(), secret=SECRET) + part
    for _ in range(3):
        getattr(client, method)(path)
    assert quiet() == set()


def test_the_mail_program_s_own_button_stops_this_report_without_a_page_of_ours(client, known, quiet):
    report, other = known(), known()
    answer = client.post(stop_path(report, secret=SECRET), data=ONE_CLICK)
    assert answer.status_code == 200
    assert "You get no mails about this report" in answer.text
    assert client.post(stop_path(report, secret=SECRET), data=ONE_CLICK).status_code == 200
    assert quiet() == {report.reference}
    assert other.reference not in quiet()


def test_of_a_mail_about_many_reports_it_stops_all_of_this_address(client, known, quiet):
    report, other, strangers = known(), known("NINA@EXAMPLE.ORG"), known("per@example.org")
    assert client.post(stop_all_path(report, secret=SECRET), data=ONE_CLICK).status_code == 200
    assert quiet() == {report.reference, other.reference}
    assert strangers.reference not in quiet()


def test_a_person_stops_one_report_then_all_and_starts_again(browser, known, quiet):
    report, other = known(), known()
    path = stop_path(report, secret=SECRET)
    assert "You get mails about 1 more report." in browser.look(path)
    answer = browser.submit(path, do="stop")
    assert answer.status_code == 303
    assert quiet() == {report.reference}
    assert "You get no mails about this report" in browser.look(answer.headers["location"])
    browser.submit(path, do="stop-all")
    assert quiet() == {report.reference, other.reference}
    assert "more report" not in browser.look(path)
    browser.submit(path, do="start")
    assert quiet() == {other.reference}
    browser.look(f"{path}/all")
    browser.submit(f"{path}/all", do="stop")
    assert quiet() == {report.reference, other.reference}
    assert "You get no mails about your reports" in browser.look(f"{path}/all")
    browser.submit(f"{path}/all", do="start")
    assert quiet() == set()


def test_another_site_can_not_press_the_buttons(client, known, quiet):
    path = stop_path(known(), secret=SECRET)
    for part in ("", "/all"):
        assert client.post(path + part, data={"do": "stop"}).status_code == 403
    assert quiet() == set()


@pytest.mark.parametrize("part", ["", "/all"])
def test_an_altered_link_says_so_in_plain_words_and_stops_nothing(client, known, quiet, part):
    report, other = known(), known("per@example.org")
    token = stop_path(other, secret=SECRET).rpartition("/")[2]
    for wrong in (token, token[:-1], follow_path(report, secret=SECRET).rpartition("/")[2], "x"):
        path = f"/stop/{report.shown_reference}/{wrong}{part}"
        answer = client.post(path, data=ONE_CLICK)
        assert answer.status_code == 404
        assert "This link does not work, or no longer." in client.get(path).text
    assert quiet() == set()


def test_the_link_ends_with_the_address(client, known, session, quiet):
    report = known()
    path = stop_path(report, secret=SECRET)
    session.execute(text("UPDATE reporter SET email = 'per@example.org'"))
    session.commit()
    session.expire_all()
    assert client.post(path, data=ONE_CLICK).status_code == 404
    session.execute(text("UPDATE reporter SET email = NULL"))
    session.commit()
    session.expire_all()
    assert client.post(path, data=ONE_CLICK).status_code == 404


def test_the_page_tells_nobody_where_its_reader_came_from_and_stands_masked_in_the_log(client, known):
    path = stop_path(known(), secret=SECRET)
    answer = client.get(path)
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-robots-tag"] == "noindex"
    for part in ("", "/all"):
        masked = mask(path + part)
        assert path.rpartition("/")[2] not in masked
        assert masked.endswith(f"/***{part}")


def test_an_unknown_button_is_refused(browser, known):
    path = stop_path(known(), secret=SECRET)
    browser.look(path)
    assert browser.submit(path, do="explode").status_code == 422
