"""Reading a mail that came back (RFC 3464): whether the mailbox is gone for good, and which mail it was about.

Whoever sends it may be anybody, so nothing here is believed; services/bounces.py asks for the signed token.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from email.message import Message
from typing import TYPE_CHECKING, Any

from app.delivery.parsing import parse_mail

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
# "550 5.1.1 words", "550-5.1.1 words", "550 #5.1.0 words", "550 words", or the enhanced code alone (RFC 3463).
_REPLY = re.compile(
    r"\s*(?P<code>5\d\d\b)?[\s-]*(?:#?(?P<status>5\.\d{1,3}\.\d{1,3})(?![.\d]))?(?P<words>.*)", re.DOTALL
)
# Nobody there, moved away, or switched off by its provider. All the rest, a full mailbox too, is a state that passes,
# or is about the mail, its sender or a server: our mails are alike, so what is set up wrongly would switch all off.
_NO_MAILBOX = {"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"}
_SAYS_NOTHING = {None, "5.0.0"}
_WORDLESS_CODES = {"550", "551", "553"}
_WHO = re.compile(r"\b(?:user|mailbox|recipient|address|addressee|account)s?\b", re.IGNORECASE)
_NOBODY = re.compile(r"unknown|no such|not? (?:be )?(?:found|exist)|n't exist|no mailbox|invalid", re.IGNORECASE)
_ABOUT_US = re.compile(r"sender|spam|block|polic|reject due|reputation|\b(?:spf|dkim|dmarc|rbl|dnsbl)\b", re.IGNORECASE)
_LISTED = re.compile(r"list", re.IGNORECASE)
_ADDRESS = re.compile(r"\S+@\S+")


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
        message = parse_mail(data[:MOST_BYTES])
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
    """Whether a mail server's 5xx says that there is no such mailbox: by its enhanced code, or else by its words."""
    found = _REPLY.match(_ADDRESS.sub("", reply))
    if found is None or _ABOUT_US.search(found["words"]):
        return False
    if found["status"] not in _SAYS_NOTHING:
        return found["status"] in _NO_MAILBOX
    words = found["words"]
    named = _WHO.search(words) and _NOBODY.search(words) and not _LISTED.search(words)
    return found["code"] in _WORDLESS_CODES and bool(named)


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
    if action != "failed" or not status.startswith("5."):
        return False
    said = str(block.get("Diagnostic-Code", "")).partition(";")[2].strip()
    # Many servers write 5.0.0, or a code of their own making, and leave it to the words of the one that refused.
    about_us = _ABOUT_US.search(_ADDRESS.sub("", said))
    return is_about_mailbox(said if status.partition(" ")[0] == "5.0.0" else status) and not about_us


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
