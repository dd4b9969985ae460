"""Mails become reports: once each, whatever stands in them, and nothing is lost or answered in a loop."""

from __future__ import annotations

import base64
import re
import time
import zlib

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload, selectinload

from app.models import (
    IncomingMail,
    LimitBucket,
    Note,
    Notification,
    Photo,
    Report,
    Reporter,
    Update,
    UpdateKind,
)
from app.services import mail_intake, mailbox_round, outgoing
from app.services.mail_intake import Mail, Outcome, take_in
from tests.mailbox import NINA, mail, photo
from tests.storage.pictures import WHERE, exif, heic, png_claiming


@pytest.fixture
def receive(office, session):
    """Take a raw mail in, as the pipe hands it over."""

    def do(data: bytes, *, sender: str | None = None) -> Outcome:
        outcome = take_in(office, Mail(data, len(data), sender))
        session.expire_all()
        return outcome

    return do


def only(session) -> Report:
    query = select(Report).options(
        joinedload(Report.reporter), selectinload(Report.photos), selectinload(Report.updates).joinedload(Update.note)
    )
    return session.scalars(query).unique().one()


def kept(session) -> IncomingMail:
    return session.scalars(select(IncomingMail)).one()


def count(session, table) -> int:
    return session.scalar(select(func.count()).select_from(table))


def test_a_mail_becomes_a_report_that_waits_for_its_place(receive, session):
    assert receive(mail()) is Outcome.REPORT
    report = only(session)
    assert (report.channel, report.status, report.lat, report.category_code) == ("email", "new", None, "lamp_dark")
    assert report.description == "Gatelys\n\nLyktestolpen ved busstoppet er mørk."
    assert (report.reporter.email, report.reporter.name, report.reporter.confirmed_at) == (NINA, "Nina Nordmann", None)
    assert session.scalars(select(Notification.kind)).all() == ["receipt"]


def test_nothing_of_a_mail_that_became_a_report_is_kept_beside_it(receive, session):
    receive(mail(pictures=(photo(),)))
    row = kept(session)
    assert row.state == "report"
    assert (row.sender, row.subject, row.body, row.raw) == (None, None, None, None)


@pytest.mark.parametrize("message_id", ["<one@example.org>", ""])
def test_the_same_mail_twice_makes_one_report(receive, session, message_id):
    assert receive(mail(message_id=message_id)) is Outcome.REPORT
    assert receive(mail(message_id=message_id)) is Outcome.ALREADY
    assert count(session, Report) == 1


def test_a_mail_whose_reading_was_cut_off_is_read_again(receive, session, monkeypatch):
    def dies(*_args, **_given):
        raise OperationalError("the database went away", None, Exception())

    with monkeypatch.context() as patch:
        patch.setattr(mail_intake, "_read", dies)
        with pytest.raises(OperationalError):
            receive(mail())
    assert kept(session).state == "reading"
    assert receive(mail()) is Outcome.REPORT


def test_a_mail_that_ends_the_process_each_time_waits_for_the_desk(receive, session, monkeypatch):
    def dies(*_args, **_given):
        raise KeyboardInterrupt

    monkeypatch.setattr(mail_intake, "_read", dies)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            receive(mail())
    assert receive(mail()) is Outcome.WAITING
    assert kept(session).reason == "broke"


def test_photos_come_along_made_anew_and_five_at_most(receive, session):
    pictures = tuple(photo(comment=str(n).encode()) if n else heic() for n in range(1))
    coloured = tuple(photo(image=_one_colour(n)) for n in range(7))
    receive(mail(pictures=(*pictures, *coloured)))
    report = only(session)
    assert len(report.photos) == 5
    assert any("mer enn fem bilder" in update.note.body for update in report.updates if update.note)


def _one_colour(n: int):
    from PIL import Image

    return Image.new("RGB", (40, 40), (n * 30, 0, 0))


def test_a_photos_position_is_proposed_and_not_believed(receive, session):
    receive(mail(pictures=(photo(exif=exif()),)))
    assert only(session).lat is None
    row = kept(session)
    assert (round(row.lat, 4), round(row.lon, 4), row.place_from) == (round(WHERE[0], 4), round(WHERE[1], 4), "photo")


