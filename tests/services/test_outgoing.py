"""Sending: once, in whatever way the other side behaves, and never to somebody who should not get it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.models import Delivery, Notification, NotificationKind, Photo, Report
from app.services import forwarding, notifying, outgoing, recovery, triage, units
from app.storage.images import Processed
from tests.mail import free_port, html_of, text_of


@pytest.fixture
def mail_row(session, make_report, rules, kari, clock):
    """The delivery by mail of a forwarded report, due now: `mail_row("bydrift", description="...")`."""

    def make(unit="bydrift", words=None, **given):
        made = forwarding.forward(
            session, make_report(**given), unit, rules=rules, by=kari, at=clock(), undo_seconds=10, words=words
        )
        session.commit()
        clock.pass_(seconds=11)
        return session.scalars(
            select(Delivery).where(Delivery.forwarding_id == made.id, Delivery.channel == "email")
        ).one()

    return make


@pytest.fixture
def receipt(session, make_report):
    """The receipt of a report with an unconfirmed address."""

    def make(**given):
        report = make_report(email="resident@example.org", **given)
        return session.scalars(select(Notification).where(Notification.report_id == report.id)).one()

    return make


def live_jobs(session, row):
    key = "delivery_id" if isinstance(row, Delivery) else "notification_id"
    query = text(f"SELECT scheduled_at FROM procrastinate_jobs WHERE (args->>'{key}')::bigint = :id ORDER BY id")
    return list(session.scalars(query, {"id": row.id}))


def test_a_unit_gets_one_mail_with_place_map_words_and_reply_to_the_desk(mail_row, office, postbox, session):
    row = mail_row(description="Lampa er mørk", words="Haster litt")
    outgoing.deliver(office, delivery_id=row.id)
    session.refresh(row)
    (mail,) = postbox.mails
    assert row.state == "sent"
    assert mail["To"] == "bydrift@tromso.example"
    assert mail["Reply-To"] == "servicetorget@tromso.example"
    assert mail["Message-ID"] == f"<{row.message_id}>"
    assert mail["Auto-Submitted"] == "auto-generated"
    for body in (text_of(mail), html_of(mail)):
        assert "Lampa er mørk" in body
        assert "Haster litt" in body
        assert "69.64920, 18.95530" in body
        assert "openstreetmap.org/?mlat=69.64920" in body
        assert "http://testserver/staff/inbox/" in body


def test_the_same_job_twice_is_one_mail(mail_row, office, postbox):
    row = mail_row()
    outgoing.deliver(office, delivery_id=row.id)
    outgoing.deliver(office, delivery_id=row.id)
    assert len(postbox.mails) == 1


def test_a_job_that_comes_too_early_waits_for_the_end_of_undo(
    session, make_report, rules, kari, clock, office, postbox
):
    made = forwarding.forward(session, make_report(), "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=10)
    session.commit()
    row = session.scalars(select(Delivery).where(Delivery.forwarding_id == made.id, Delivery.channel == "email")).one()
    outgoing.deliver(office, delivery_id=row.id)
    assert postbox.mails == []
    assert live_jobs(session, row) == [clock() + timedelta(seconds=10)] * 2


def test_a_refused_recipient_is_permanent_and_waits_for_a_person(mail_row, office, postbox, session):
    postbox.recipient_answers = ["550 5.1.1 No such mailbox nils@tromso.example"]
    row = mail_row()
    outgoing.deliver(office, delivery_id=row.id)
    session.refresh(row)
    assert (row.state, row.attempts, row.next_attempt_at) == ("failed", 1, None)
    assert row.last_error.startswith("recipient: 550")
    assert "nils" not in row.last_error
    assert len(live_jobs(session, row)) == 1


def test_a_refused_mail_is_permanent(mail_row, office, postbox, session):
    postbox.mail_answers = ["554 5.7.1 Spam"]
    row = mail_row()
    outgoing.deliver(office, delivery_id=row.id)
    session.refresh(row)
    assert row.state == "failed"


def test_a_busy_server_is_tried_again_later_and_then_takes_it_once(mail_row, office, postbox, session, clock):
    postbox.recipient_answers = ["451 4.3.0 Try again later"]
    row = mail_row()
    outgoing.deliver(office, delivery_id=row.id)
    session.refresh(row)
    assert (row.state, row.attempts) == ("pending", 1)
    assert row.next_attempt_at == clock() + timedelta(seconds=30)
    assert live_jobs(session, row)[-1] == row.next_attempt_at
    clock.pass_(seconds=31)
    outgoing.deliver(office, delivery_id=row.id)
    session.refresh(row)
    assert (row.state, row.attempts, row.last_error) == ("sent", 2, None)
    assert len(postbox.mails) == 1


def test_a_server_that_is_down_loses_nothing(mail_row, office, session, clock):
    row = mail_row()
    office.settings.smtp_port = free_port()
    for _ in range(8):
        outgoing.deliver(office, delivery_id=row.id)
        clock.pass_(hours=3)
    session.refresh(row)
    assert (row.state, row.attempts) == ("failed", 8)
    assert row.last_error.startswith("no_server")


def test_a_connection_that_breaks_before_the_answer_leaves_unknown_and_is_not_repeated(
    mail_row, office, postbox, session
):
    postbox.hang_up_after_data = True
    row = mail_row()
    outgoing.deliver(office, delivery_id=row.id)
    session.refresh(row)
    assert row.state == "unknown"
    postbox.hang_up_after_data = False
    outgoing.deliver(office, delivery_id=row.id)
    recovery.recover(office)
    assert len(postbox.mails) == 1


def test_a_crash_between_the_server_s_yes_and_our_commit_is_unknown_and_not_sent_again(
    mail_row, office, postbox, session, clock, monkeypatch
):
    class Killed(BaseException):
        """As sudden as SIGKILL: nothing of ours runs after it."""

    def die(*_: object, **__: object):
        raise Killed

    row = mail_row()
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(outgoing, "_settle", die)
        outgoing.deliver(office, delivery_id=row.id)
    session.refresh(row)
    assert (row.state, len(postbox.mails)) == ("sending", 1)
    outgoing.deliver(office, delivery_id=row.id)
    assert recovery.recover(office).cut_off == 0
    clock.pass_(minutes=5)
    assert recovery.recover(office).cut_off == 1
    session.refresh(row)
    assert (row.state, row.last_error) == ("unknown", "crashed")
    outgoing.deliver(office, delivery_id=row.id)
    assert len(postbox.mails) == 1


def test_a_crash_during_what_may_be_repeated_is_repeated(session, make_report, rules, kari, clock, office):
    made = forwarding.forward(session, make_report(), "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=0)
    row = session.scalars(select(Delivery).where(Delivery.forwarding_id == made.id, Delivery.channel == "inbox")).one()
    row.start(at=clock())
    session.commit()
    clock.pass_(minutes=5)
    recovery.recover(office)
    session.refresh(row)
    assert row.state == "pending"
    clock.pass_(minutes=5)
    outgoing.deliver(office, delivery_id=row.id)
    session.refresh(row)
    assert row.state == "sent"


def test_what_waits_without_a_job_gets_one_and_only_one(mail_row, office, session):
    row = mail_row()
    session.execute(text("DELETE FROM procrastinate_jobs"))
    session.commit()
    assert recovery.recover(office).jobless == 2
    assert recovery.recover(office).jobless == 0
    assert len(live_jobs(session, row)) == 1


def test_a_mistake_of_ours_is_shown_to_a_person_and_not_repeated_for_ever(mail_row, office, session, monkeypatch):
    row = mail_row()
    monkeypatch.setattr("app.services.parcels.MOST_PHOTO_BYTES", None)
    monkeypatch.setattr("app.services.parcels._map_url", None)
    outgoing.deliver(office, delivery_id=row.id)
    session.refresh(row)
    assert (row.state, row.last_error) == ("failed", "ours: TypeError")


def test_our_own_unit_sees_who_reported(mail_row, office, postbox):
    outgoing.deliver(office, delivery_id=mail_row(email="nina@example.org", name="Nina Hansen").id)
    assert "Nina Hansen" in text_of(postbox.mails[0])
    assert "nina@example.org" in html_of(postbox.mails[0])


def test_an_outside_unit_s_mail_holds_no_contact_data(mail_row, office, postbox):
    row = mail_row("statens_vegvesen", email="nina@example.org", name="Nina Hansen", description="Skiltet er borte")
    outgoing.deliver(office, delivery_id=row.id)
    whole = postbox.raw[0].decode() + text_of(postbox.mails[0]) + html_of(postbox.mails[0])
    assert "Skiltet er borte" in whole
    assert "nina" not in whole.lower()
    assert "hansen" not in whole.lower()
    assert "/staff/" not in whole


def test_photos_go_along_and_one_that_is_gone_from_the_disk_holds_nothing_up(mail_row, office, postbox, session, clock):
    row = mail_row()
    there, gone = uuid.uuid4(), uuid.uuid4()
    report_id = session.scalars(select(Report.id)).one()
    for photo_id in (there, gone):
        session.add(Photo(id=photo_id, report_id=report_id, created_at=clock(), width=1, height=1, sha256="0" * 64))
    session.commit()
    session.expire_all()
    office.photos.save(there, Processed(jpeg=b"\xff\xd8big", thumbnail=b"small", width=1, height=1, sha256="0" * 64))
    outgoing.deliver(office, delivery_id=row.id)
    (mail,) = postbox.mails
    images = [part for part in mail.walk() if part.get_content_type() == "image/jpeg"]
    assert [image.get_content() for image in images] == [b"\xff\xd8big"]
    assert 'src="cid:photo1"' in html_of(mail)
    assert "1 bilde fikk ikke plass" in text_of(mail)


def test_an_outside_unit_gets_only_photos_that_the_desk_has_let_through(mail_row, office, postbox, session, clock):
    row = mail_row("statens_vegvesen")
    report_id = session.scalars(select(Report.id)).one()
    for jpeg, public in ((b"\xff\xd8face", False), (b"\xff\xd8sign", True)):
        photo_id = uuid.uuid4()
        session.add(
            Photo(
                id=photo_id,
                report_id=report_id,
                created_at=clock(),
                width=1,
                height=1,
                sha256="0" * 64,
                public=public,
            )
        )
        office.photos.save(photo_id, Processed(jpeg=jpeg, thumbnail=b"s", width=1, height=1, sha256="0" * 64))
    session.commit()
    session.expire_all()
    outgoing.deliver(office, delivery_id=row.id)
    (mail,) = postbox.mails
    images = [part.get_content() for part in mail.walk() if part.get_content_type() == "image/jpeg"]
    assert images == [b"\xff\xd8sign"]
    assert "ikke plass" not in text_of(mail)


def test_an_outside_unit_gets_no_link_to_a_private_report(mail_row, office, postbox, session):
    row = mail_row("statens_vegvesen")
    session.execute(text("UPDATE report SET private = true"))
    session.commit()
    session.expire_all()
    outgoing.deliver(office, delivery_id=row.id)
    assert "/reports/" not in text_of(postbox.mails[0])


def test_the_receipt_holds_the_links_and_none_of_the_sender_s_words(receipt, office, postbox, session):
    row = receipt(
        name="Buy pills at spam.example",
        description="Cheap pills at spam.example",
        address="spam.example street",
        lat=69.6492,
        lon=18.9553,
    )
    outgoing.notify(office, notification_id=row.id)
    (mail,) = postbox.mails
    assert mail["To"] == "resident@example.org"
    for body in (text_of(mail), html_of(mail), str(mail["Subject"]), postbox.raw[0].decode()):
        assert "spam" not in body.lower()
        assert "pills" not in body.lower()
    for body in (text_of(mail), html_of(mail)):
        assert "http://testserver/follow/" in body
        assert "http://testserver/confirm/" in body


def test_the_receipt_is_in_the_reporter_s_language(receipt, office, postbox, session):
    row = receipt()
    session.execute(text("UPDATE reporter SET language = 'nb'"))
    session.commit()
    session.expire_all()
    outgoing.notify(office, notification_id=row.id)
    assert postbox.mails[0]["Subject"].startswith("Melding 2026-")
    assert "Vi har fått meldingen din" in text_of(postbox.mails[0])
    assert postbox.mails[0]["Content-Language"] == "nb"


def test_a_reporter_erased_meanwhile_gets_nothing(receipt, office, postbox, session, clock):
    row = receipt()
    session.execute(text("UPDATE reporter SET email = NULL"))
    session.commit()
    session.expire_all()
    outgoing.notify(office, notification_id=row.id)
    session.refresh(row)
    assert (row.state, postbox.mails) == ("cancelled", [])


def test_beyond_the_receipt_only_a_confirmed_address_is_written_to(
    session, make_report, kari, rules, clock, office, postbox
):
    report = make_report(email="resident@example.org")
    report.reporter.confirm(at=clock())
    forwarding.forward(session, report, "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=0)
    session.flush()
    row = session.scalars(select(Notification).where(Notification.kind == "status")).one()
    report.reporter.confirmed_at = None
    session.commit()
    outgoing.notify(office, notification_id=row.id)
    session.refresh(row)
    assert (row.state, postbox.mails) == ("cancelled", [])


def test_a_status_mail_says_what_happened_what_is_next_and_when_at_the_latest(
    session, make_report, kari, rules, clock, office, postbox
):
    report = make_report(email="resident@example.org")
    report.reporter.confirm(at=clock())
    forwarding.forward(session, report, "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=0)
    session.commit()
    row = session.scalars(select(Notification).where(Notification.kind == "status")).one()
    outgoing.notify(office, notification_id=row.id)
    body = text_of(postbox.mails[0])
    assert "The service desk has sent your report to City operations (Bydrift)." in body
    assert "You get a mail when it is done." in body
    assert "at the latest" in body
    assert "/follow/" in body
    assert "/confirm/" not in body


@pytest.mark.parametrize(
    ("end", "sentence"),
    [
        ("fix", "Is it still broken? Open your report and tell us by 29 January 2027."),
        ("answer", "Reply to this mail, or open your report and tell us by 29 January 2027."),
        ("reject", "Reply to this mail, or open your report and tell us by 29 January 2027."),
    ],
)
def test_the_mail_about_the_end_says_until_when_its_reader_can_object(
    session, make_report, kari, rules, clock, office, postbox, end, sentence
):
    def written(days):
        report = make_report(email="resident@example.org")
        report.reporter.confirm(at=clock())
        if end == "fix":
            forwarding.forward(session, report, "bydrift", rules=rules, by=kari, at=clock(), undo_seconds=0)
            units.fix(session, report, by=kari, at=clock(), words="Done.")
        else:
            getattr(triage, end)(session, report, words="Done.", by=kari, at=clock(), undo_seconds=0)
        session.commit()
        row = session.scalars(select(Notification).where(Notification.report_id == report.id)).all()[-1]
        late = replace(office, clock=lambda: clock() + timedelta(days=days))
        postbox.mails.clear()
        outgoing.notify(late, notification_id=row.id)
        return " ".join(text_of(postbox.mails[0]).split())

    assert sentence in written(0)
    assert "January 2027" not in written(61), "when it goes out too late to object, there is no date"


def test_a_question_reaches_the_reporter_with_the_desk_s_words(session, make_report, kari, clock, office, postbox):
    from app.models import Actor

    report = make_report(email="resident@example.org")
    report.reporter.confirm(at=clock())
    update = report.ask(actor=Actor.of(kari), at=clock(), words="Which side of the <b>road</b>?")
    session.add(update)
    session.flush()
    row = notifying.notify(session, report, update, kind=NotificationKind.QUESTION, at=clock())
    session.commit()
    outgoing.notify(office, notification_id=row.id)
    assert "Which side of the <b>road</b>?" in text_of(postbox.mails[0])
    assert "&lt;b&gt;road&lt;/b&gt;" in html_of(postbox.mails[0])


def test_words_for_staff_do_not_reach_the_reporter(session, make_report, kari, ola, clock, office, postbox):
    from app.models import Actor

    report = make_report(email="resident@example.org")
    report.reporter.confirm(at=clock())
    report.forward("bydrift", actor=Actor.of(kari), at=clock())
    update = report.fix(actor=Actor.of(ola), at=clock(), words="The old cable again", words_public=False)
    session.add(update)
    session.flush()
    row = notifying.notify(session, report, update, kind=NotificationKind.STATUS, at=clock())
    session.commit()
    outgoing.notify(office, notification_id=row.id)
    assert "It is fixed" in text_of(postbox.mails[0])
    assert "old cable" not in postbox.raw[0].decode()
