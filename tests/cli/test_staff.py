"""`gatami staff`: the way in for the first administrator, and for whom the browser is no way."""

from __future__ import annotations

import re

import psycopg
import pytest

from tests.cli.installation import Installation, said


@pytest.fixture(scope="module")
def installed(make_database, tmp_path_factory) -> Installation:
    return Installation(make_database("staff"), tmp_path_factory.mktemp("staff"))


@pytest.fixture
def place(installed) -> Installation:
    installed.sql("SET gatami.history_may_go = 'yes'; TRUNCATE staff CASCADE")
    assert installed.gatami("staff", "add", "ada@tromso.example", "--name", "Ada", "--role", "admin").exit_code == 0
    return installed


def one(place, column, email="ada@tromso.example"):
    with psycopg.connect(place.url.replace("+psycopg", "")) as connection:
        [[value]] = connection.execute(f"SELECT {column} FROM staff WHERE email = %s", [email]).fetchall()
        return value


def test_somebody_is_added_with_role_and_units_and_told_the_next_step(place):
    result = place.gatami("staff", "add", "ola@tromso.example", "--name", "Ola", "--role", "unit", "--unit", "bydrift",
                          "--unit", "eiendom")  # fmt: skip
    assert said(result) == "Ola is on the list. Next: gatami staff invite ola@tromso.example\n"
    listed = place.gatami("staff", "list").output.splitlines()
    assert [re.split(r"  +", line) for line in listed] == [
        ["ada@tromso.example", "Ada", "admin", "-", "not invited"],
        ["ola@tromso.example", "Ola", "unit", "bydrift,eiendom", "not invited"],
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--role", "unit", "--unit", "moon_office"], "no unit moon_office"),
        (["--role", "unit"], "at least one unit"),
        (["--role", "king"], "one of the roles"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(place, arguments, sentence):
    result = place.gatami("staff", "add", "x@tromso.example", "--name", "X", *arguments)
    assert result.exit_code == 1
    assert sentence in said(result)


@pytest.mark.parametrize("command", ["invite", "password", "deactivate", "reactivate"])
def test_an_address_that_nobody_has_is_said(place, command):
    assert "Nobody has the address nobody@tromso.example" in said(
        place.gatami("staff", command, "nobody@tromso.example")
    )


def test_without_a_mail_server_the_link_is_printed(place):
    result = place.gatami("staff", "invite", "ADA@tromso.example", public_url="https://meld.tromso.example")
    assert re.search(r"^https://meld\.tromso\.example/staff/invitations/[\w-]{43}$", result.output, re.MULTILINE)
    assert place.gatami("staff", "list").output.rstrip().endswith("invited")


def test_with_a_mail_server_the_link_is_mailed_and_not_printed(place, mail_port, postbox):
    result = place.gatami("staff", "invite", "ada@tromso.example", smtp_host="127.0.0.1", smtp_port=mail_port,
                          smtp_security="none")  # fmt: skip
    assert "has got a mail" in result.output
    assert "invitations/" not in result.output
    assert postbox.envelopes[0][1] == ["ada@tromso.example"]


def test_a_mail_that_cannot_be_sent_leaves_the_link_and_a_failing_exit(place, mail_port, postbox):
    postbox.recipient_answers = ["550 no"]
    result = place.gatami("staff", "invite", "ada@tromso.example", smtp_host="127.0.0.1", smtp_port=mail_port,
                          smtp_security="none")  # fmt: skip
    assert result.exit_code == 1
    assert "could not be sent" in result.stderr
    assert "/staff/invitations/" in result.stdout


def test_a_password_is_typed_twice_or_made_up(place):
    typed = place.gatami("staff", "password", "ada@tromso.example", typed="lykt tran skrue vott\n" * 2)
    assert "Ada has a new password." in typed.output
    assert "skrue" not in typed.output
    before = one(place, "password_hash")
    assert before.startswith("$argon2")
    made = place.gatami("staff", "password", "ada@tromso.example", "--generate")
    assert re.search(r"Ada has a new password: [\w-]{20}$", made.output.strip())
    assert one(place, "password_hash") != before
    short = place.gatami("staff", "password", "ada@tromso.example", typed="short\nshort\n")
    assert "at least 12 characters" in said(short)


def test_the_last_administrator_stays_and_others_may_leave_and_come_back(place):
    assert "last administrator" in said(place.gatami("staff", "deactivate", "ada@tromso.example"))
    place.gatami("staff", "add", "per@tromso.example", "--name", "Per", "--role", "crew", "--unit", "bydrift")
    assert "can no longer sign in" in place.gatami("staff", "deactivate", "per@tromso.example").output
    assert one(place, "active", "per@tromso.example") is False
    place.gatami("staff", "reactivate", "per@tromso.example")
    assert one(place, "active", "per@tromso.example") is True


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("staff",),
        ("rules",),
        ("import",),
        ("run",),
        ("serve",),
        ("worker",),
        ("migrate",),
        ("demo",),
        ("backup",),
        ("restore",),
        ("doctor",),
        ("rules", "check"),
        ("rules", "explain"),
        ("staff", "add"),
        ("staff", "invite"),
        ("staff", "password"),
        ("staff", "list"),
        ("staff", "deactivate"),
        ("staff", "reactivate"),
    ],
    ids=" ".join,
)
def test_every_command_has_help_in_sentences(installed, command):
    result = installed.gatami(*command, "--help")
    assert result.exit_code == 0
    words = [line.strip(" │") for line in result.output.splitlines() if line.strip(" │╭╮╰╯─")]
    assert len(words) >= 2
    assert re.search(r"[A-Z][^.]{15,}", words[1])