@pytest.mark.parametrize(
    "words",
    [
        "Det er her: 69.6492, 18.9553",
        "https://www.google.com/maps/@69.6492,18.9553,17z",
        "https://www.openstreetmap.org/?mlat=69.6492&mlon=18.9553",
        "https://www.openstreetmap.org/#map=17/69.6492/18.9553",
    ],
)
def test_coordinates_and_map_links_are_proposed(receive, session, words):
    receive(mail(words))
    assert (kept(session).lat, kept(session).lon, kept(session).place_from) == (69.6492, 18.9553, "text")


def test_a_place_in_another_municipality_is_not_proposed(receive, session):
    receive(mail("59.9139, 10.7522"))
    assert kept(session).lat is None


def test_words_that_mean_no_kind_become_something_else(receive, session):
    receive(mail("Xyzzy", subject="Qwfp"))
    assert only(session).category_code == "other"


def test_html_alone_is_read_as_plain_words(receive, session):
    html = (
        "<html><head><title>no</title><style>p{}</style></head><body><p>Hull i vegen</p>"
        '<script>alert(1)</script><p>ved <a href="https://maps.example/@69.6492,18.9553">skolen</a></p></body></html>'
    )
    receive(mail("", subject="Hull", html=html))
    assert only(session).description == "Hull i vegen\n\nved skolen"
    assert kept(session).place_from == "text"


def test_a_long_mail_loses_nothing(receive, session):
    receive(mail("Gatelyset er mørkt. " + "a" * 5000 + " slutt"))
    report = only(session)
    assert len(report.description) <= 3000
    notes = [update.note.body for update in report.updates if update.note]
    assert any(body.endswith("slutt") for body in notes)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"From: a@example.org\r\nSubject: =?utf-8?B?w7h4?= =?bad\r\n\r\nm\xf8rkt gatelys", "mørkt gatelys"),
        (
            b"From: a@example.org\r\nContent-Type: text/plain; charset=x-nonsense\r\n\r\ngatelys \xc3\xb8",
            "gatelys ø",
        ),
        (b"From: a@example.org\r\nContent-Type: text/plain; charset=punycode\r\n\r\ngatelys", "gatelys"),
        (
            b"From: a@example.org\r\nContent-Transfer-Encoding: base64\r\nContent-Type: text/plain\r\n\r\n!!!notbase64",
            None,
        ),
        (b"From: a@example.org\r\nContent-Type: text/plain; charset=utf-16\r\n\r\ngatelys\x00\x01", None),
    ],
)
def test_broken_encodings_keep_what_can_be_read(receive, session, data, words):
    assert receive(data) in {Outcome.REPORT, Outcome.WAITING}
    if words is not None:
        assert words in only(session).description


def test_garbage_is_kept_for_the_desk_as_it_came(receive, session):
    data = b"\x00\xff\xfe garbage \x80 without a head" * 50
    assert receive(data) is Outcome.WAITING
    row = kept(session)
    assert (row.reason, row.raw) == ("no_sender", data)


def test_a_mail_without_words_and_photos_waits(receive, session):
    assert receive(mail("", subject="", html="<p> </p>")) is Outcome.WAITING
    assert kept(session).reason == "empty"


def test_winmail_dat_alone_waits_with_its_reason(receive, session):
    assert receive(mail(" ", files=(("winmail.dat", "application/ms-tnef", b"\x78\x9f\x3e\x22"),))) is Outcome.WAITING
    row = kept(session)
    assert row.reason == "no_words"
    assert b"winmail.dat" in row.raw


def test_what_is_no_photo_is_named_for_staff(receive, session):
    receive(mail(files=(("winmail.dat", "application/ms-tnef", b"x"), ("kart.pdf", "application/pdf", b"%PDF"))))
    notes = [update.note.body for update in only(session).updates if update.note]
    assert notes == ["E-posten hadde mer som ikke kunne tas imot: winmail.dat, kart.pdf"]
    assert not any(note.public for note in session.scalars(select(Note)))


