"""Limits where requests come in: who is counted, and that staff are not."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from fastapi import Request

from app.services.limits import Count, check_limits, counted_address
from app.web.client_address import client_address
from app.web.state import state_of


def check_sender(request: Request, kind: str, *, email: str = "", tokens: int = 1) -> None:
    """Count one `kind` (report, photo, support, search) for the sender's network, a report also for its e-mail address.

    Raises TooMany. Call it before the request's own session asks the database anything: it takes a connection of its
    own, and requests that hold one while they wait for a second could all wait for each other. Members of staff who
    are known on the request are not limited.
    """
    if tokens == 0 or getattr(request.state, "staff", None) is not None:
        return
    state = state_of(request)
    counts = [Count(kind, network_of(client_address(request, state.settings)), tokens)]
    if email.strip():
        counts.append(Count(f"{kind}_email", counted_address(email)))
    zone = state.rules_file.current.timezone
    check_limits(
        state.session_factory, counts, settings=state.settings, secret=state.secret, zone=zone, at=state.clock()
    )


def network_for_support(request: Request) -> str:
    """From where "mine too" comes, for `supporting.support`; empty when the limit of them is switched off."""
    settings = state_of(request).settings
    return network_of(client_address(request, settings)) if settings.limit_support_per_hour else ""


def network_of(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 one: a home has one of them, and all of its addresses."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)
