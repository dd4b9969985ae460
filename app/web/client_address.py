"""Where a request comes from, for limits only; never stored in the clear."""

from __future__ import annotations

from fastapi import Request

from app.settings import Settings


def client_address(request: Request, settings: Settings) -> str:
    """The peer's address; behind a trusted proxy the last address of X-Forwarded-For that is no proxy of ours."""
    peer = request.client.host if request.client else ""
    trusted = {address.strip() for address in settings.trusted_proxies.split(",") if address.strip()}
    if peer not in trusted:
        return peer
    hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",") if hop.strip()]
    return next((hop for hop in reversed(hops) if hop not in trusted), peer)
