"""Forwarding a report: what is written, what goes out and when, and how it is taken back."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from app.errors import Conflict, Invalid, NotFound
from app.models import Actor, Delivery, Notification, Report, Update
from app.services import forwarding, outgoing


@pytest.fixture
def forward(session, rules, kari, clock):
    """Kari forwards a report: `forward(report, "bydrift")`."""

    def do(report, unit="bydrift", **more):
        made = forwarding.forward(session, report, unit, rules=rules, by=kari, at=clock(), undo_seconds=10, **more)
        session.commit()
        return made

    return do


@pytest.fixture
def confirmed(make_report, session, clock):
    """A report whose reporter confirmed the address."""
    report = make_report(email="resident@example.org", name="Nina")
    report.reporter.confirm(at=clock())
    session.execute(text("UPDATE notification SET state = 'sent'"))
    session.commit()
    return report


def deliveries(session, made):
    return list(session.scalars(select(Delivery).where(Delivery.forwarding_id == made.id).order_by(Delivery.id)))


def jobs(session, name):
    return session.execute(
        text("SELECT args, scheduled_at FROM procrastinate_jobs WHERE task_name = :n ORDER BY id"), {"n": name}
    ).all()


def send_all(session, office):
    for delivery in session.scalars(select(Delivery)).all():
        outgoing.deliver(office, delivery_id=delivery.id)
    for notification in session.scalars(select(Notification)).all():
        outgoing.notify(office, notification_id=notification.id)
    session.expire_all()


def test_every_channel_of_the_unit_gets_a_delivery_and_a_job_after_the_seconds_for_undo(
    session, make_report, forward, clock
):
    made = forward(make_report())
    rows = deliveries(session, made)
    assert [(row.channel, row.address, row.state) for row in rows] == [
        ("inbox", None, "pending"),
        ("email", "bydrift@tromso.example", "pending"),
    ]
    assert [job.args["delivery_id"] for job in jobs(session, "deliver")] == [row.id for row in rows]
    assert {(job.scheduled_at - clock()).total_seconds() for job in jobs(session, "deliver")} == {10}


def test_an_own_unit_gets_the_report_and_an_outside_unit_has_it_referred(session, make_report, forward):
    ours, theirs = make_report(), make_report()
    forward(ours)
    forward(theirs, "statens_vegvesen")
    assert (ours.status, ours.unit_code) == ("forwarded", "bydrift")
    assert (theirs.status, theirs.unit_code) == ("referred", "statens_vegvesen")


def test_the_rule_s_name_is_kept_and_a_correction_counts_against_it(session, make_report, forward):
    right, wrong = make_report(), make_report()
    assert forward(right, right.proposed_unit_code).corrected is False
    made = forward(wrong, "eiendom")
    assert made.corrected is True
    assert made.rule == wrong.proposed_rule


def test_a_report_without_a_place_is_not_forwarded(make_report, forward):
    with pytest.raises(Conflict, match="Place the report"):
        forward(make_report(address="Behind the school"), "statens_vegvesen")


def test_a_unit_that_is_not_in_the_rules_file_is_named_as_the_mistake(make_report, forward):
    with pytest.raises(Invalid) as error:
        forward(make_report(), "no_such_unit")
    assert "unit" in error.value.fields


def test_a_second_tap_does_not_forward_twice(session, make_report, forward):
    report = make_report()
    forward(report)
    with pytest.raises(Conflict, match="already has"):
        forward(report)


def test_a_reporter_who_confirmed_hears_of_it_and_one_who_did_not_does_not(session, confirmed, make_report, forward):
    silent = make_report(email="other@example.org")
    forward(confirmed)
    forward(silent)
    kinds = session.execute(select(Notification.report_id, Notification.kind).order_by(Notification.id)).all()
    assert (confirmed.id, "status") in kinds
    assert (silent.id, "status") not in kinds


def test_the_reporter_is_looked_up_when_the_page_did_not_load_it(session, confirmed, forward):
    session.expire_all()
    forward(session.get(Report, confirmed.id))
    assert session.scalar(select(Notification).where(Notification.kind == "status")) is not None


def test_undo_brings_the_report_back_and_nothing_ever_goes_out(
    session, confirmed, forward, kari, clock, office, postbox
):
    made = forward(confirmed)
    clock.pass_(seconds=5)
    forwarding.cancel(session, made, by=kari, at=clock())
    session.commit()
    assert (confirmed.status, confirmed.unit_code) == ("new", None)
    assert made.undone_at == clock()
    assert {row.state for row in deliveries(session, made)} == {"cancelled"}
    clock.pass_(minutes=1)
    send_all(session, office)
    assert postbox.mails == []


def test_undo_from_one_unit_to_another_gives_it_back_to_the_first(session, make_report, forward, kari, clock):
    report = make_report()
    forward(report)
    clock.pass_(minutes=5)
    made = forward(report, "eiendom")
    forwarding.cancel(session, made, by=kari, at=clock())
    assert (report.status, report.unit_code) == ("forwarded", "bydrift")


def test_a_unit_whose_mail_was_dropped_hears_after_all_when_the_report_comes_back(
    session, make_report, forward, kari, clock, office, postbox
):
    report = make_report()
    first = forward(report)
    clock.pass_(seconds=8)
    second = forward(report, "eiendom")
    clock.pass_(seconds=4)
    for delivery in deliveries(session, first):
        outgoing.deliver(office, delivery_id=delivery.id)
    session.expire_all()
    assert {row.state for row in deliveries(session, first)} == {"cancelled"}
    forwarding.cancel(session, second, by=kari, at=clock())
    session.commit()
    clock.pass_(seconds=1)
    send_all(session, office)
    assert [mail["To"] for mail in postbox.mails] == ["bydrift@tromso.example"]


def test_what_has_gone_out_cannot_be_undone(session, make_report, forward, kari, clock, office, postbox):
    made = forward(make_report())
    clock.pass_(seconds=11)
    send_all(session, office)
    assert len(postbox.mails) == 1
    with pytest.raises(Conflict, match="Call it back"):
        forwarding.cancel(session, made, by=kari, at=clock())


def test_what_the_unit_has_taken_cannot_be_undone(session, make_report, forward, kari, ola, clock):
    report = make_report()
    made = forward(report)
    session.add(report.take(actor=Actor.of(ola), at=clock()))
    session.flush()
    with pytest.raises(Conflict, match="Call it back"):
        forwarding.cancel(session, made, by=kari, at=clock())


def test_history_keeps_both_lines_and_the_public_sees_no_undo(session, make_report, forward, kari, clock):
    report = make_report()
    forwarding.cancel(session, forward(report), by=kari, at=clock())
    session.flush()
    lines = session.execute(select(Update.kind, Update.public).where(Update.report_id == report.id).order_by(Update.id))
    assert [tuple(line) for line in lines] == [("submitted", True), ("forwarded", True), ("undone", False)]


def test_a_called_back_report_is_the_desk_s_again_and_the_unit_gets_a_mail(
    session, make_report, forward, kari, rules, clock, office, postbox
):
    report = make_report()
    made = forward(report)
    clock.pass_(minutes=3)
    send_all(session, office)
    forwarding.call_back(session, made, rules=rules, by=kari, at=clock())
    session.commit()
    assert (report.status, report.unit_code) == ("new", None)
    send_all(session, office)
    assert [mail["Subject"].partition(":")[0] for mail in postbox.mails][1:] == ["Tatt tilbake"]
    assert postbox.mails[1]["To"] == "bydrift@tromso.example"


def test_calling_back_what_never_left_sends_no_mail(session, make_report, forward, kari, rules, clock, office, postbox):
    made = forward(make_report())
    forwarding.call_back(session, made, rules=rules, by=kari, at=clock())
    session.commit()
    clock.pass_(minutes=1)
    send_all(session, office)
    assert postbox.mails == []


def test_only_the_desk_tries_again(session, make_report, forward, kari, ola, per, rules, clock):
    mail = deliveries(session, forward(make_report()))[1]
    mail.state = "failed"
    session.commit()
    for colleague in (ola, per):
        with pytest.raises(NotFound):
            forwarding.retry(session, mail.id, rules=rules, by=colleague, at=clock())
    assert forwarding.retry(session, mail.id, rules=rules, by=kari, at=clock()).state == "pending"


def test_trying_again_uses_the_address_that_the_rules_file_has_now(session, make_report, forward, kari, rules, clock):
    mail = deliveries(session, forward(make_report()))[1]
    mail.state, mail.address = "failed", "misspelt@tromso.example"
    session.commit()
    assert forwarding.retry(session, mail.id, rules=rules, by=kari, at=clock()).address == "bydrift@tromso.example"


def test_what_waits_or_was_sent_is_not_tried_again(session, make_report, forward, kari, rules, clock):
    mail = deliveries(session, forward(make_report()))[1]
    with pytest.raises(Conflict):
        forwarding.retry(session, mail.id, rules=rules, by=kari, at=clock())
