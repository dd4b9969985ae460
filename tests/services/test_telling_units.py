"""What a reporter adds, corrects or ends reaches the unit that has the report: once, and without contact data."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from app.models import Actor, Delivery, Forwarding, Report
from app.services import following, forwarding, outgoing
from app.services.correcting import correct
from app.services.drafts import ReportDraft, ReporterDraft
from app.services.photos import take_photo
from tests.application import STORGATA
from tests.mail import html_of, text_of
from tests.web.pages.test_front import jpeg

DAYS = 60


@pytest.fixture
def report(make_report, session):
    report = make_report(
        description="The lamp is dark",
        name="Nina Nilsen",
        email="nina@example.org",
        address="Storgata 1",
        lat=STORGATA[0],
        lon=STORGATA[1],
    )
    session.execute(text("UPDATE notification SET state = 'cancelled'"))
    session.commit()
    return report


@pytest.fixture
def at_unit(session, rules, kari, clock, office, postbox):
    """Kari forwards the report, and it arrives; the mail about it is forgotten."""

    def do(report, unit="bydrift", *, arrives=True):
        forwarding.forward(session, report, unit, rules=rules, by=kari, at=clock(), undo_seconds=10)
        session.commit()
        clock.pass_(minutes=1)
        if arrives:
            send_all(session, office)
            postbox.mails.clear()
        return report

    return do


def send_all(session, office):
    for delivery_id in session.scalars(select(Delivery.id).order_by(Delivery.id)).all():
        outgoing.deliver(office, delivery_id=delivery_id)
    session.expire_all()


def of_kind(session, kind):
    return list(session.scalars(select(Delivery).where(Delivery.kind == kind)))


def loaded(session, report):
    session.expire_all()
    report = session.get_one(Report, report.id)
    for name in ("updates", "photos", "reporter"):
        session.refresh(report, [name])
    return report


def test_what_the_reporter_adds_is_mailed_to_the_unit_with_the_new_photo_only(
    session, report, at_unit, office, postbox, clock, state
):
    old = take_photo(session, state.photos, jpeg("black"), at=clock())
    following.tell_more(session, loaded(session, report), words="Before", photo_ids=(old.id,), at=clock())
    at_unit(report)
    new = take_photo(session, state.photos, jpeg("white"), at=clock())
    following.tell_more(session, loaded(session, report), words="It also hums", photo_ids=(new.id,), at=clock())
    session.commit()
    send_all(session, office)
    (mail,) = postbox.mails
    assert mail["To"] == "bydrift@tromso.example"
    assert report.shown_reference in mail["Subject"]
    for body in (text_of(mail), html_of(mail)):
        assert "It also hums" in body
        assert "Before" not in body
    assert len([part for part in mail.walk() if part.get_content_type() == "image/jpeg"]) == 1


def test_an_answer_to_the_desks_question_reaches_the_unit_too(session, report, at_unit, office, postbox, clock, kari):
    at_unit(report)
    loaded(session, report).ask(actor=Actor.of(kari), at=clock(), words="Which side?")
    following.tell_more(session, loaded(session, report), words="The left one", at=clock())
    session.commit()
    send_all(session, office)
    assert "The left one" in text_of(postbox.mails[-1])


def test_what_was_added_before_goes_along_with_the_report_itself(session, report, at_unit, office, postbox, clock):
    following.tell_more(session, loaded(session, report), words="It also hums", at=clock())
    at_unit(report, arrives=False)
    following.tell_more(session, loaded(session, report), words="And flickers", at=clock())
    session.commit()
    assert of_kind(session, "addition") == []
    send_all(session, office)
    (mail,) = postbox.mails
    assert "It also hums" in text_of(mail)
    assert "And flickers" in html_of(mail)


def test_the_same_addition_is_one_delivery_for_each_address(session, report, at_unit, office, postbox, clock):
    at_unit(report)
    for _ in range(2):
        following.tell_more(session, loaded(session, report), words="Hums", key="one-form", at=clock())
    session.commit()
    (row,) = of_kind(session, "addition")
    for _ in range(2):
        outgoing.deliver(office, delivery_id=row.id)
    assert len(postbox.mails) == 1


def test_a_unit_outside_hears_what_was_added_but_never_how_to_reach_the_reporter(
    session, report, at_unit, office, postbox, clock
):
    loaded(session, report).reporter.phone = "912 34 567"
    at_unit(report, "statens_vegvesen")
    words = "Ring me on 91234567 or +47 912 34 567, or write to NINA@example.org. It hums."
    following.tell_more(session, loaded(session, report), words=words, at=clock())
    session.commit()
    send_all(session, office)
    (mail,) = postbox.mails
    assert mail["To"] == "post@vegvesen.example"
    whole = text_of(mail) + html_of(mail) + str(mail["Subject"])
    assert "It hums." in whole
    for secret in ("nina@", "NINA@", "567", "Nilsen"):
        assert secret not in whole


def test_a_unit_that_no_longer_has_the_report_is_told_nothing(session, report, at_unit, rules, kari, clock):
    at_unit(report)
    made = session.scalars(select(Delivery)).first().forwarding_id
    forwarding.call_back(session, session.get_one(Forwarding, made), rules=rules, by=kari, at=clock())
    following.tell_more(session, loaded(session, report), words="Hums", at=clock())
    session.commit()
    assert of_kind(session, "addition") == []


@pytest.mark.parametrize(
    ("verb", "sentence"),
    [(following.say_gone, "Det er ikke lenger et problem"), (following.withdraw, "Melderen har trukket meldingen.")],
)
def test_a_unit_hears_that_nobody_need_go_there(session, report, at_unit, office, postbox, clock, verb, sentence):
    at_unit(report)
    verb(session, loaded(session, report), at=clock())
    session.commit()
    send_all(session, office)
    (mail,) = postbox.mails
    assert sentence in text_of(mail)


def test_the_unit_that_had_mended_it_hears_that_it_is_still_broken(
    session, report, at_unit, office, postbox, clock, ola
):
    at_unit(report)
    loaded(session, report).fix(actor=Actor.of(ola), at=clock())
    session.commit()
    following.still_broken(session, loaded(session, report), words="Dark again", at=clock(), days=DAYS)
    session.commit()
    send_all(session, office)
    (mail,) = postbox.mails
    assert "Dark again" in text_of(mail)
    assert "Det er fortsatt feil, sier den som meldte det." in text_of(mail)


def test_a_correction_brings_the_unit_the_report_as_it_is_now(session, report, at_unit, office, postbox, clock, rules):
    at_unit(report)
    report = loaded(session, report)
    draft = ReportDraft(
        category=report.category_code,
        lat=69.6500,
        lon=18.9600,
        address="Storgata 99",
        description="The lamp hums",
        reporter=ReporterDraft(name="Nina Nilsen", email="nina@example.org"),
    )
    correct(session, report, draft, rules=rules, version=report.version, at=clock())
    session.commit()
    send_all(session, office)
    (mail,) = postbox.mails
    for body in (text_of(mail), html_of(mail)):
        assert "The lamp hums" in body
        assert "Storgata 99" in body
        assert "69.65000, 18.96000" in body
        assert "The lamp is dark" not in body
