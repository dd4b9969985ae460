"""Dates on the pages: told in words, set by who may, refused to a colleague from another unit and to a stranger."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from lxml import html
from sqlalchemy import select

from app.models import Actor, Notification, Update

OSLO = ZoneInfo("Europe/Oslo")


@pytest.fixture
def forwarded(make_report, kari, session, clock):
    """A report that Bydrift has, with a reporter whose address is confirmed."""
    report = make_report(email="siri@example.com", name="Siri", description="The lamp at my gate is dark.")
    report.reporter.confirm(at=clock())
    report.forward("bydrift", actor=Actor.of(kari), at=clock())
    session.commit()
    return report


def mails(session, report):
    of_status = (Notification.report_id == report.id, Notification.kind == "status")
    return session.scalars(select(Notification).where(*of_status)).all()


def text(page: str) -> str:
    return " ".join(html.document_fromstring(page).text_content().split())


def field(page: str, form: str, name: str) -> str:
    (found,) = html.document_fromstring(page).xpath(f'//form[contains(@action, "{form}")]//*[@name="{name}"]')
    return (found.text_content() if found.tag == "textarea" else found.get("value") or "").strip()


def test_time_left_is_said_in_words_with_a_drawing(browser_of, kari, make_report, session, clock):
    report = make_report()
    browser = browser_of(kari)
    for due, words, state in (
        (timedelta(days=-3), "3 days overdue", "over"),
        (timedelta(hours=1), "Due today", "today"),
        (timedelta(days=2), "Due in 2 days", "soon"),
        (timedelta(days=9), "Due in 9 days", "later"),
    ):
        report.due_at = clock() + due
        session.commit()
        page = html.document_fromstring(browser.look(f"/staff/reports/{report.reference}"))
        (shown, *_) = page.xpath("//header//*[@data-due]")
        assert shown.get("data-due") == state
        assert words in shown.text_content()
        assert shown.xpath(".//*[local-name()='svg']"), "never by colour alone"
    report.waiting_since = clock()
    session.commit()
    assert "Waits for the reporter, the date stands still" in text(browser.look(f"/staff/reports/{report.reference}"))


def test_the_desk_sets_another_date_and_takes_it_back(browser_of, kari, forwarded, session, clock):
    browser = browser_of(kari)
    page = browser.look(f"/staff/reports/{forwarded.reference}")
    version = field(page, "/due", "version")
    before = forwarded.due_at
    answer = browser.submit(
        f"/staff/reports/{forwarded.reference}/due", due="2027-01-15", words="It comes in January.", version=version
    )
    assert answer.status_code == 303, answer.text[:500]
    session.refresh(forwarded)
    assert forwarded.due_at.astimezone(OSLO).strftime("%d.%m.%Y %H") == "15.01.2027 16"
    assert len(mails(session, forwarded)) == 1
    page = browser.look(answer.headers["location"])
    assert "set by hand" in text(page)
    undone = browser.submit(
        f"/staff/reports/{forwarded.reference}/undo", update=field(page, "/undo", "update"),
    )  # fmt: skip
    assert undone.status_code == 303
    session.refresh(forwarded)
    assert forwarded.due_at == before
    assert [one.state for one in mails(session, forwarded)] == ["cancelled"]


def test_what_is_wrong_is_said_beside_the_field_and_the_words_are_kept(browser_of, kari, forwarded):
    browser = browser_of(kari)
    browser.look(f"/staff/reports/{forwarded.reference}")
    answer = browser.submit(f"/staff/reports/{forwarded.reference}/due", due="2020-01-01", words="Kept words")
    assert answer.status_code == 422
    assert "Choose today or a later day." in text(answer.text)
    assert field(answer.text, "/due", "words") == "Kept words"
    answer = browser.submit(f"/staff/reports/{forwarded.reference}/due", due="in spring", words="Kept words")
    assert "Choose a day." in text(answer.text)


def test_the_proposed_interim_reply_is_sent_as_it_stands(browser_of, kari, forwarded, session, clock):
    clock.pass_(days=40)
    browser = browser_of(kari)
    page = browser.look(f"/staff/reports/{forwarded.reference}")
    assert "Interim reply was due 30 December 2026" in text(page)
    words = field(page, "/interim", "words")
    assert "22 January 2027" in words, "ten working days from now, as the old date is over"
    answer = browser.submit(
        f"/staff/reports/{forwarded.reference}/interim",
        **{name: field(page, "/interim", name) for name in ("words", "due", "expected", "version")},
    )
    assert answer.status_code == 303, answer.text[:500]
    session.refresh(forwarded)
    assert forwarded.due_at.astimezone(OSLO).strftime("%d.%m.%Y") == "22.01.2027"
    assert forwarded.interim_sent_at == clock()
    assert len(mails(session, forwarded)) == 1
    assert "Interim reply was due" not in text(browser.look(f"/staff/reports/{forwarded.reference}"))


def test_another_day_is_promised_in_the_words_as_well(browser_of, kari, forwarded, session, clock):
    clock.pass_(days=40)
    browser = browser_of(kari)
    page = browser.look(f"/staff/reports/{forwarded.reference}")
    given = {name: field(page, "/interim", name) for name in ("words", "expected", "version")}
    browser.submit(f"/staff/reports/{forwarded.reference}/interim", due="2027-03-01", **given)
    said = session.scalars(select(Update).where(Update.kind == "interim")).one()
    session.refresh(said, ["note"])
    assert "1 March 2027" in said.note.body
    assert "22 January 2027" not in said.note.body


def test_that_nobody_gets_the_mail_is_said(browser_of, kari, make_report, clock):
    report = make_report()
    clock.pass_(days=40)
    page = browser_of(kari).look(f"/staff/reports/{report.reference}")
    assert "the reporter left no address that works" in text(page)


@pytest.mark.parametrize("verb", ["due", "interim"])
def test_the_unit_that_has_it_does_both_and_takes_it_back(browser_of, ola, forwarded, session, verb):
    browser = browser_of(ola)
    path = f"/staff/inbox/{forwarded.shown_reference}"
    browser.look(path)
    before = forwarded.due_at
    answer = browser.submit(f"{path}/{verb}", due="2027-01-15", words="The part comes in January.")
    assert answer.status_code == 303, answer.text[:500]
    session.refresh(forwarded)
    assert forwarded.due_at > before
    (mail,) = mails(session, forwarded)
    page = browser.look(path)
    assert "The mail waits for a few seconds" in text(page)
    assert browser.submit(f"{path}/undo", update=field(page, "/undo", "update")).status_code == 303
    session.expire_all()
    assert forwarded.due_at == before
    assert mail.state == "cancelled"


def test_a_mistake_at_the_unit_keeps_the_words(browser_of, ola, forwarded):
    browser = browser_of(ola)
    path = f"/staff/inbox/{forwarded.shown_reference}"
    browser.look(path)
    answer = browser.submit(f"{path}/due", due="", words="Kept words")
    assert answer.status_code == 422
    assert "Choose a day." in text(answer.text)
    assert field(answer.text, "/due", "words") == "Kept words"


@pytest.mark.parametrize("verb", ["due", "interim", "undo"])
def test_a_colleague_from_another_unit_and_a_stranger_change_nothing(browser_of, eva, per, forwarded, session, verb):
    given = {"due": "2027-01-15", "words": "Never.", "update": "1"}
    before = forwarded.due_at
    for who in (eva, per, None):
        browser = browser_of(who)
        for path in (f"/staff/inbox/{forwarded.shown_reference}", f"/staff/reports/{forwarded.reference}"):
            answer = browser.submit(f"{path}/{verb}", **given)
            assert answer.status_code in {303, 403, 404}, (who, path, answer.status_code)
            assert answer.status_code != 303 or "/staff/sign-in" in answer.headers["location"]
    session.expire_all()
    assert forwarded.due_at == before
    assert not mails(session, forwarded)


def test_the_overdue_ones_of_a_unit_are_one_press_away(browser_of, ola, forwarded, make_report, kari, session, clock):
    late = make_report()
    late.forward("bydrift", actor=Actor.of(kari), at=clock())
    late.due_at = clock() - timedelta(days=1)
    session.commit()
    page = browser_of(ola).look("/staff/inbox?late=1&unit=bydrift")
    assert late.shown_reference in page
    assert forwarded.shown_reference not in page


def test_the_public_page_and_the_follow_page_tell_the_words_once_they_cannot_be_undone(
    browser_of, kari, forwarded, client
):
    browser = browser_of(kari)
    browser.look(f"/staff/reports/{forwarded.reference}")
    browser.submit(f"/staff/reports/{forwarded.reference}/due", due="2027-01-15", words="The part comes in January.")
    page = text(client.get(f"/reports/{forwarded.shown_reference}").text)
    assert "It should now be done by 15 January 2027, say those who work on it:" in page
    assert "The part comes in January." in page


def test_the_list_for_a_spreadsheet_says_how_much_time_is_left(browser_of, kari, forwarded):
    lines = browser_of(kari).get("/staff/reports/export.csv").text.splitlines()
    assert "Time left" in lines[0]
    assert "Due in 29 days" in lines[1]
