"""A mailbox on an IMAP server (RFC 3501): its unread mails one by one, each marked as read when it is dealt with."""

from __future__ import annotations

import contextlib
import imaplib
import logging
import re
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.settings import Settings

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 30.0
MOST_AT_ONCE = 50
# Of a mail that is too large: enough for its head and its words.
BEGINNING_BYTES = 200_000
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,12})")


class MailboxDown(Exception):  # noqa: N818  (it is an answer, and reads as one)
    """The server does not answer, refuses us, or says what cannot be understood; another time it may."""


@dataclass(frozen=True, slots=True)
class Unread:
    """One mail as it lies there: its number in the folder, its size in bytes, and its bytes or their beginning."""

    uid: str
    size: int
    data: bytes


class Mailbox:
    """An open folder; use it with `opened`."""

    def __init__(self, connection: imaplib.IMAP4, *, most_bytes: int) -> None:
        self._connection = connection
        self._most_bytes = most_bytes

    def unread(self) -> Iterator[Unread]:
        """At most fifty, oldest first; reading them marks nothing."""
        found = _ok(self._connection.uid("SEARCH", "UNSEEN", "UNDELETED"))
        numbers = (found[0] or b"").split() if found else []
        for number in numbers[:MOST_AT_ONCE]:
            try:
                mail = self._fetch(number.decode("ascii", "replace"))
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error:  # It cannot hand this one over; that says nothing of the next.
                log.warning("The mailbox's server keeps a mail back.")
                continue
            if mail is not None:
                yield mail

    def mark(self, uid: str) -> None:
        """It is dealt with."""
        _ok(self._connection.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"))

    def _fetch(self, uid: str) -> Unread | None:
        told = b" ".join(_flat(_ok(self._connection.uid("FETCH", uid, "(RFC822.SIZE)"))))
        size = _SIZE.search(told)
        if size is None:  # Somebody else has taken it away meanwhile.
            return None
        whole = int(size[1]) <= self._most_bytes
        part = "(BODY.PEEK[])" if whole else f"(BODY.PEEK[]<0.{BEGINNING_BYTES}>)"
        answer = _ok(self._connection.uid("FETCH", uid, part))
        data = next((one[1] for one in answer if isinstance(one, tuple) and len(one) == 2), None)
        return None if data is None else Unread(uid, len(data) if whole else int(size[1]), data)


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Mailbox]:
    """The folder of the settings, signed in and selected. Raises MailboxDown, also from within the block."""
    connection: imaplib.IMAP4 | None = None
    try:
        connection = _connect(settings)
        connection.login(settings.mailbox_user or "", settings.mailbox_password or "")
        _ok(connection.select(_quoted(settings.mailbox_folder)))
        yield Mailbox(connection, most_bytes=settings.mailbox_max_bytes)
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        raise MailboxDown(type(error).__name__) from error
    finally:
        if connection is not None:
            # The conversation may be over already, or stuck.
            with contextlib.suppress(imaplib.IMAP4.error, OSError, ValueError):
                connection.logout()
            with contextlib.suppress(imaplib.IMAP4.error, OSError, ValueError):
                connection.shutdown()


def _connect(settings: Settings) -> imaplib.IMAP4:
    host, port = settings.mailbox_host or "", settings.mailbox_port
    context = ssl.create_default_context()
    if settings.mailbox_security == "tls":
        return imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=TIMEOUT_SECONDS)
    connection = imaplib.IMAP4(host, port, timeout=TIMEOUT_SECONDS)
    if settings.mailbox_security == "starttls":
        connection.starttls(context)
    return connection


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _ok(answer: tuple[str, Any]) -> list[Any]:
    state, data = answer
    if state != "OK":
        raise imaplib.IMAP4.error("The server said no.")
    return list(data)


def _flat(answer: list[Any]) -> Iterator[bytes]:
    for one in answer:
        if isinstance(one, bytes):
            yield one
        elif isinstance(one, tuple):
            yield from (part for part in one if isinstance(part, bytes))