def test_two_hundred_attachments_become_five_photos_and_a_word_about_the_rest(receive, session):
    one = photo()
    begun = time.monotonic()
    assert receive(mail(files=tuple((f"b{n}.jpg", "image/jpeg", one) for n in range(200)))) is Outcome.REPORT
    assert time.monotonic() - begun < 10
    report = only(session)
    assert len(report.photos) <= 5
    assert any(update.note for update in report.updates)


def test_a_picture_that_is_a_bomb_is_left_out_and_the_words_are_taken(receive, session):
    bomb = png_claiming(60_000, 60_000, zlib.compress(b"\0" * 100_000))
    assert receive(mail(files=(("stor.png", "image/png", bomb),))) is Outcome.REPORT
    report = only(session)
    assert report.photos == []
    assert any("bilder som ikke kunne leses" in update.note.body for update in report.updates if update.note)


def wrapped(inner: bytes, n: int = 0) -> bytes:
    """A mail that has another one as its attachment."""
    head = (
        f"From: {NINA}\r\nMessage-ID: <o{n}@example.org>\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/mixed; boundary="x{n}"\r\n\r\n--x{n}\r\nContent-Type: message/rfc822\r\n\r\n'
    )
    return head.encode() + inner + f"\r\n--x{n}--\r\n".encode()


def test_a_message_sent_on_as_an_attachment_is_read(receive, session):
    receive(wrapped(mail("Hull i vegen ved skolen", message_id="<inner@example.org>")))
    assert "Hull i vegen ved skolen" in only(session).description


@pytest.mark.parametrize(("deep", "reason"), [(9, "empty"), (40, "unreadable")])
def test_mails_inside_mails_are_opened_twice_and_no_further(receive, session, deep, reason):
    data = mail("Hullet i vegen er innerst.", message_id="<inner@example.org>")
    for n in range(deep):
        data = wrapped(data, n)
    assert receive(data) is Outcome.WAITING
    assert (kept(session).reason, kept(session).raw, count(session, Report)) == (reason, data, 0)


def test_a_thousand_parts_in_each_other_break_nothing(receive, session):
    opened = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(1500)).encode()
    assert receive(b"From: a@example.org\r\nMIME-Version: 1.0\r\n" + opened + b"\r\nhei") is Outcome.WAITING
    assert kept(session).reason in {"unreadable", "empty"}


def test_a_mail_of_thirty_megabytes_is_told_of_and_its_beginning_kept(office, session):
    whole = mail("Hull i vegen", files=(("film.mp4", "video/mp4", b"\0" * 100_000),))
    assert take_in(office, Mail(whole[:150_000], 41_000_000)) is Outcome.WAITING
    row = kept(session)
    assert (row.reason, row.size, row.body, row.sender) == ("too_big", 41_000_000, "Hull i vegen", NINA)


@pytest.mark.parametrize(
    ("data", "envelope", "reason"),
    [
        (mail(Auto_Submitted="auto-replied"), None, "automatic"),
        (mail(Precedence="bulk"), None, "automatic"),
        (mail(List_Id="<news.example.org>"), None, "list"),
        (mail(sender="MAILER-DAEMON@example.org"), None, "automatic"),
        (mail(Return_Path="<>"), None, "automatic"),
        (mail(), "", "automatic"),
        (mail(message_id="<abc@gatami>"), None, "own"),
        (mail(sender="GataMi <gatami@tromso.example>"), None, "own"),
        (mail(sender="SERVICETORGET@tromso.example"), None, "own"),
    ],
)
def test_machines_and_ourselves_make_no_report_and_get_no_answer(receive, session, data, envelope, reason):
    assert receive(data, sender=envelope) is Outcome.LEFT_OUT
    assert (count(session, Report), count(session, Notification)) == (0, 0)
    assert kept(session).reason == reason


def test_a_person_whose_program_says_that_it_is_no_machine_is_heard(receive):
    assert receive(mail(Auto_Submitted="no"), sender=NINA) is Outcome.REPORT


