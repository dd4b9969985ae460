"""Reading mails that come back: only a final report on a delivery counts, and nothing that comes in does harm."""

from __future__ import annotations

import random
import time

import pytest

from app.delivery.bounce import MOST_BYTES, is_about_mailbox, read_bounce
from tests.bounces import a_report

TOKEN = "n17-0123456789abcdef01234567"


def test_a_final_report_gives_the_token_and_the_message_id():
    found = read_bounce(a_report(to=f"bounces+{TOKEN}@tromso.example", message_id="abc@gatami"))
    assert (found.final, found.tokens, found.message_ids) == (True, (TOKEN,), ("abc@gatami",))


def test_the_mail_server_may_say_itself_whom_it_was_for_and_change_the_letters():
    found = read_bounce(a_report(to="bounces@tromso.example"), given_to=f"bounces+{TOKEN.upper()}@tromso.example")
    assert found.tokens == (TOKEN,)


def test_the_returned_mail_may_come_as_its_head_alone():
    found = read_bounce(a_report(message_id="abc@gatami", returned="text/rfc822-headers"))
    assert found.message_ids == ("abc@gatami",)


@pytest.mark.parametrize(
    ("action", "status"),
    [("delayed", "4.4.1"), ("delayed", "5.1.1"), ("failed", "4.2.2"), ("relayed", "2.1.5"), ("delivered", "2.1.5"),
     ("failed", "5.7.1"), ("failed", "5.3.4"), ("failed", "5.6.0"), ("failed", "5.2.2"), ("failed", "5.4.4"),
     ("failed", "5.1.7"), ("failed", "5.1.8"), ("failed", "5.1.1.7")],
)  # fmt: skip
def test_what_is_not_final_or_not_about_the_mailbox_is_not(action, status):
    assert not read_bounce(a_report(action=action, status=status)).final


@pytest.mark.parametrize("status", ["5.1.1", "5.1.10", "5.2.1", "5.0.0"])
def test_no_such_mailbox_is_final(status):
    assert read_bounce(a_report(status=status)).final


@pytest.mark.parametrize(
    ("said", "expected"),
    [("smtp; 550 5.1.1 <nina@example.org>: User unknown", True), ("smtp; 550 No such user here", True),
     ("smtp; 552 5.2.2 Mailbox full", False), ("smtp; 550 SPF check failed", False), ("smtp; 550 Rejected", False),
     ("smtp; 550 5.1.8 Sender address rejected", False), ("", False)],
)  # fmt: skip
def test_a_report_without_a_code_of_its_own_is_read_by_the_words_of_the_server(said, expected):
    assert read_bounce(a_report(status="5.0.0", said=said)).final is expected


def test_a_sender_that_is_refused_is_not_the_mailbox_whatever_the_code():
    assert not read_bounce(a_report(status="5.1.0", said="smtp; 550 5.1.0 Sender blocked by policy")).final


HOLIDAY = b"""From: nina@example.org
To: bounces+n17-0123456789abcdef01234567@tromso.example
Subject: Out of office
Auto-Submitted: auto-replied
Content-Type: text/plain

I am away until Monday. Action: failed. Status: 5.1.1
"""
DMARC = a_report().replace(b"report-type=delivery-status", b"report-type=feedback-report")
PLAIN = b"From: x@example.org\r\nTo: y@example.org\r\nSubject: Hello\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n"


@pytest.mark.parametrize("data", [HOLIDAY, DMARC, PLAIN, b"", b"\x00\xff" * 5000, b"Content-Type: multipart/report"])
def test_everything_else_is_no_report(data):
    assert read_bounce(data) is None


def test_a_bomb_of_parts_in_parts_is_read_in_a_moment():
    bomb = b"Content-Type: multipart/report; report-type=delivery-status; boundary=a\r\n\r\n"
    for number in range(5000):
        bomb += b"--%s\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (
            b"a" if not number else b"b%d" % (number - 1), number,
        )  # fmt: skip
    began = time.monotonic()
    read_bounce(bomb)
    read_bounce(a_report() + b"x" * 50_000_000)
    assert time.monotonic() - began < 20


def test_what_stands_behind_the_first_quarter_of_a_megabyte_is_not_read():
    late = a_report(message_id="late@gatami", before_returned=b"x" * MOST_BYTES)
    assert read_bounce(late).message_ids == ()
    assert read_bounce(late).final


def test_no_garbage_stops_the_reading():
    chance = random.Random(4)
    whole = a_report()
    for _ in range(300):
        broken = bytearray(whole)
        for _ in range(chance.randrange(1, 40)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        read_bounce(bytes(broken[: chance.randrange(len(broken))]))


@pytest.mark.parametrize(
    ("reply", "expected"),
    [("550 5.1.1 No such user", True), ("550 No such user", True), ("553 5.1.2 Bad domain", True),
     ("550-5.1.1 The account that you tried to reach does not exist", True), ("550 #5.1.0 Address rejected", True),
     ("550 Requested action not taken: mailbox unavailable or user unknown", True), ("550 Invalid recipient", True),
     ("550 spam@example.org: user unknown", True), ("553 5.0.0 User unknown", True),
     ("552 5.3.4 Too big", False), ("554 5.7.1 Relay access denied", False), ("550 5.7.26 DMARC", False),
     ("550 5.1.8 Sender address rejected", False), ("550 5.1.7 Bad sender", False), ("552 5.2.2 Mailbox full", False),
     ("554 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", False),
     ("550 Your server is on a black list", False), ("550 SPF check failed", False), ("550 Mailbox blocked", False),
     ("550 User unknown, or you are on our list", False), ("550 Unknown sender address", False),
     ("554 User unknown", False), ("550 Refused", False), ("550 5.1.1.20 is not welcome", False), ("", False)],
)  # fmt: skip
def test_a_refusal_by_policy_says_nothing_about_the_mailbox(reply, expected):
    assert is_about_mailbox(reply) is expected
