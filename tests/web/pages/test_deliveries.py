"""The page "Could not be delivered": the reason in plain words, trying again, calling back; for the desk alone."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import joinedload

from app.models import Delivery, Forwarding, Notification, Report
from app.services import bounces, forwarding, outgoing


@pytest.fixture
def stuck(session, make_report, rules, kari, clock):
    """A forwarded report's mail that failed, or that nobody knows of: `stuck("unknown")`."""

    def make(state="failed", error="recipient: 550 5.1.1 No such mailbox", **given):
        made = forwarding.forward(
            session, make_report(**given), "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=0
        )
        session.flush()
        row = session.scalars(
            select(Delivery).where(Delivery.forwarding_id == made.id, Delivery.channel == "email")
        ).one()
        row.start(at=clock())
        row.state, row.last_error = state, error
        session.commit()
        return row

    return make


@pytest.fixture
def stuck_mail(session, make_report):
    """A receipt that did not arrive."""

    def make(state="failed", email="resident@example.org"):
        report = make_report(email=email)
        row = session.scalars(select(Notification).where(Notification.report_id == report.id)).one()
        row.state, row.last_error = state, "recipient: 550 no"
        session.commit()
        return row

    return make


def test_an_empty_page_says_that_all_is_well(browser_of, kari):
    assert "Everything has been delivered." in browser_of(kari).look("/staff/deliveries")


def test_the_reason_is_told_in_plain_words(browser_of, kari, stuck):
    stuck()
    page = browser_of(kari).look("/staff/deliveries")
    assert "The mail server does not take mail for this address." in page
    assert "550 5.1.1 No such mailbox" in page
    assert "bydrift@tromso.example" in page
    assert "Did not arrive" in page


def test_a_reporter_s_address_is_not_shown(browser_of, kari, stuck_mail):
    stuck_mail()
    page = browser_of(kari).look("/staff/deliveries")
    assert "Receipt to the reporter" in page
    assert "resident@example.org" not in page


def test_trying_again_sends_it_once(browser_of, kari, stuck, session, office, postbox):
    row = stuck()
    browser = browser_of(kari)
    browser.look("/staff/deliveries")
    assert browser.submit(f"/staff/deliveries/{row.id}/attempt").status_code == 303
    outgoing.deliver(office, delivery_id=row.id)
    session.refresh(row)
    assert (row.state, len(postbox.mails)) == ("sent", 1)
    assert browser.submit(f"/staff/deliveries/{row.id}/attempt").status_code == 409


def test_what_the_unit_has_is_settled_by_hand(browser_of, kari, stuck, session):
    row = stuck("unknown", "crashed")
    browser = browser_of(kari)
    assert "May have arrived" in browser.look("/staff/deliveries")
    browser.submit(f"/staff/deliveries/{row.id}/arrival")
    session.refresh(row)
    assert row.state == "sent"
    assert "Everything has been delivered." in browser.look("/staff/deliveries")


def test_calling_back_brings_the_report_to_the_queue(browser_of, kari, stuck, session):
    row = stuck("unknown", "broken")
    browser = browser_of(kari)
    browser.look("/staff/deliveries")
    browser.submit(f"/staff/deliveries/{row.id}/call-back")
    session.expire_all()
    state = session.execute(text("SELECT status, unit_code FROM report")).one()
    assert state == ("new", None)
    kinds = session.scalars(select(Delivery.kind).order_by(Delivery.id)).all()
    assert kinds == ["forward", "forward", "call_back"]


def test_a_mail_to_a_reporter_that_may_have_arrived_is_never_sent_again(browser_of, kari, stuck_mail, session):
    row = stuck_mail("unknown")
    browser = browser_of(kari)
    assert f"/notifications/{row.id}/attempt" not in browser.look("/staff/deliveries")
    assert browser.submit(f"/staff/deliveries/notifications/{row.id}/attempt").status_code == 409


def test_a_mail_to_a_reporter_that_failed_is_tried_again(browser_of, kari, stuck_mail, session, office, postbox):
    row = stuck_mail()
    browser = browser_of(kari)
    browser.look("/staff/deliveries")
    browser.submit(f"/staff/deliveries/notifications/{row.id}/attempt")
    outgoing.notify(office, notification_id=row.id)
    assert [mail["To"] for mail in postbox.mails] == ["resident@example.org"]


@pytest.mark.parametrize("who", ["ola", "eva", "per"])
def test_colleagues_from_units_and_crews_neither_see_nor_act(request, browser_of, stuck, session, who):
    row = stuck()
    browser = browser_of(request.getfixturevalue(who))
    assert browser.get("/staff/deliveries").status_code == 403
    for verb in ("attempt", "arrival", "call-back"):
        assert browser.submit(f"/staff/deliveries/{row.id}/{verb}").status_code == 403
    session.refresh(row)
    assert row.state == "failed"


