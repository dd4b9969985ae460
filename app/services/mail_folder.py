"""The folder of mails that were written and not sent, because no mail server is set."""

from __future__ import annotations

from email import policy
from email.parser import BytesHeaderParser
from typing import TYPE_CHECKING

from app.models.address import ascii_address

if TYPE_CHECKING:
    from pathlib import Path


def mails_to(folder: Path, email: str) -> list[str]:
    """The Message-IDs of the mails to an address, in any spelling; files that are gone by now are left out."""
    found = []
    for path in sorted(folder.glob("*.eml")) if folder.is_dir() else ():
        try:
            with path.open("rb") as file:
                heads = BytesHeaderParser(policy=policy.default).parse(file)
        except FileNotFoundError:
            continue
        if ascii_address(email).lower() in {address.addr_spec.lower() for address in heads["To"].addresses}:
            found.append(path.stem)
    return found