def test_a_sender_who_floods_us_waits_and_hears_nothing(receive, session, office):
    most = office.settings.mailbox_mails_per_day
    for n in range(most):
        assert receive(mail(message_id=f"<{n}@example.org>")) is Outcome.REPORT
    assert receive(mail(message_id="<last@example.org>")) is Outcome.WAITING
    assert session.scalars(select(IncomingMail.reason).where(IncomingMail.state == "waiting")).all() == ["too_many"]
    assert not any(NINA in key for key in session.scalars(select(LimitBucket.key)))
    # To one address that nobody has confirmed goes one receipt a day.
    assert count(session, Notification) == 1


@pytest.fixture
def mine(make_report, session, office):
    """Nina's own report, whose address she confirmed, with the receipt she got."""
    report = make_report(email=NINA)
    outgoing.notify(office, notification_id=session.scalars(select(Notification.id)).one())
    session.expire_all()
    reporter = session.scalars(select(Reporter)).one()
    reporter.confirmed_at = report.created_at
    session.commit()
    return report


def receipt_id(session) -> str:
    return session.scalars(select(Notification.message_id)).first()


ANSWER = "Det er fortsatt mørkt.\n\nDen man. 30. nov. 2026 kl. 12:00 skrev GataMi <gatami@tromso.example>:\n> Takk"


def test_an_answer_to_our_mail_is_added_to_its_report(receive, session, mine):
    data = mail(ANSWER, In_Reply_To=f"<{receipt_id(session)}>", message_id="<answer@example.org>", pictures=(photo(),))
    assert receive(data) is Outcome.ADDITION
    report = only(session)
    said = [update.note.body for update in report.updates if update.kind == UpdateKind.REPLIED]
    assert said == ["Det er fortsatt mørkt."]
    assert len(report.photos) == 1


def test_what_all_our_mails_about_a_report_refer_to_is_as_good_as_one_of_them(receive, session, mine, postbox):
    thread = re.search(rb"In-Reply-To:\s*(<[^>]+>)", postbox.raw[0])[1].decode()
    told = {"subject": f"Sv: Melding {mine.shown_reference}", "References": thread}
    assert receive(mail(ANSWER, message_id="<a@example.org>", **told)) is Outcome.ADDITION


@pytest.mark.parametrize("named", ["nothing", "a made-up mail", "a mail to somebody else", "an unsent mail"])
def test_nobody_writes_as_the_reporter_who_only_knows_the_reference_and_the_address(
    receive, session, mine, office, make_report, named
):
    given = {"a made-up mail": "<0123@gatami>"}
    if named == "a mail to somebody else":
        make_report(email="stranger@example.org")
        row = session.scalars(select(Notification).where(Notification.report_id != mine.id)).one()
        outgoing.notify(office, notification_id=row.id)
        given[named] = f"<{row.message_id}>"
    elif named == "an unsent mail":
        row = session.scalars(select(Notification)).one()
        row.sent_to = None
        session.commit()
        given[named] = f"<{row.message_id}>"
    told = {"subject": f"Sv: Melding {mine.shown_reference}", "In_Reply_To": given.get(named, "<x@example.org>")}
    assert receive(mail(ANSWER, message_id="<forged@example.org>", **told)) is Outcome.WAITING
    assert kept(session).reason == "not_theirs"
    kinds = session.scalars(select(Update.kind).where(Update.kind == UpdateKind.REPLIED)).all()
    assert kinds == []


@pytest.mark.parametrize("sender", ["stranger@example.org", NINA])
def test_nobody_adds_to_a_report_with_an_address_that_is_not_confirmed_there(receive, session, mine, sender):
    if sender == NINA:
        session.scalars(select(Reporter)).one().confirmed_at = None
        session.commit()
    data = mail(ANSWER, sender=sender, In_Reply_To=f"<{receipt_id(session)}>", message_id="<answer@example.org>")
    assert receive(data) is Outcome.WAITING
    row = kept(session)
    assert (row.reason, row.report_id) == ("not_theirs", mine.id)
    assert count(session, Report) == 1
    assert not [u for u in only(session).updates if u.kind == UpdateKind.REPLIED]


