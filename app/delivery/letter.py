"""A mail from its templates: text and HTML, photos inside, headers that nothing can break out of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import TYPE_CHECKING, cast

from app.delivery.flowed import flow
from app.delivery.outcome import DeliveryFailed, Trouble
from app.text import render

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.delivery.parcel import Picture
    from app.settings import Settings

# Letters beyond ASCII before the @ need a server that knows SMTPUTF8, which few do.
_ADDRESS = re.compile(r"([!#-'*+\-./0-9=?A-Z^-~]+)@([^\s@<>()\[\],;:\"\\]+)")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What a mail says: the folder `template` of templates/emails, and what its files need.

    A POST to `stop_url` ends such mails: mail programs show a button for it (RFC 8058, which wants https).
    `thread` is what all mails about one report to one reader refer to. `bounce_token` says, when the mail comes back,
    which one it was.
    """

    template: str
    to: str
    language: str
    message_id: str
    at: datetime
    municipality: str
    context: Mapping[str, object]
    pictures: tuple[Picture, ...] = field(default=())
    stop_url: str | None = None
    thread: str | None = None
    bounce_token: str | None = None


def sender_of(letter: Letter, settings: Settings) -> str | None:
    """Where this mail comes back to; None: to the address it is from."""
    if settings.bounce_address is None or letter.bounce_token is None:
        return None
    name, _, domain = settings.bounce_address.partition("@")
    return f"{name}+{letter.bounce_token}@{domain}"


def compose(letter: Letter, *, settings: Settings) -> EmailMessage:
    """The mail, ready to be sent; raises DeliveryFailed for an address that no mail can go to."""
    context = {
        "municipality_name": letter.municipality,
        "desk_email": settings.desk_email,
        "picture_ids": [f"photo{number}" for number in range(1, len(letter.pictures) + 1)],
        **letter.context,
    }
    folder = f"emails/{letter.template}"
    message = EmailMessage()
    _write_headers(message, letter, settings=settings)
    message["Subject"] = " ".join(render(f"{folder}/subject.txt", letter.language, **context).split())
    text = flow(render(f"{folder}/body.txt", letter.language, **context))
    message.set_content(text, cte="quoted-printable", params={"format": "flowed"})
    html = render(f"{folder}/body.html", letter.language, **context)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    # Written last: the library moves earlier Content headers into the first part.
    message["Content-Language"] = letter.language
    _add_pictures(cast("EmailMessage", cast("list[object]", message.get_payload())[1]), letter.pictures)
    return message


def _write_headers(message: EmailMessage, letter: Letter, *, settings: Settings) -> None:
    message["From"] = settings.mail_from
    message["To"] = address_of(letter.to)
    message["Reply-To"] = settings.desk_email
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = f"<{letter.message_id}>"
    message["Auto-Submitted"] = "auto-generated"
    if letter.thread and letter.thread != letter.message_id:
        message["In-Reply-To"] = message["References"] = f"<{letter.thread}>"
    if letter.stop_url:
        # So that people can sort these mails, and holiday notes are not sent for them (RFC 2919).
        message["List-Id"] = f"GataMi <gatami.{_domain_of(settings)}>"
        if letter.stop_url.startswith("https://"):
            message["List-Unsubscribe"] = f"<{letter.stop_url}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _domain_of(settings: Settings) -> str:
    """The domain that our mails are from: ours to make names in."""
    return parseaddr(settings.mail_from)[1].rpartition("@")[2] or "localhost"


def address_of(typed: str) -> Address:
    """An address as it stands in a header; a domain with letters beyond a to z gets its ASCII form."""
    found = _ADDRESS.fullmatch(typed)
    try:
        user, domain = found.groups() if found else ("", "")
        return Address(addr_spec=f"{user}@{domain.encode('idna').decode('ascii')}")
    except (UnicodeError, ValueError, IndexError, HeaderParseError) as error:
        raise DeliveryFailed(Trouble.ADDRESS, permanent=True) from error


def _add_pictures(html: EmailMessage, pictures: tuple[Picture, ...]) -> None:
    """Shown inside the text, and saved under a name of their own."""
    for number, picture in enumerate(pictures, start=1):
        html.add_related(
            picture.jpeg,
            maintype="image",
            subtype="jpeg",
            cid=f"<photo{number}>",
            disposition="inline",
            filename=picture.name,
        )
