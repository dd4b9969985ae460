"""The conversation with the mail server, by server behaviour; and what becomes of mail without one."""

from __future__ import annotations

import contextlib
import email
import email.policy
import socket
import ssl
import stat
import threading
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from app.delivery import DeliveryFailed, DeliveryUnknown, Picture, smtp
from app.delivery.letter import Letter, compose
from tests.mail import free_port, html_of, text_of

NOON = datetime(2026, 11, 30, 11, 0, tzinfo=UTC)


def a_mail(settings, **given):
    return compose(a_letter(**given), settings=settings)


def a_letter(*, to="resident@example.org", reference="2026-000001-8", pictures=()):
    context = {
        "reference": reference,
        "category": "Lampe mørk",
        "reported_at": NOON,
        "due_at": None,
        "follow_url": "http://testserver/follow/x/y",
        "confirm_url": None,
        "came_by": "",
        "lit_again": None,
    }
    return Letter(
        template="receipt",
        to=to,
        language="nb",
        message_id="abc@gatami",
        at=NOON,
        municipality="Tromsø",
        context=context,
        pictures=pictures,
    )


def send(settings, **given):
    to = given.get("to", "resident@example.org")
    smtp.send(a_mail(settings, **given), to=to, settings=settings)


def test_the_envelope_has_the_bare_addresses(mailing, postbox):
    send(mailing)
    assert postbox.envelopes == [("gatami@tromso.example", ["resident@example.org"])]


def test_a_line_that_is_a_lone_dot_does_not_end_the_mail(mailing, postbox):
    mail = EmailMessage()
    mail["Message-ID"] = "<dots@gatami>"
    mail.set_content("before\n.\n..\n.after\nend")
    smtp.send(mail, to="resident@example.org", settings=mailing)
    assert text_of(postbox.mails[0]).replace("\r\n", "\n") == "before\n.\n..\n.after\nend\n"


@pytest.mark.parametrize(
    "nasty", ["x\r\nBcc: everybody@example.org", "x\nBcc: everybody@example.org", "x\rBcc: e@e.no"]
)
def test_nothing_from_outside_becomes_a_header(mailing, postbox, nasty):
    send(mailing, reference=nasty)
    assert postbox.mails[0]["Bcc"] is None
    assert "Bcc: e" in postbox.mails[0]["Subject"]


@pytest.mark.parametrize("address", ["a@b.no\r\nBcc: c@d.no", "no address", "a@b@c.no", "", "ø@example.org", "<a@b.no"])
def test_an_address_that_mail_cannot_go_to_is_a_permanent_failure(mailing, postbox, address):
    with pytest.raises(DeliveryFailed) as failed:
        send(mailing, to=address)
    assert failed.value.permanent
    assert postbox.mails == []


def test_a_domain_with_norwegian_letters_gets_its_ascii_form(mailing, postbox):
    send(mailing, to="kari@tromsø.example")
    assert postbox.envelopes[0][1] == ["kari@xn--troms-zua.example"]


@pytest.mark.parametrize(
    ("answer", "permanent"), [("550 no", True), ("553 no", True), ("451 later", False), ("421 bye", False)]
)
def test_a_5xx_for_the_recipient_is_permanent_and_a_4xx_is_not(mailing, postbox, answer, permanent):
    postbox.recipient_answers = [answer]
    with pytest.raises(DeliveryFailed) as failed:
        send(mailing)
    assert failed.value.permanent is permanent


def test_a_server_that_is_not_there_is_tried_again(mailing):
    with pytest.raises(DeliveryFailed) as failed:
        send(mailing.model_copy(update={"smtp_port": free_port()}))
    assert not failed.value.permanent


def test_a_connection_lost_after_the_last_byte_leaves_it_unknown(mailing, postbox):
    postbox.hang_up_after_data = True
    with pytest.raises(DeliveryUnknown):
        send(mailing)


def test_a_silent_server_is_left_after_the_time_out(mailing):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = mailing.model_copy(update={"smtp_port": silent.getsockname()[1], "smtp_timeout": 0.3})
        with pytest.raises(DeliveryFailed) as failed:
            send(settings)
    assert not failed.value.permanent


def script(lines):
    """A server that says these lines, one for each thing it hears, and closes; gives its port, thread and ears."""
    listener = socket.create_server(("127.0.0.1", 0))
    ears = []

    def hear(heard):
        ears.append(heard.readline())
        return ears[-1]

    def talk():
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as heard, contextlib.suppress(OSError):
            for line in lines:
                if line == "READ MAIL":
                    while hear(heard) not in {b".\r\n", b""}:
                        pass
                    continue
                connection.sendall(f"{line}\r\n".encode())
                if line != lines[-1]:
                    hear(heard)
        listener.close()

    thread = threading.Thread(target=talk)
    thread.start()
    return listener.getsockname()[1], thread, ears