def test_an_answer_to_a_closed_report_waits_for_the_desk(receive, session, mine):
    mine.reject(actor=mail_actor(), at=mine.created_at, words="No")
    session.commit()
    data = mail(ANSWER, In_Reply_To=f"<{receipt_id(session)}>", message_id="<answer@example.org>")
    assert receive(data) is Outcome.WAITING
    assert kept(session).reason == "not_added"
    assert count(session, Photo) == 0


def mail_actor():
    from app.models import SYSTEM

    return SYSTEM


@pytest.fixture
def polling(office, imap_box):
    """The office with the mailbox of the little server."""
    settings = office.settings.model_copy(
        update={
            "mailbox_host": "127.0.0.1",
            "mailbox_port": imap_box.port,
            "mailbox_security": "none",
            "mailbox_user": "meld",
            "mailbox_password": "secret",
        }
    )
    return type(office)(**{**vars(office), "settings": settings})


def test_the_mailbox_is_read_and_marked_after_it_is_stored(polling, imap_box, session):
    imap_box.mails += [mail(), mail("Hull i vegen", message_id="<two@example.org>")]
    assert mailbox_round.run(polling) == {Outcome.REPORT: 2}
    assert imap_box.seen == {1, 2}
    assert count(session, Report) == 2
    assert not mailbox_round.run(polling)


def test_a_crash_between_storing_and_marking_makes_one_report(polling, imap_box, session):
    imap_box.mails.append(mail())
    imap_box.hang_up_before = "UID STORE"
    mailbox_round.run(polling)
    assert (imap_box.seen, count(session, Report)) == (set(), 1)
    imap_box.hang_up_before = ""
    assert mailbox_round.run(polling) == {Outcome.ALREADY: 1}
    assert (imap_box.seen, count(session, Report)) == ({1}, 1)


def test_what_is_not_stored_is_not_marked(polling, imap_box, monkeypatch):
    def dies(*_args, **_given):
        raise OperationalError("the database went away", None, Exception())

    imap_box.mails.append(mail())
    monkeypatch.setattr(mail_intake, "_read", dies)
    with pytest.raises(OperationalError):
        mailbox_round.run(polling)
    assert imap_box.seen == set()


def test_a_bad_mail_does_not_stop_the_next_one(polling, imap_box, session):
    imap_box.mails += [b"\x00garbage", mail(Auto_Submitted="auto-replied"), mail(message_id="<three@example.org>")]
    mailbox_round.run(polling)
    assert imap_box.seen == {1, 2, 3}
    assert count(session, Report) == 1


def test_of_a_mail_that_is_too_large_only_the_beginning_is_fetched(polling, imap_box, session):
    imap_box.mails.append(mail("Hull i vegen", files=(("film.mp4", "video/mp4", b"\0" * 400_000),)))
    imap_box.sizes[1] = 31_000_000
    assert mailbox_round.run(polling) == {Outcome.WAITING: 1}
    assert any("<0." in said for said in imap_box.said)
    assert (kept(session).reason, kept(session).size) == ("too_big", 31_000_000)


@pytest.mark.parametrize("trouble", ["password", "LOGIN", "SELECT", "UID SEARCH", "UID FETCH"])
def test_a_server_that_is_down_or_refuses_is_asked_again_later(polling, imap_box, session, trouble):
    imap_box.mails.append(mail())
    if trouble == "password":
        imap_box.password = "another"
    else:
        imap_box.hang_up_before = trouble
    assert not mailbox_round.run(polling)
    imap_box.password, imap_box.hang_up_before = "secret", ""
    assert mailbox_round.run(polling) == {Outcome.REPORT: 1}


def test_without_a_mailbox_nothing_is_asked(office):
    assert not mailbox_round.run(office)


def test_words_of_a_mail_stand_in_no_log(receive, monkeypatch, caplog):
    def dies(*_args, **_given):
        raise ValueError("Kari Nordmann bor i Storgata 1")

    monkeypatch.setattr(mail_intake, "_read", dies)
    assert receive(mail()) is Outcome.WAITING
    assert "Nordmann" not in caplog.text


def test_base64_of_a_bomb_is_no_longer_than_it_was(receive):
    assert receive(mail(base64.b64encode(b"\0" * 200_000).decode())) is Outcome.REPORT
