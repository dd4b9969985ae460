"""Addresses that no mail reaches are switched off, only by who got a mail's bounce, until they are confirmed anew."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.delivery import DeliveryFailed, Trouble
from app.delivery.bounce import read_bounce
from app.models import Actor, Notification, NotificationKind, PlaceFollow, Report, ResidentLink, Support
from app.models.links import bounce_token, confirm_path
from app.services import bounces, mailboxes, mine, notifying, outgoing, supporting, units
from app.services.bounces import Found
from tests.application import SECRET, STORGATA
from tests.bounces import a_report
from tests.mail import text_of

NINA = "nina@example.org"
GONE = "550 5.1.1 <nina@example.org>: no such mailbox"


@pytest.fixture
def office(office):
    return replace(office, settings=office.settings.model_copy(update={"bounce_address": "bounces@tromso.example"}))


@pytest.fixture
def known(session, make_report, clock):
    """A report whose reporter hears of it."""

    def make(email=NINA):
        report = make_report(email=email)
        report.reporter.confirm(at=clock())
        session.execute(text("UPDATE notification SET state = 'sent' WHERE kind = 'receipt'"))
        session.commit()
        return report

    return make


@pytest.fixture
def told(session, office, clock, ola):
    """The notification of one more change of a report, sent."""

    def tell(report):
        clock.pass_(seconds=1)
        session.refresh(report, ["reporter"])
        update = units.answer(session, report, by=ola, at=clock(), words="We come soon.", public=True)
        session.flush()
        row = session.scalars(select(Notification).where(Notification.update_id == update.id)).one()
        session.commit()
        outgoing.notify(office, notification_id=row.id)
        session.expire_all()
        return session.get(Notification, row.id)

    return tell


@pytest.fixture
def come_back(session, office, clock):
    """What the bounces command does with one message."""

    def read(data, *, settings=None):
        bounce = read_bounce(data)
        found = bounces.take_in(session, bounce, settings=settings or office.settings, secret=SECRET, at=clock())
        session.commit()
        session.expire_all()
        return found

    return read


def is_off(session, report):
    session.expire_all()
    query = text("SELECT bounced_at IS NOT NULL FROM reporter WHERE report_id = :id")
    return session.scalar(query, {"id": report.id})


def test_an_address_that_the_server_refuses_for_good_is_off_at_once_wherever_it_stands(
    session, known, told, postbox, clock
):
    first, second, neighbour = known(), known("NINA@Example.org"), known("per@example.org")
    tapped = supporting.support(session, neighbour.reference, device="x", secret=SECRET, language="nb", at=clock())
    supporting.follow(session, tapped.support, email=NINA, language="nb", at=clock())
    follow = PlaceFollow(
        email=NINA, lat=STORGATA[0], lon=STORGATA[1], radius=300, created_at=clock(), asked_at=clock(),
        confirmed_at=clock(), shape=f"SRID=4326;POINT({STORGATA[1]} {STORGATA[0]})",
    )  # fmt: skip
    session.add(follow)
    session.commit()
    postbox.recipient_answers = [GONE]
    row = told(first)
    assert (row.state, "nina" in row.last_error) == ("failed", False)
    assert is_off(session, first)
    assert is_off(session, second)
    assert not is_off(session, neighbour)
    assert session.scalars(select(Support.bounced_at).where(Support.email == NINA)).one() is not None
    assert session.scalars(select(PlaceFollow.bounced_at)).one() is not None


@pytest.mark.parametrize("answer", ["451 4.3.0 Try again later", "550 5.7.1 Relay access denied", "552 5.3.4 Too big"])
def test_a_server_that_is_busy_or_set_up_wrongly_switches_nobody_off(session, known, told, postbox, answer):
    report = known()
    postbox.recipient_answers = [answer]
    told(report)
    assert not is_off(session, report)


def test_nothing_more_goes_to_an_address_that_is_off_even_if_it_waited_already(
    session, known, told, postbox, ola, clock, office
):
    report = known()
    postbox.recipient_answers = [GONE]
    told(report)
    session.refresh(report, ["reporter"])
    assert not report.reporter.hears
    report.reporter.bounced_at = None
    update = report.note(actor=Actor.of(ola), at=clock(), words="We come soon.", public=True)
    session.flush()
    row = notifying.notify(session, report, update, kind=NotificationKind.STATUS, at=clock())
    report.reporter.bounced_at = clock()
    session.commit()
    outgoing.notify(office, notification_id=row.id)
    assert postbox.mails == []


def test_each_mail_comes_back_to_an_address_of_its_own(session, known, told, postbox):
    row = told(known())
    ((sender, _),) = postbox.envelopes
    assert sender == f"bounces+{bounce_token('n', row.id, NINA, secret=SECRET)}@tromso.example"
    assert "nina" not in sender
    assert postbox.mails[0]["From"] == "GataMi <gatami@tromso.example>"


def test_a_report_on_the_delivery_switches_the_address_off(session, known, told, postbox, come_back):
    report = known()
    told(report)
    ((sender, _),) = postbox.envelopes
    assert come_back(a_report(to=sender)) == Found.SWITCHED_OFF
    assert is_off(session, report)
    assert come_back(a_report(to=sender)) == Found.SWITCHED_OFF


def test_a_forged_report_switches_nobody_off(session, known, told, postbox, come_back):
    ninas, pers = known(), known("per@example.org")
    row = told(ninas)
    told(pers)
    pers_sender = postbox.envelopes[1][0]
    signature = pers_sender.partition("-")[2]
    for to in (
        "bounces@tromso.example",
        f"bounces+n{row.id}-{'0' * 24}@tromso.example",
        f"bounces+n{row.id}-{signature}",
        f"bounces+n{10**17}-{'0' * 24}@tromso.example",
        f"bounces+z{row.id}-{'0' * 24}@tromso.example",
        ", ".join(f"bounces+n{row.id}-{number:024x}@tromso.example" for number in range(200)),
    ):
        assert come_back(a_report(to=to, message_id=row.message_id)) == Found.NOT_OURS
    assert not is_off(session, ninas)


def test_without_an_address_for_bounces_the_mail_is_known_by_its_own_id(session, known, told, come_back, office):
    report = known()
    row = told(report)
    plain = office.settings.model_copy(update={"bounce_address": None})
    assert come_back(a_report(message_id="guessed@gatami"), settings=plain) == Found.NOT_OURS
    assert not is_off(session, report)
    assert come_back(a_report(message_id=row.message_id), settings=plain) == Found.SWITCHED_OFF
    assert is_off(session, report)


def test_who_knows_a_message_id_switches_no_address_off_that_came_after_it(session, known, told, come_back, office):
    """The receipt went to the attacker's own address, and the report got the victim's one afterwards."""
    report, victims = known("attacker@example.org"), known()
    row = told(report)
    session.refresh(report, ["reporter"])
    report.reporter.email, report.reporter.confirmed_at = NINA, None
    session.commit()
    plain = office.settings.model_copy(update={"bounce_address": None})
    assert come_back(a_report(message_id=row.message_id), settings=plain) == Found.NOT_OURS
    assert not is_off(session, victims)
    assert NINA not in row.sent_to
    assert "attacker" not in row.sent_to


def test_a_slow_refusal_is_about_the_address_that_was_tried_not_about_the_one_since(
    session, known, told, office, monkeypatch
):
    report, neighbour = known(), known("per@example.org")

    def refuse_slowly(letter, **_):
        session.execute(text("UPDATE reporter SET email = 'per@example.org' WHERE report_id = :id"), {"id": report.id})
        raise DeliveryFailed(Trouble.RECIPIENT, GONE, permanent=True, no_mailbox=letter.to == NINA)

    monkeypatch.setattr(outgoing, "post", refuse_slowly)
    told(report)
    assert not is_off(session, neighbour)
    assert not is_off(session, report)


def test_a_delay_does_nothing(session, known, told, postbox, come_back):
    report = known()
    told(report)
    assert come_back(a_report(to=postbox.envelopes[0][0], action="delayed", status="4.4.1")) == Found.NOT_FINAL
    assert not is_off(session, report)


def test_a_holiday_note_does_nothing(session, known, told, postbox, come_back):
    report = known()
    told(report)
    note = f"To: {postbox.envelopes[0][0]}\r\nAuto-Submitted: auto-replied\r\nSubject: Away\r\n\r\nAway".encode()
    assert come_back(note) == Found.NO_BOUNCE
    assert not is_off(session, report)


def test_an_address_that_was_changed_since_is_not_switched_off(session, known, told, postbox, come_back):
    report = known()
    told(report)
    session.execute(text("UPDATE reporter SET email = 'new@example.org'"))
    session.commit()
    session.expire_all()
    assert come_back(a_report(to=postbox.envelopes[0][0])) == Found.NOT_OURS
    assert not is_off(session, report)


def test_whoever_confirms_anew_hears_again_and_an_old_bounce_says_nothing_any_more(
    session, known, told, postbox, come_back, clock
):
    report, other = known(), known()
    told(report)
    sender = postbox.envelopes[0][0]
    come_back(a_report(to=sender))
    assert is_off(session, other)
    clock.pass_(hours=1)
    session.refresh(report, ["reporter"])
    mailboxes.confirm_report(report, at=clock())
    session.commit()
    assert not is_off(session, report)
    assert not is_off(session, other)
    assert come_back(a_report(to=sender)) == Found.NOT_OURS
    assert not is_off(session, report)
    session.refresh(report, ["reporter"])
    assert told(report).state == "sent"


def test_a_new_report_with_an_address_that_is_off_is_mailed_once_a_day_with_the_button(
    session, known, told, postbox, make_report, office, clock
):
    postbox.recipient_answers = [GONE]
    told(known())
    clock.pass_(days=2)
    assert not mailboxes.mailboxes.is_confirmed(session, NINA, at=clock())
    for _ in range(3):
        make_report(email=NINA)
    new = session.scalars(select(Notification).where(Notification.state == "pending")).all()
    assert [row.kind for row in new] == ["receipt"]
    outgoing.notify(office, notification_id=new[0].id)
    report = session.scalars(select(Report).where(Report.id == new[0].report_id)).one()
    assert confirm_path(report, NINA, secret=SECRET) in text_of(postbox.mails[0])


def test_no_address_stands_in_the_log(session, known, told, postbox, come_back, caplog):
    caplog.set_level(logging.DEBUG)
    report = known()
    told(report)
    come_back(a_report(to=postbox.envelopes[0][0]))
    postbox.recipient_answers = [GONE]
    told(known("per@example.org"))
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith(("app", "gatami")))
    assert "Not delivered" in ours
    assert "@example.org" not in ours
    assert "bounces+" not in ours


def test_a_bounce_is_never_older_than_what_it_says(session, known, told, postbox, come_back, clock):
    report = known()
    told(report)
    come_back(a_report(to=postbox.envelopes[0][0]))
    off_since = session.scalar(text("SELECT bounced_at FROM reporter"))
    clock.pass_(hours=2)
    come_back(a_report(to=postbox.envelopes[0][0]))
    assert session.scalar(text("SELECT bounced_at FROM reporter")) == off_since == clock() - timedelta(hours=2)


@pytest.fixture
def many_off(session, make_report, clock):
    """So many addresses that were refused within the hour."""

    def make(count):
        for number in range(count):
            make_report(email=f"gone{number}@example.org")
        session.execute(text("UPDATE reporter SET bounced_at = :at"), {"at": clock()})
        session.commit()

    return make


def test_when_many_addresses_are_refused_within_an_hour_nobody_more_is_switched_off(
    session, known, told, postbox, many_off, clock, caplog
):
    many_off(20)
    report = known()
    postbox.recipient_answers = [GONE]
    assert told(report).state == "failed"
    assert not is_off(session, report)
    assert "No more are switched off" in caplog.text
    clock.pass_(hours=2)
    postbox.recipient_answers = [GONE]
    told(report)
    assert is_off(session, report)


def test_a_few_refusals_within_an_hour_switch_the_next_one_off_too(session, known, told, postbox, many_off):
    many_off(19)
    report = known()
    postbox.recipient_answers = [GONE]
    told(report)
    assert is_off(session, report)


def test_a_sign_in_mail_that_comes_back_is_known_by_its_own_id(session, known, come_back, office, clock):
    report, other = known(), known("per@example.org")
    mine.ask_for_link(session, NINA, language="en", at=clock())
    session.commit()
    link = session.scalars(select(ResidentLink)).one()
    plain = office.settings.model_copy(update={"bounce_address": None})
    assert come_back(a_report(message_id=link.message_id), settings=plain) == Found.SWITCHED_OFF
    assert is_off(session, report)
    assert not is_off(session, other)