def test_a_server_that_breaks_off_before_data_is_tried_again(mailing):
    port, thread, ears = script(["220 hi", "250 hello", "250 sender ok", "250 recipient ok"])
    with pytest.raises(DeliveryFailed) as failed:
        send(mailing.model_copy(update={"smtp_port": port}))
    thread.join()
    assert not failed.value.permanent
    assert not any(b"resident@example.org" in line for line in ears if not line.upper().startswith(b"RCPT"))


def test_a_yes_counts_even_when_the_goodbye_goes_wrong(mailing):
    lines = ["220 hi", "250 hello", "250 sender ok", "250 recipient ok", "354 go", "READ MAIL", "250 taken"]
    port, thread, ears = script(lines)
    # No error is what makes the mail count as sent: the server had all of it before it hung up.
    send(mailing.model_copy(update={"smtp_port": port}))
    thread.join()
    told = b"".join(ears)
    assert b"Message-ID: <abc@gatami>" in told
    assert told.endswith(b"\r\n.\r\n")


@pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")
def test_a_wrong_password_is_ours_to_mend_and_tried_again(mailing, postbox):
    port = free_port()
    asked = []

    def check(server, session, envelope, mechanism, data):
        assert isinstance(data, LoginPassword)
        asked.append((data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)

    controller = Controller(
        postbox, hostname="127.0.0.1", port=port, authenticator=check, auth_require_tls=False, auth_required=True
    )
    controller.start()
    settings = mailing.model_copy(update={"smtp_port": port, "smtp_username": "gatami", "smtp_password": "wrong"})
    try:
        with pytest.raises(DeliveryFailed) as failed:
            send(settings)
        assert not failed.value.permanent
        send(settings.model_copy(update={"smtp_password": "right"}))
    finally:
        controller.stop()
    assert (b"gatami", b"right") in asked
    assert len(postbox.mails) == 1


def test_a_server_without_starttls_never_sees_the_mail_when_the_settings_want_it(mailing, postbox):
    with pytest.raises(DeliveryFailed) as failed:
        send(mailing.model_copy(update={"smtp_security": "starttls"}))
    assert not failed.value.permanent
    assert postbox.mails == []


def test_a_server_whose_certificate_nobody_signed_never_sees_the_mail(mailing, postbox, tmp_path):
    import subprocess

    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            key,
            "-out",
            certificate,
            "-days",
            "1",
            "-subj",
            "/CN=localhost",
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    port = free_port()
    controller = Controller(postbox, hostname="127.0.0.1", port=port, tls_context=context)
    controller.start()
    try:
        with pytest.raises(DeliveryFailed, match="CERTIFICATE"):
            send(mailing.model_copy(update={"smtp_security": "starttls", "smtp_port": port}))
    finally:
        controller.stop()
    assert postbox.mails == []


def test_without_a_server_the_mail_is_a_file_that_only_we_read(settings):
    send(settings)
    send(settings)
    (file,) = settings.mail_dir.iterdir()
    assert file.name == "abc@gatami.eml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert mail["To"] == "resident@example.org"


def test_photos_stand_in_the_html_and_can_be_saved(mailing, postbox):
    send(
        mailing,
        pictures=(
            Picture(name="photo-1.jpg", jpeg=b"\xff\xd8first"),
            Picture(name="photo-2.jpg", jpeg=b"\xff\xd8second"),
        ),
    )
    images = [part for part in postbox.mails[0].walk() if part.get_content_type() == "image/jpeg"]
    assert [(image["Content-ID"], image.get_filename()) for image in images] == [
        ("<photo1>", "photo-1.jpg"),
        ("<photo2>", "photo-2.jpg"),
    ]
    assert images[1].get_content() == b"\xff\xd8second"
    assert text_of(postbox.mails[0])
    assert html_of(postbox.mails[0])


def test_long_addresses_for_programs_are_not_taken_apart(mailing, postbox):
    url = f"https://{'a-long-name.' * 12}example/stop/2026-000001-8/token"
    letter = replace(a_letter(), stop_url=url, thread="x" * 90)
    smtp.send(compose(letter, settings=mailing), to="resident@example.org", settings=mailing)
    raw = postbox.raw[0]
    assert f"List-Unsubscribe: <{url}>\r\n".encode() in raw
    assert b"References: <" + b"x" * 90 + b">\r\n" in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


def test_the_button_for_no_more_mails_needs_an_address_with_tls(settings):
    message = compose(replace(a_letter(), stop_url="http://testserver/stop/x/y"), settings=settings)
    assert "List-Unsubscribe" not in message
    assert message["List-Id"] == "GataMi <gatami.tromso.example>"
