"""A mail from its templates: text and HTML, photos inside, headers that nothing can break out of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING, cast

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
    message.set_content(render(f"{folder}/body.txt", letter.language, **context), cte="quoted-printable")
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
    if letter.stop_url and letter.stop_url.startswith("https://"):
        message["List-Unsubscribe"] = f"<{letter.stop_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


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
