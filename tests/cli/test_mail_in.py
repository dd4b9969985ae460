"""`gatami mail-in`: a mail from the mail server's pipe, twice, too large, empty, and without a database."""

from __future__ import annotations

import psycopg
import pytest

from tests.cli.installation import Installation
from tests.mailbox import NINA, mail, photo


@pytest.fixture(scope="module")
def place(make_database, tmp_path_factory) -> Installation:
    return Installation(make_database("mail_in"), tmp_path_factory.mktemp("mail_in"))


def rows(place: Installation, statement: str) -> list[tuple]:
    with psycopg.connect(place.url.replace("+psycopg", "")) as connection:
        return connection.execute(statement.encode()).fetchall()


def test_a_piped_mail_becomes_one_report_however_often_it_is_piped(place):
    typed = mail("Lampen er mørk", subject="Gatelys", pictures=(photo(),)).decode()
    assert place.gatami("mail-in", "--sender", NINA, typed=typed).output == "report\n"
    assert place.gatami("mail-in", "--sender", NINA, typed=typed).output == "already read\n"
    assert rows(place, "SELECT channel, lat FROM report") == [("email", None)]
    assert rows(place, "SELECT count(*) FROM photo WHERE report_id IS NOT NULL") == [(1,)]


def test_a_mail_that_is_too_large_waits_and_is_told_to_be_taken(place):
    typed = mail("Hull i vegen. " + "x" * 200_000, message_id="<big@example.org>").decode()
    result = place.gatami("mail-in", typed=typed, mailbox_max_bytes=100_000)
    assert (result.exit_code, result.output) == (0, "waiting for the desk\n")
    assert rows(place, "SELECT reason, size > 200000 FROM incoming_mail WHERE state = 'waiting'") == [("too_big", True)]


def test_a_bounce_in_the_pipe_makes_no_report(place):
    typed = mail("Gone away", sender="x@example.org", message_id="<null@example.org>").decode()
    assert place.gatami("mail-in", "--sender", "", typed=typed).output == "left out\n"


def test_nothing_on_standard_input_is_said(place):
    assert place.gatami("mail-in", typed="").exit_code == 1


def test_without_its_database_the_mail_server_is_asked_to_come_again(place):
    typed = mail(message_id="<later@example.org>").decode()
    result = place.gatami("mail-in", typed=typed, database_url="postgresql://127.0.0.1:9/gatami")
    assert result.exit_code == 75
    assert NINA not in result.output
