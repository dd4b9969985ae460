"""The conversation with the mail server. It knows at every step whether the mail can have been taken."""

from __future__ import annotations

import os
import re
import secrets
import smtplib
import socket
import ssl
from contextlib import suppress
from email.utils import parseaddr
from typing import TYPE_CHECKING

from app.delivery.bounce import is_about_mailbox
from app.delivery.letter import address_of
from app.delivery.outcome import DeliveryFailed, DeliveryUnknown, Trouble
from app.delivery.wire import WIRE

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

    from app.settings import Settings


def send(message: EmailMessage, *, to: str, settings: Settings, sender: str | None = None) -> None:
    """Hand the mail over, or write it to the mail folder when no server is set.

    `sender` is where it comes back to when it cannot be delivered; without it, to the address it is from.
    Raises DeliveryFailed: to be tried again without a connection, with a wrong password or after a 4xx;
    permanent when the recipient or the mail is refused with 5xx. Raises DeliveryUnknown when the connection
    broke between the last byte and the server's answer.
    """
    if settings.smtp_host is None:
        write_to_folder(message, folder=settings.mail_dir)
        return
    data = message.as_bytes(policy=WIRE)
    client: smtplib.SMTP | None = None
    try:
        client = _greet(settings)
        _envelope(client, sender=sender or parseaddr(settings.mail_from)[1], to=address_of(to).addr_spec)
        client.send(_dotted(data))
    except (smtplib.SMTPException, OSError) as error:
        _hang_up(client)
        raise DeliveryFailed(Trouble.NO_SERVER, _said(error), permanent=False) from error
    except DeliveryFailed:
        _hang_up(client)
        raise
    try:
        _hear_verdict(client)
    finally:
        _hang_up(client)


def knock(settings: Settings) -> None:
    """Connect, encrypt and sign in as for a mail, then hang up; raises DeliveryFailed."""
    try:
        client = _greet(settings)
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryFailed(Trouble.NO_SERVER, _said(error), permanent=False) from error
    _hang_up(client)


def _greet(settings: Settings) -> smtplib.SMTP:
    """Connected, encrypted as the settings say, and signed in."""
    host, port, timeout = settings.smtp_host or "", settings.smtp_port, settings.smtp_timeout
    name = socket.gethostname()
    if settings.smtp_security == "tls":
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            host, port, local_hostname=name, timeout=timeout, context=ssl.create_default_context()
        )
    else:
        client = smtplib.SMTP(host, port, local_hostname=name, timeout=timeout)
    try:
        client.ehlo_or_helo_if_needed()
        if settings.smtp_security == "starttls":
            client.starttls(context=ssl.create_default_context())
            client.ehlo()
        if settings.smtp_username:
            client.login(settings.smtp_username, settings.smtp_password or "")
    except BaseException:
        client.close()
        raise
    return client


def _envelope(client: smtplib.SMTP, *, sender: str, to: str) -> None:
    """From, to, and the server's word that the mail may follow."""
    code, reply = client.mail(sender)
    if code != 250:
        # The sender is ours: an administrator mends that, so it is tried again.
        raise DeliveryFailed(Trouble.SENDER, _shown(code, reply), permanent=False)
    code, reply = client.rcpt(to)
    if code not in {250, 251}:
        words, final = _shown(code, reply), code >= 500
        raise DeliveryFailed(Trouble.RECIPIENT, words, permanent=final, no_mailbox=final and is_about_mailbox(words))
    code, reply = client.docmd("DATA")
    if code != 354:
        raise DeliveryFailed(Trouble.MAIL, _shown(code, reply), permanent=code >= 500)


def _hear_verdict(client: smtplib.SMTP) -> None:
    """The answer to the whole mail: without it, nobody knows."""
    try:
        code, reply = client.getreply()
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryUnknown(Trouble.BROKEN, _said(error)) from error
    if code != 250:
        raise DeliveryFailed(Trouble.MAIL, _shown(code, reply), permanent=code >= 500)


def _hang_up(client: smtplib.SMTP | None) -> None:
    """Politely; what goes wrong after the verdict changes nothing."""
    if client is not None:
        with suppress(smtplib.SMTPException, OSError):
            client.quit()
        client.close()


def _dotted(data: bytes) -> bytes:
    """A line that begins with a dot gets another, and a lone dot ends it all (RFC 5321, 4.5.2)."""
    body = re.sub(rb"(?m)^\.", b"..", data)
    return body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _said(error: Exception) -> str:
    """What went wrong, without the addresses that a server likes to repeat."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _shown(error.smtp_code, error.smtp_error)
    return _without_addresses(str(error) or type(error).__name__)


def _shown(code: int, reply: bytes | str) -> str:
    words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
    return _without_addresses(f"{code} {words}")


def _without_addresses(words: str) -> str:
    return re.sub(r"\S+@\S+", "…", " ".join(words.split()))[:300]


def write_to_folder(message: EmailMessage, *, folder: Path) -> None:
    """One .eml file, whole or not there; the same mail again replaces it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = str(message["Message-ID"]).strip("<>").replace("/", "_")
    draft = folder / f"{name}.{secrets.token_hex(4)}.part"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(message.as_bytes(policy=WIRE))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / f"{name}.eml")
