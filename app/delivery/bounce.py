"""Reading a mail that came back (RFC 3464): whether the mailbox is gone for good, and which mail it was about.

Whoever sends it may be anybody, so nothing here is believed; services/bounces.py asks for the signed token.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import BytesParser
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

# The report on the delivery and the head of the returned mail stand first; photos that come back behind them are
# not read.
MOST_BYTES = 256_000
# Where the address stands to which the message came back, with the token in it.
_GIVEN_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
_TOKEN = re.compile(r"\+([a-z][0-9]{1,18}-[0-9a-f]{24})@", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"^message-id:\s*<([^<>\s]{1,200})>", re.IGNORECASE | re.MULTILINE)
_RETURNED = {"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"}
_STATUS = re.compile(r"\b5\.([0-9]{1,3})\.([0-9]{1,3})\b")
# The mail itself (too big, not understood, taken for advertising) or a server's own trouble says nothing about the
# mailbox: our mails are alike, and one that is set up wrongly would switch everybody off.
_NOT_THE_MAILBOX = {"3", "5", "6", "7"}


@dataclass(frozen=True)
class Bounce:
    """What came back: the tokens and Message-IDs found in it, and whether it is final."""

    tokens: tuple[str, ...]
    message_ids: tuple[str, ...]
    final: bool


def read_bounce(data: bytes, *, given_to: str = "") -> Bounce | None:
    """The report on a delivery in a raw message; None for everything else: answers, holiday notes, DMARC reports.

    `given_to` is the address that the mail server handed it over for, where it says so.
    """
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(data[:MOST_BYTES])
        if not _is_report(message):
            return None
        parts = list(_parts(message))
        return Bounce(
            tokens=tuple(dict.fromkeys(_tokens(message, given_to))),
            message_ids=tuple(dict.fromkeys(_message_ids(parts))),
            final=any(_is_final(block) for block in _blocks(parts)),
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        # Python's parser stumbles over some garbage in its own ways; a mail that cannot be read is no bounce.
        log.info("A message that could not be read: %s", type(error).__name__)
        return None


def is_about_mailbox(reply: str) -> bool:
    """Whether a mail server's 5xx says that there is no such mailbox; without a code of its own, it does."""
    found = _STATUS.search(reply)
    return found is None or found[1] not in _NOT_THE_MAILBOX


def _is_report(message: Message[Any, Any]) -> bool:
    kind = str(message.get_param("report-type") or "").lower()
    return message.get_content_type() == "multipart/report" and kind == "delivery-status"


def _parts(message: Message[Any, Any]) -> Iterator[Message[Any, Any]]:
    payload = message.get_payload()
    yield from (part for part in (payload if isinstance(payload, list) else []) if isinstance(part, Message))


def _blocks(parts: list[Message[Any, Any]]) -> Iterator[Message[Any, Any]]:
    """What is said about each recipient."""
    for part in parts:
        if part.get_content_type() == "message/delivery-status":
            yield from _parts(part)


def _is_final(block: Message[Any, Any]) -> bool:
    action, status = str(block.get("Action", "")).strip().lower(), str(block.get("Status", "")).strip()
    return action == "failed" and status.startswith("5.") and is_about_mailbox(status)


def _tokens(message: Message[Any, Any], given_to: str) -> Iterator[str]:
    addresses = [given_to, *(str(value) for name in _GIVEN_TO for value in message.get_all(name, []))]
    for address in addresses:
        yield from (token.lower() for token in _TOKEN.findall(address[:2000]))


def _message_ids(parts: list[Message[Any, Any]]) -> Iterator[str]:
    """Of the mail that is sent back, not of those that it quotes."""
    for part in parts:
        if part.get_content_type() not in _RETURNED:
            continue
        inner = part.get_payload()
        if isinstance(inner, list):
            yield from (str(one.get("Message-ID", "")).strip("<> \r\n") for one in _parts(part))
        else:
            text = bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")
            yield from _MESSAGE_ID.findall(text)[:1]
