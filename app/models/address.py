"""E-mail addresses as they are kept: the domain in the ASCII form in which mail goes to it, in small letters."""

from __future__ import annotations

from sqlalchemy.orm import validates

# A longer one is no domain, and would take long to encode.
LONGEST_DOMAIN = 255


def ascii_address(typed: str) -> str:
    """One spelling for all that mean one mailbox: `ola@ａ.no` is `ola@a.no`, so it is one person everywhere.

    The name before the @ stays as it was typed. What no mail can go to comes back as it is.
    """
    name, at, domain = typed.strip().rpartition("@")
    if len(domain) > LONGEST_DOMAIN:
        return typed.strip()
    try:
        return f"{name}{at}{domain.encode('idna').decode('ascii').lower()}"
    except UnicodeError:
        return typed.strip()


class Addressed:
    """A row with an address in `email`, which is spelled in the one way by whoever writes it."""

    @validates("email")
    def _spell(self, _key: str, typed: str | None) -> str | None:
        return ascii_address(typed) if typed else typed
