"""Mails that are made to stop us: none keeps those behind it from being read, and none is lost or keeps us busy."""

from __future__ import annotations

import imaplib
from html.parser import HTMLParser

import pytest
from sqlalchemy import func, select

from app.delivery import parsing
from app.delivery.incoming import UnreadableMailError, read_head, read_mail
from app.delivery.mail_text import MOST_HTML, easy_html, from_html
from app.models import IncomingMail, Report
from app.services import mail_intake, mailbox_round
from app.services.mail_intake import Mail, Outcome, take_in
from tests.mailbox import NINA, mail

BRACKETS = b"From: " + b"(" * 1500 + b"\r\nSubject: Hull\r\nMessage-ID: <deep@example.org>\r\n\r\nHull i vegen"


@pytest.fixture
def receive(office, session):
    """Take a raw mail in, as the pipe hands it over."""

    def do(data: bytes) -> Outcome:
        outcome = take_in(office, Mail(data, len(data)))
        session.expire_all()
        return outcome

    return do


@pytest.fixture
def polling(office, imap_box):
    """The office with the mailbox of the little server."""
    box = {
        "mailbox_host": "127.0.0.1", "mailbox_port": imap_box.port, "mailbox_security": "none",
        "mailbox_user": "meld", "mailbox_password": "secret",
    }  # fmt: skip
    return type(office)(**{**vars(office), "settings": office.settings.model_copy(update=box)})


def states(session) -> list[tuple[str, str | None]]:
    session.expire_all()
    return [(row.state, row.reason) for row in session.scalars(select(IncomingMail).order_by(IncomingMail.id))]


def test_a_sender_of_brackets_is_nobody_and_the_next_mail_is_read(polling, imap_box, session):
    imap_box.mails += [BRACKETS, mail()]
    assert mailbox_round.run(polling) == {Outcome.WAITING: 1, Outcome.REPORT: 1}
    assert imap_box.seen == {1, 2}
    assert states(session) == [("waiting", "no_sender"), ("report", None)]


@pytest.mark.parametrize("data", [b"", b"\x00", b"From: " + b"(" * 300_000, b"From:\r\n" * 9, b"Subject: =?q?" * 9])
def test_the_head_of_anything_can_be_read(data):
    assert read_head(data).sender == ""


def test_a_head_that_cannot_be_read_at_all_is_nobodys(monkeypatch):
    def stumbles(*_args):
        raise RuntimeError

    monkeypatch.setattr("app.delivery.incoming._head_of", stumbles)
    assert (read_head(mail()).sender, read_head(mail()).key) == ("", read_head(mail()).key)
    assert read_head(mail()).key != read_head(mail("Another")).key


def test_a_mail_that_can_not_be_stored_waits_for_the_desk_in_the_end_and_holds_up_nobody(
    polling, imap_box, session, monkeypatch
):
    whole = mail_intake._read

    def full_disk(office, head, given, *, at):
        if head.message_id == "bad@example.org":
            raise OSError("No space left on device")
        return whole(office, head, given, at=at)

    monkeypatch.setattr(mail_intake, "_read", full_disk)
    imap_box.mails += [mail(message_id="<bad@example.org>"), mail()]
    assert mailbox_round.run(polling) == {Outcome.REPORT: 1}
    assert imap_box.seen == {2}
    for _ in range(2):
        assert not mailbox_round.run(polling)
    assert mailbox_round.run(polling) == {Outcome.WAITING: 1}
    assert imap_box.seen == {1, 2}
    assert states(session)[0] == ("waiting", "broke")


def test_a_trouble_that_is_not_foreseen_is_counted_too_and_says_nothing_of_the_mail(
    polling, imap_box, session, monkeypatch, caplog
):
    def stumbles(*_args, **_given):
        raise RuntimeError("Nina bor i Storgata 1")

    imap_box.mails += [mail(), mail("Hull i vegen", message_id="<two@example.org>")]
    with monkeypatch.context() as patch:
        patch.setattr(mail_intake, "_read", stumbles)
        patch.setattr(mail_intake, "_set_aside", stumbles)
        assert not mailbox_round.run(polling)
    assert session.scalars(select(IncomingMail.attempts)).all() == [1, 1]
    assert mailbox_round.run(polling) == {Outcome.REPORT: 2}
    assert "RuntimeError" in caplog.text
    assert "Storgata" not in caplog.text
    assert NINA not in caplog.text


def test_a_mail_that_the_server_keeps_back_does_not_hide_the_others(polling, imap_box, session, monkeypatch):
    uid = imaplib.IMAP4.uid

    def refuses(self, command, number, *args):
        return ("NO", [b"broken"]) if (command, number) == ("FETCH", "1") else uid(self, command, number, *args)

    monkeypatch.setattr(imaplib.IMAP4, "uid", refuses)
    imap_box.mails += [mail(), mail("Hull i vegen", message_id="<two@example.org>")]
    assert mailbox_round.run(polling) == {Outcome.REPORT: 1}
    assert imap_box.seen == {2}


