"""Reading a mail that somebody wrote to us: its words, its pictures, and whether a person wrote it.

Whoever sends it may be anybody, so every size and depth has an end, and nothing is believed: not the sender, not the
declared types, not the encodings.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

from app.delivery.mail_text import MOST_HTML, decode, from_html, plain, without_control
from app.delivery.parsing import BOUNDED, parse_mail
from app.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

# A photo of a message that was sent on as an attachment counts; what lies deeper is somebody's archive.
MOST_NESTED = 2
MOST_PICTURES = 20
MOST_NAMED = 10
HEAD_BYTES = 200_000
_HALF = 32
OWN_DOMAIN = "@gatami"
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_ID = re.compile(r"<([^<>\s]{1,300})>")
_PICTURE = ("image/",)
_PICTURE_NAME = re.compile(r"\.(?:jpe?g|png|webp|heic|heif|avif)$", re.IGNORECASE)
_BULK = {"bulk", "junk", "list", "auto_reply"}
_AUTOMATIC_HEADS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Loop")
_LIST_HEADS = ("List-Id", "List-Unsubscribe", "List-Post")
_ROBOTS = {"mailer-daemon", "postmaster", "mail-daemon"}


class UnreadableMailError(Exception):
    """The mail cannot be taken apart."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above a mail. `key` is the same whenever the same mail comes; `sender` is as it says, unproven."""

    key: str
    message_id: str
    sender: str
    sender_name: str
    subject: str
    references: tuple[str, ...]
    automatic: str | None


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail taken apart. `links` are addresses behind its words; `left_out` names what is no photo."""

    text: str
    pictures: tuple[bytes, ...] = ()
    links: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass
class _Found:
    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    nested: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    html_left: int = MOST_HTML


def read_head(data: bytes, *, envelope_sender: str | None = None) -> Head:
    """The head of a raw message; never raises, whatever stands in it. `envelope_sender` is what the mail server says;
    empty: nobody, as with messages about mails.
    """
    try:
        message = BytesHeaderParser(policy=BOUNDED).parsebytes(data[:HEAD_BYTES])
        return _head_of(message, data, envelope_sender)
    except Exception:  # noqa: BLE001  (a mail whose head ends the reading would end that of all behind it)
        return Head(_digest(b"data", data), "", "", "", "", (), None)


def _head_of(message: Message[Any, Any], data: bytes, envelope_sender: str | None) -> Head:
    name, sender = _address(message)
    message_id = next(iter(_ID.findall(_raw(message, "Message-ID"))), "")
    return Head(
        key=_key(message, message_id, data),
        message_id=message_id,
        sender=sender,
        sender_name=name,
        subject=one_line(_words(_raw(message, "Subject")))[:300],
        references=tuple(_ID.findall(f"{_raw(message, 'In-Reply-To')} {_raw(message, 'References')}"[:20_000]))[:50],
        automatic=_why_automatic(message, sender, message_id, envelope_sender),
    )


def _key(message: Message[Any, Any], message_id: str, data: bytes) -> str:
    """The same however often a mail is delivered, and another one for any other mail: anybody can write somebody
    else's Message-ID above theirs. The servers on its way add to the head, and change line ends.
    """
    if not message_id:
        return _digest(b"data", data)
    body = _BLANK_LINE.split(data, 1)[-1].replace(b"\r\n", b"\n").strip()
    heads = [_raw(message, name).encode("utf-8", "replace") for name in ("From", "Date", "Subject")]
    return key_begins(message_id) + _digest(*heads, body)[:_HALF]


def key_begins(message_id: str) -> str:
    """What the keys of all mails with this Message-ID begin with, when all else of them is gone."""
    return _digest(b"id", message_id.encode("utf-8", "replace"))[:_HALF]


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\x00".join(parts)).hexdigest()


def read_mail(data: bytes) -> Incoming:
    """Words and pictures of a raw message; raises UnreadableMailError, and nothing else, whatever the bytes are."""
    try:
        found = _Found()
        for part, nested in _parts(parse_mail(data)):
            _take(part, found, nested=nested)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, KeyError, IndexError) as error:
        # Python's parser stumbles over some garbage in its own ways.
        raise UnreadableMailError(type(error).__name__) from error
    words = next((texts for texts in (found.plain, found.html, found.nested) if any(texts)), [])
    return Incoming(
        text="\n\n".join(text for text in words if text).strip(),
        pictures=tuple(found.pictures),
        links=tuple(found.links),
        left_out=tuple(found.left_out),
    )


def _parts(message: Message[Any, Any]) -> Iterator[tuple[Message[Any, Any], int]]:
    """Each part that is not made of others, and in how many messages it lies."""
    waiting: list[tuple[Message[Any, Any], int]] = [(message, 0)]
    while waiting:
        part, nested = waiting.pop()
        inner = part.get_payload()
        if isinstance(inner, list) and part.get_content_type() != "message/delivery-status":
            nested += part.get_content_maintype() == "message"
            if nested <= MOST_NESTED:
                waiting += [(one, nested) for one in reversed(inner) if isinstance(one, Message)]
            continue
        yield part, nested


def _take(part: Message[Any, Any], found: _Found, *, nested: int) -> None:
    kind, name = part.get_content_type(), _file_name(part)
    attached = "attachment" in str(part.get("Content-Disposition", "")).lower()
    if kind.startswith(_PICTURE) or _PICTURE_NAME.search(name):
        if len(found.pictures) < MOST_PICTURES:
            found.pictures.append(_bytes(part))
        else:
            _leave_out(found, name or kind)
    elif kind == "text/plain" and not attached:
        text = plain(decode(_bytes(part), part.get_content_charset()), flowed=part.get_param("format") == "flowed")
        (found.nested if nested else found.plain).append(text)
    elif kind == "text/html" and not attached:
        html = decode(_bytes(part), part.get_content_charset())[: found.html_left]
        found.html_left -= len(html)
        text, links = from_html(html)
        (found.nested if nested else found.html).append(text)
        found.links += links
    else:
        _leave_out(found, name or kind)


def _leave_out(found: _Found, name: str) -> None:
    if len(found.left_out) < MOST_NAMED:
        found.left_out.append(one_line(without_control(name))[:80])
    elif found.left_out[-1] != "…":
        found.left_out.append("…")


def _bytes(part: Message[Any, Any]) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _file_name(part: Message[Any, Any]) -> str:
    try:
        return _words(part.get_filename() or "")
    except (ValueError, LookupError, TypeError):
        return ""


def _raw(message: Message[Any, Any], name: str) -> str:
    return without_control(str(message.get(name, "")))


def _words(raw: str) -> str:
    """A header as people read it; what is encoded wrongly stays readable as far as it is."""
    try:
        found = decode_header(raw)
    except (ValueError, LookupError, TypeError):
        return without_control(raw)
    words = (decode(part, charset) if isinstance(part, bytes) else part for part, charset in found)
    return without_control("".join(words))


def _address(message: Message[Any, Any]) -> tuple[str, str]:
    try:
        name, address = parseaddr(without_control(_raw(message, "From")))
    except (RecursionError, ValueError, LookupError, TypeError):  # It calls itself for every bracket.
        return "", ""
    return one_line(_words(name))[:100], address if address.count("@") == 1 and len(address) <= 254 else ""


def _why_automatic(message: Message[Any, Any], sender: str, message_id: str, envelope_sender: str | None) -> str | None:
    """Why no person waits for an answer to it; None when one seems to. Answering these would make a loop."""
    submitted = _raw(message, "Auto-Submitted").partition(";")[0].strip().lower()
    precedence = _raw(message, "Precedence").strip().lower()
    returned = envelope_sender if envelope_sender is not None else _raw(message, "Return-Path").strip()
    # Postfix hands nobody over under this name.
    nobody = returned.lower() in {"", "<>", "mailer-daemon"} and (
        envelope_sender is not None or "Return-Path" in message
    )
    if message_id.endswith(OWN_DOMAIN):
        return "own"
    if any(name in message for name in _LIST_HEADS) or precedence == "list":
        return "list"
    robot = sender.partition("@")[0].lower() in _ROBOTS or nobody or message.get_content_type() == "multipart/report"
    automatic = submitted not in {"", "no"} or precedence in _BULK or any(one in message for one in _AUTOMATIC_HEADS)
    return "automatic" if robot or automatic else None
