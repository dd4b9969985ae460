"""How a mail is written for its way: Python's own rules, but for headers that hold addresses for programs.

Those lines may be long (RFC 5322 allows 998 characters), and Python writes what does not fit into 78 as an encoded
word, which no mail program takes for an address: the button for "no more mails" would be gone.
"""

from __future__ import annotations

from email.policy import SMTP, EmailPolicy
from typing import Any

_UNBROKEN = {"list-unsubscribe", "list-id", "message-id", "in-reply-to", "references"}


class _Wire(EmailPolicy):
    def fold(self, name: str, value: Any) -> str:
        """One header as it is sent, with the end of its line."""
        if name.lower() in _UNBROKEN:
            return f"{name}: {' '.join(str(value).split())}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The same as bytes."""
        if name.lower() in _UNBROKEN:
            return self.fold(name, value).encode("ascii", "surrogateescape")
        return bytes(super().fold_binary(name, value))


WIRE = _Wire(linesep=SMTP.linesep)
