"""The reporter's buttons on the own page: each may be pressed twice, from two tabs, by nobody else, and in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.models import SYSTEM, Actor, Report
from app.models.links import follow_path
from tests.application import SECRET, Clock
from tests.web.pages.forms import form_of
from tests.web.pages.test_follow import reload
from tests.web.pages.test_front import jpeg

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session
    from starlette.testclient import TestClient

    from app.models import Staff

NOUNS = ("withdrawal", "disappearance", "reopening", "reply", "words", "correction", "confirmation")


@pytest.fixture
def report(make_report: Callable[..., Report]) -> Report:
    return make_report(description="My neighbour Odd drives into it", email="me@example.com")


@pytest.fixture
def path(report: Report) -> str:
    return follow_path(report, secret=SECRET)


def kinds(session: Session, report: Report) -> list[str]:
    return [update.kind for update in reload(session, report).updates]


@pytest.mark.parametrize("noun", NOUNS)
def test_a_stranger_and_another_site_change_nothing(
    client: TestClient, session: Session, report: Report, path: str, noun: str
) -> None:
    fields = form_of(client.get(path).text, f"{path}/reply").fields | {"words": "Mine now", "hide": "yes"}
    before = kinds(session, report)
    altered = path[:-2] + ("xy" if not path.endswith("xy") else "yx")
    assert client.post(f"{altered}/{noun}", data=fields).status_code == 404
    assert client.post(f"{path}/{noun}", data=fields | {"csrf_token": "0" * 64}).status_code == 403
    assert client.get(f"{path}/{noun}").status_code in (200, 405)
    after = reload(session, report)
    assert ([update.kind for update in after.updates], after.status) == (before, "new")


def test_no_longer_a_problem_is_no_mistake_and_two_taps_are_one(
    client: TestClient, session: Session, report: Report, path: str
) -> None:
    form = form_of(client.get(path).text, f"{path}/disappearance").fill(words="Somebody mended it")
    for _ in range(2):
        assert client.post(form.action, data=form.fields).headers["location"] == path
    assert kinds(session, report) == ["submitted", "gone"]
    page = client.get(path).text
    assert "It is no longer a problem, you told us." in page
    assert "Somebody mended it" in page
    assert client.get(f"/reports/{report.shown_reference}").status_code == 410


def test_a_second_tap_on_withdraw_is_answered_kindly(
    client: TestClient, session: Session, report: Report, path: str
) -> None:
    form = form_of(client.get(path).text, f"{path}/withdrawal")
    client.post(form.action, data=form.fields)
    client.get(path)
    assert client.post(form.action, data=form.fields).status_code == 303
    assert "Your report was withdrawn before." in client.get(path).text
    assert kinds(session, report) == ["submitted", "withdrawn"]


def test_what_the_desk_closed_meanwhile_says_so_and_keeps_the_words(
    client: TestClient, session: Session, report: Report, path: str, clock: Clock
) -> None:
    form = form_of(client.get(path).text, f"{path}/disappearance").fill(words="It is gone")
    report.fix(actor=SYSTEM, at=clock())
    session.commit()
    answer = client.post(form.action, data=form.fields)
    assert answer.status_code == 409
    assert "The report is closed already." in answer.text


def test_still_broken_from_two_tabs_is_one_reopening_and_says_so(
    client: TestClient, session: Session, report: Report, path: str, clock: Clock
) -> None:
    report.fix(actor=SYSTEM, at=clock())
    session.commit()
    tabs = [form_of(client.get(path).text, f"{path}/reopening").fill(words="Dark again") for _ in range(2)]
    for tab in tabs:
        assert tab.send(client).status_code == 303
    assert "You have told us already that it is still broken." in client.get(path).text
    assert kinds(session, report).count("reopened") == 1


def test_the_same_form_with_photos_sent_twice_adds_them_once(
    client: TestClient, session: Session, report: Report, path: str
) -> None:
    form = form_of(client.get(path).text, f"{path}/reply").fill(words="See this")
    for _ in range(2):
        assert form.send(client, files=[("a.jpg", jpeg())]).status_code == 303
    after = reload(session, report)
    assert len(after.photos) == 1
    assert [update.kind for update in after.updates].count("replied") == 1


def test_control_characters_are_dropped_and_a_long_text_is_kept_to_be_shortened(
    client: TestClient, session: Session, report: Report, path: str
) -> None:
    form = form_of(client.get(path).text, f"{path}/reply")
    assert form.fill(words="Da\x00rk\x1b[2J \u202eagain").send(client).status_code == 303
    note = next(update.note for update in reload(session, report).updates if update.kind == "replied")
    assert note.body == "Dark[2J again"
    form = form_of(client.get(path).text, f"{path}/reply")
    answer = form.fill(words="æ" * 3001).send(client)
    assert answer.status_code == 422
    assert "æ" * 3001 in answer.text


def test_hidden_words_are_hidden_at_once_and_the_desk_cannot_show_them(
    client: TestClient,
    session: Session,
    report: Report,
    path: str,
    kari: Staff,
    browser_of: Callable[..., object],
    clock: Clock,
) -> None:
    form_of(client.get(path).text, f"{path}/reply").fill(words="See").send(client, files=[("a.jpg", jpeg())])
    report = reload(session, report)
    report.text_public = report.photos[0].public = True
    session.commit()
    public = f"/reports/{report.shown_reference}"
    assert "Odd drives" in client.get(public).text
    hide = form_of(client.get(path).text, f"{path}/words")
    assert client.post(hide.action, data=hide.fields).status_code == 303
    assert "Odd drives" not in client.get(public).text
    assert "/photos/" not in client.get(public).text
    assert "Odd drives" in client.get(path).text
    desk = browser_of(kari)
    page = desk.look(f"/staff/reports/{report.reference}")
    assert "does not want words and photos to be shown" in page
    answer = desk.submit(f"/staff/reports/{report.reference}/publication", public="1")
    assert answer.status_code in (303, 409)
    assert reload(session, report).text_public is False
    show = form_of(client.get(path).text, f"{path}/words")
    client.post(show.action, data=show.fields)
    after = reload(session, report)
    assert (after.words_withheld_at, after.text_public) == (None, False)


def test_an_address_that_is_switched_off_says_what_to_do(
    client: TestClient, session: Session, report: Report, path: str, clock: Clock
) -> None:
    assert "We wait for you to press the button in the mail to me@example.com" in client.get(path).text
    reporter = reload(session, report).reporter
    reporter.confirm(at=clock())
    reporter.bounced_at = clock()
    session.commit()
    assert "Mails to me@example.com come back" in client.get(path).text
    reporter.bounced_at, reporter.stopped_at = None, clock()
    session.commit()
    assert "You stopped the mails to me@example.com." in client.get(path).text


def test_a_link_that_opens_nothing_says_how_to_get_another(client: TestClient, report: Report, path: str) -> None:
    answer = client.get(path[:-3])
    assert answer.status_code == 404
    assert "This link does not work" in answer.text
    assert 'href="/mine"' in answer.text
    assert "Odd" not in answer.text


def test_a_hidden_report_is_still_its_senders(
    client: TestClient, session: Session, report: Report, path: str, clock: Clock
) -> None:
    report.hidden_at = clock()
    session.commit()
    page = client.get(path).text
    assert "hidden this report from everybody else" in page
    assert "What everybody else sees" not in page
    assert form_of(page, f"{path}/reply").fill(words="More").send(client).status_code == 303


def test_what_was_sent_on_takes_more_words_and_what_was_only_referred_does_not(
    client: TestClient, session: Session, report: Report, path: str, clock: Clock, kari: Staff, rules: object
) -> None:
    from app.services import forwarding

    report.refer("statens_vegvesen", actor=Actor.of(kari), at=clock())
    session.commit()
    assert f'action="{path}/reply"' not in client.get(path).text
    report = reload(session, report)
    report.reopen(actor=SYSTEM, at=clock())
    forwarding.forward(session, report, "statens_vegvesen", rules=rules, by=kari, at=clock())
    session.commit()
    assert form_of(client.get(path).text, f"{path}/reply").fill(words="More").send(client).status_code == 303
    assert reload(session, report).status == "referred"


def test_the_unit_sees_in_its_inbox_what_is_new_and_what_came_back(
    client: TestClient,
    session: Session,
    report: Report,
    path: str,
    clock: Clock,
    kari: Staff,
    ola: Staff,
    eva: Staff,
    browser_of: Callable[..., object],
) -> None:
    report.forward("bydrift", actor=Actor.of(kari), at=clock())
    session.commit()
    inbox = browser_of(ola)
    assert "New from the reporter" not in inbox.look("/staff/inbox")
    form_of(client.get(path).text, f"{path}/reply").fill(words="It hums as well").send(client)
    assert "New from the reporter" in inbox.look("/staff/inbox")
    assert "It hums as well" in inbox.look(f"/staff/inbox/{report.shown_reference}")
    inbox.submit(f"/staff/inbox/{report.shown_reference}/repair", words="New bulb")
    form_of(client.get(path).text, f"{path}/reopening").fill(words="Dark").send(client)
    page = inbox.look("/staff/inbox")
    assert "Still broken, says the reporter" in page
    assert report.shown_reference in page
    assert report.shown_reference not in browser_of(eva).look("/staff/inbox")