def test_a_stranger_is_sent_to_the_sign_in_page(browser_of, stuck, session):
    row = stuck()
    browser = browser_of(None)
    assert browser.get("/staff/deliveries").headers["location"].startswith("/staff/sign-in")
    browser.submit(f"/staff/deliveries/{row.id}/attempt")
    session.refresh(row)
    assert row.state == "failed"


def test_a_form_from_elsewhere_does_nothing(browser_of, kari, stuck, session):
    row = stuck()
    answer = browser_of(kari).post(f"/staff/deliveries/{row.id}/attempt", data={"csrf_token": "made up"})
    assert answer.status_code == 403
    session.refresh(row)
    assert row.state == "failed"


def test_the_page_is_in_bokmal_without_an_english_word_left(browser_of, kari, stuck, stuck_mail):
    stuck()
    stuck("unknown", "broken: timed out")
    stuck_mail()
    browser = browser_of(kari)
    browser.cookies.set("gatami_language", "nb")
    page = browser.look("/staff/deliveries")
    assert "Kunne ikke leveres" in page
    assert "E-postserveren tar ikke imot e-post til denne adressen." in page
    for english in ("Try again", "Send again", "May have arrived", "The unit", "Receipt"):
        assert english not in page


def test_many_rows_need_no_more_queries_than_few(browser_of, kari, stuck, stuck_mail, count_queries):
    for number in range(6):
        stuck()
        stuck_mail(email=f"resident{number}@example.org")
    browser = browser_of(kari)
    with count_queries() as counted:
        browser.look("/staff/deliveries")
    assert counted.number <= 12


def test_the_desk_sees_whose_mails_come_back_and_whom_it_can_phone(session, make_report, clock, browser_of, kari):
    report, closed = make_report(email="nina@example.org"), make_report(email="nina@example.org")
    report.reporter.phone = "77 79 00 00"
    bounces.bounced(session, "NINA@example.org", at=clock())
    session.execute(text("UPDATE report SET status = 'fixed', closed_at = now() WHERE id = :id"), {"id": closed.id})
    session.commit()
    session.expire_all()
    page = browser_of(kari).look("/staff/deliveries")
    assert "Mails come back" in page
    assert report.shown_reference in page
    assert "77 79 00 00" in page
    assert closed.shown_reference not in page
    assert "nina@example.org" not in page
    bounces.works_again(session, "nina@example.org", at=clock())
    session.commit()
    assert "Mails come back" not in browser_of(kari).look("/staff/deliveries")


def test_the_desk_is_told_when_no_more_addresses_are_switched_off(session, make_report, clock, browser_of, kari):
    for number in range(20):
        make_report(email=f"gone{number}@example.org")
    session.execute(text("UPDATE reporter SET bounced_at = :at WHERE email <> 'gone0@example.org'"), {"at": clock()})
    session.commit()
    browser = browser_of(kari)
    assert "no more addresses are switched off" not in browser.look("/staff/deliveries")
    session.execute(text("UPDATE reporter SET bounced_at = :at"), {"at": clock()})
    session.commit()
    assert "no more addresses are switched off" in browser.look("/staff/deliveries")


def test_the_report_says_what_did_not_arrive_to_whom_and_offers_the_same(browser_of, kari, stuck, session):
    row = stuck()
    reference = session.get(Forwarding, row.forwarding_id, options=[joinedload(Forwarding.report)]).report.reference
    browser = browser_of(kari)
    for page in (f"/staff/reports/{reference}", f"/staff/queue?waiting_for=undelivered&report={reference}"):
        html = browser.look(page)
        assert "bydrift@tromso.example" in html
        assert "The mail server does not take mail for this address." in html
        assert f'action="/staff/deliveries/{row.id}/attempt"' in html
    answer = browser.submit(
        f"/staff/deliveries/{row.id}/arrival", report=reference, from_queue="1", in_filter="waiting_for=undelivered"
    )
    assert answer.headers["location"] == f"/staff/queue?report={reference}&waiting_for=undelivered"
    assert f"/staff/deliveries/{row.id}/" not in browser.look(f"/staff/reports/{reference}")


def test_a_reporters_mail_that_failed_is_said_on_the_report_without_the_address(browser_of, kari, stuck_mail, session):
    row = stuck_mail()
    reference = session.scalars(select(Report.reference)).one()
    html = browser_of(kari).look(f"/staff/reports/{reference}")
    assert "Receipt to the reporter" in html
    assert f'action="/staff/deliveries/notifications/{row.id}/attempt"' in html


def test_a_report_of_which_all_arrived_costs_no_look_at_what_did_not(browser_of, kari, make_report, count_queries):
    report = make_report()
    browser = browser_of(kari)
    with count_queries() as queries:
        browser.look(f"/staff/queue/reports/{report.reference}")
    assert not [one for one in queries.statements if "UNION ALL" in one and "last_error" in one]
