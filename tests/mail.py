"""A real mail server and a worker's office for the tests."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller

from app.delivery import make_channels
from app.delivery.flowed import unflow
from app.services.office import Office
from tests.application import SECRET


@dataclass
class Postbox:
    """What the server got, and how it behaves: answers are used up one by one, then all is taken."""

    recipient_answers: list[str] = field(default_factory=list)
    mail_answers: list[str] = field(default_factory=list)
    hang_up_after_data: bool = False
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    before_answer: Callable[[], None] | None = None

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.recipient_answers:
            return self.recipient_answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.mail_answers:
            return self.mail_answers.pop(0)
        self.raw.append(envelope.original_content)
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        if self.before_answer:
            self.before_answer()
        if self.hang_up_after_data:
            server.transport.abort()
        return "250 OK"


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail, its lines joined as a mail program joins them."""
    part = mail.get_body(("plain",))
    assert part is not None
    words = str(part.get_content())
    return unflow(words) if part.get_param("format") == "flowed" else words


def html_of(mail: EmailMessage) -> str:
    """The HTML of a mail."""
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def mail_port(postbox: Postbox) -> Iterator[int]:
    """The port of a running mail server."""
    port = free_port()
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield port
    controller.stop()


@pytest.fixture
def mailing(settings, mail_port):
    """Settings that send by that server."""
    return settings.model_copy(
        update={"smtp_host": "127.0.0.1", "smtp_port": mail_port, "smtp_security": "none", "smtp_timeout": 5.0}
    )


@pytest.fixture
def office(state, mailing) -> Office:
    """A worker's parts on the test's own transaction and clock."""
    return Office(
        settings=mailing,
        session_factory=state.session_factory,
        rules_file=state.rules_file,
        photos=state.photos,
        secret=SECRET,
        channels=make_channels(mailing, secret=SECRET),
        clock=state.clock,
    )
