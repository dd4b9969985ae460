"""`gatami bounces`: from the mail server's pipe and from a folder, as often as one likes, and never in a loop."""

from __future__ import annotations

import mailbox

import psycopg
import pytest

from app.models.links import bounce_token
from tests.application import SECRET
from tests.bounces import a_report
from tests.cli.installation import Installation

NINA = "nina@example.org"


@pytest.fixture(scope="module")
def installed(make_database, tmp_path_factory) -> Installation:
    more = {"bounce_address": "bounces@tromso.example", "secret_key": SECRET.decode()}
    return Installation(make_database("bounces"), tmp_path_factory.mktemp("bounces"), more)


@pytest.fixture
def place(installed) -> Installation:
    """With one report whose reporter was mailed; its notification has the id 7."""
    installed.sql("SET gatami.history_may_go = 'yes'; TRUNCATE report CASCADE")
    installed.sql(f"""
        INSERT INTO report (id, reference, nonce, version, category_code, status, private, text_public, answers,
                            channel, flags, created_at, changed_at, road_owner, asset_owner, proposal_reason)
        VALUES (5, '2026000001', 'n', 1, 'lamp_dark', 'new', false, false, '[]', 'form', '{{}}', now(), now(),
                'unknown', 'unknown', '[]');
        INSERT INTO reporter (report_id, email, language) VALUES (5, '{NINA}', 'nb');
        INSERT INTO report_update (id, report_id, at, kind, actor_kind, public, data)
        VALUES (6, 5, now(), 'submitted', 'reporter', true, '{{}}');
        INSERT INTO notification (id, report_id, update_id, kind, state, attempts, message_id, created_at)
        VALUES (7, 5, 6, 'receipt', 'sent', 1, 'abc@gatami', now());
    """)
    return installed


@pytest.fixture
def is_off(place):
    def ask():
        with psycopg.connect(place.url.replace("+psycopg", "")) as connection:
            [[value]] = connection.execute("SELECT bounced_at IS NOT NULL FROM reporter").fetchall()
            return value

    return ask


def returned(**given):
    token = bounce_token("n", 7, NINA, secret=SECRET)
    return a_report(**{"to": f"bounces+{token}@tromso.example", **given})


def test_the_mail_server_hands_one_message_over_through_a_pipe(place, is_off):
    result = place.gatami("bounces", typed=returned().decode())
    assert (result.exit_code, result.output) == (0, "switched off: 1\n")
    assert is_off()


def test_the_mail_server_may_say_by_itself_which_address_it_was_for(place, is_off):
    token = bounce_token("n", 7, NINA, secret=SECRET)
    given_to = f"bounces+{token}@tromso.example"
    assert place.gatami("bounces", "--given-to", given_to, typed=a_report().decode()).exit_code == 0
    assert is_off()


@pytest.mark.parametrize("typed", ["", "no mail at all", "From: x\n\nhello", "x" * 400_000])
def test_whatever_else_comes_is_taken_without_a_word_to_its_sender(place, is_off, typed):
    result = place.gatami("bounces", typed=typed)
    assert (result.exit_code, result.output) == (0, "no bounce: 1\n")
    assert not is_off()


def test_a_forged_one_is_taken_and_does_nothing(place, is_off):
    result = place.gatami("bounces", typed=a_report(message_id="abc@gatami").decode())
    assert (result.exit_code, result.output) == (0, "not ours: 1\n")
    assert not is_off()


def test_without_its_database_it_asks_the_mail_server_to_come_again(place):
    result = place.gatami("bounces", typed=returned().decode(), database_url="postgresql://127.0.0.1:9/gatami")
    assert result.exit_code == 75
    assert NINA not in result.output


def test_a_folder_is_read_once_and_its_messages_are_marked(place, is_off, tmp_path):
    folder = mailbox.Maildir(tmp_path / "box")
    folder.add(returned(action="delayed", status="4.4.1"))
    folder.add(returned())
    folder.add(b"From: x\n\nhello")
    result = place.gatami("bounces", "--maildir", tmp_path / "box")
    assert result.output == "no bounce: 1, not final: 1, switched off: 1\n"
    assert is_off()
    assert place.gatami("bounces", "--maildir", tmp_path / "box").output == "nothing to read\n"
    assert len(folder) == 3


def test_what_cannot_be_read_in_a_folder_is_left_out_with_a_sentence(place, is_off, tmp_path):
    box = tmp_path / "box"
    mailbox.Maildir(box)
    (box / "new" / "1.folder").mkdir()
    (box / "new" / "2.link").symlink_to(tmp_path / "gone")
    (box / "new" / "3.mail").write_bytes(returned())
    result = place.gatami("bounces", "--maildir", box)
    assert result.exit_code == 0
    assert "left out 1.folder: Is a directory." in result.output
    assert "left out 2.link: No such file or directory." in result.output
    assert "switched off: 1" in result.output
    assert is_off()
    assert (box / "cur" / "3.mail:2,S").exists()


def test_a_mailbox_file_can_be_read_again_after_the_address_was_confirmed(place, is_off, tmp_path):
    box = mailbox.mbox(tmp_path / "box")
    box.add(returned())
    box.close()
    assert place.gatami("bounces", "--maildir", tmp_path / "box").output == "switched off: 1\n"
    place.sql("UPDATE reporter SET bounced_at = NULL, confirmed_at = now() + interval '1 minute'")
    assert place.gatami("bounces", "--maildir", tmp_path / "box").output == "not ours: 1\n"
    assert not is_off()


def test_a_folder_that_is_none_is_named(place, tmp_path):
    result = place.gatami("bounces", "--maildir", tmp_path / "nowhere")
    assert result.exit_code == 1
    assert "neither a Maildir nor a mailbox file" in result.output