@pytest.mark.parametrize(
    "other",
    [
        mail("Hull i vegen"),
        mail(sender="Kari <kari@example.org>"),
        mail(subject="Snø"),
        mail(Date="Mon, 30 Nov 2026 12:00:00 +0100"),
    ],
)
def test_another_mail_with_the_same_message_id_is_not_lost(receive, session, other):
    assert receive(mail()) is Outcome.REPORT
    assert receive(other) is Outcome.REPORT
    assert session.scalar(select(func.count()).select_from(Report)) == 2


def test_the_same_mail_by_another_way_is_the_same(receive):
    data = mail()
    assert receive(data) is Outcome.REPORT
    assert receive(b"Received: from elsewhere\n" + data) is Outcome.ALREADY
    assert receive(b"Return-Path: <nina@example.org>\r\n" + data.replace(b"\n", b"\r\n") + b"\r\n") is Outcome.ALREADY


@pytest.mark.parametrize(
    "head",
    [
        b"Subject: =?utf-8?B?SHVsbAAgaSB2ZWdlbgE=?=",
        b"Subject: Hull\x00 i vegen\x01",
        b"Subject: =?utf-16-le?B?SAB1AGwAbAAA2CAAaQAgAHYAZQBnAGUAbgA=?=",
        b"Subject: =?utf-7?Q?Hull+2AA- i vegen?=",
        b"Subject: Hull i vegen\r\nIn-Reply-To: <a\x00b@gatami> <\xff@gatami>",
    ],
)
def test_a_head_with_signs_that_are_no_text_becomes_a_report(receive, session, head):
    assert receive(b"From: Ni\x00na <nina@example.org>\r\n" + head + b"\r\n\r\nVed skolen") is Outcome.REPORT
    assert "Hull" in session.scalars(select(Report.description)).one()


def test_the_names_of_attachments_are_cleaned_too(receive, session):
    data = mail(files=(("kart.pdf", "application/pdf", b"%PDF"),))
    data = data.replace(b'filename="kart.pdf"', b"filename*=utf-8''ka%00rt%01.pdf")
    assert receive(data) is Outcome.REPORT


def opened(kind: str, n: int) -> bytes:
    return f'Content-Type: {kind}; boundary="b{n}"\r\n\r\n--b{n}\r\n'.encode()


@pytest.mark.parametrize(
    ("data", "most"),
    [
        (b"".join(opened("multipart/mixed", n) for n in range(12_000)), parsing.MOST_DEPTH + 4),
        (opened("multipart/mixed", 0) + b"\r\nx\r\n--b0\r\n" * 5_000, parsing.MOST_PARTS + 2),
        (b"A: b\r\n" * 50_000 + b"\r\nhei", 2),
    ],
)
def test_a_tangle_is_left_as_it_is_after_a_few_parts(data, most, monkeypatch):
    made = []
    begin = parsing.Message.__init__
    monkeypatch.setattr(parsing.Message, "__init__", lambda self, *given: (made.append(1), begin(self, *given))[1])
    with pytest.raises(UnreadableMailError):
        read_mail(b"From: nina@example.org\r\nMIME-Version: 1.0\r\n" + data)
    assert len(made) <= most


def test_a_long_head_is_read_as_far_as_people_write_them():
    parsed = parsing.parse_mail(b'Content-Type: text/plain; x="' + b";" * 500_000 + b"\r\n\r\nhei")
    assert len(parsed["Content-Type"]) <= parsing.LONGEST_OF_PART


@pytest.mark.parametrize("bit", ["<!", "<!--", "<a ", "</", "<?", "<![CDATA[", "<a b='", "<![if x>", "<"])
def test_no_sign_of_a_page_makes_the_parser_look_through_all_that_follows(bit, monkeypatch):
    fed = []
    feed = HTMLParser.feed
    monkeypatch.setattr(HTMLParser, "feed", lambda self, data: (fed.append(data), feed(self, data))[1])
    from_html(bit * 200_000)
    (page,) = fed
    assert "<!" not in page
    assert "<?" not in page
    assert page.count("<") <= page.count(">")
    assert len(page) <= MOST_HTML * 5, "a < may become &lt;"


def test_all_html_of_a_mail_together_has_an_end(monkeypatch):
    fed = []
    monkeypatch.setattr(HTMLParser, "feed", lambda _self, data: fed.append(data))
    part = b"Content-Type: text/html\r\n\r\n" + b"<p>hei</p>\r\n" * 5_000 + b"\r\n--b0\r\n"
    read_mail(opened("multipart/mixed", 0) + part * 40)
    assert sum(map(len, fed)) <= MOST_HTML + 10


def test_a_usual_page_keeps_its_words():
    page = "<!DOCTYPE html><p>a<!-- x <b> --> b < c &amp; d<![if !mso]>e<![endif]></p><!--[if mso]>no<![endif]-->3 > 2"
    assert from_html(page)[0] == "a b < c & de\n3 > 2"
    assert easy_html('<a href="https://example.org/?a=1&b=2">x</a>') == '<a href="https://example.org/?a=1&b=2">x</a>'
