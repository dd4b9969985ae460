"""The button of mail programs that ends a list's mails (RFC 8058)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.web import security
from app.web.deps import CsrfFailed, form_token

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.datastructures import FormData

    from app.web.state import AppState

ONE_CLICK = ("List-Unsubscribe", "One-Click")


def is_one_click(request: Request, form: FormData, state: AppState) -> bool:
    """Whether a mail program sent it; False for a form of our own page. Raises CsrfFailed for everything else.

    A mail program has no page of ours and no token of one. Nobody else can make a browser send that: the address holds
    the secret of just this reader. It must not be sent elsewhere, so it is answered with the page; a person's browser
    is sent on, so that going back asks nothing.
    """
    name, pressed = ONE_CLICK
    if form.get(name) == pressed:
        return True
    if not security.csrf_holds(request, state.settings, form_token(form, request), secret=state.secret):
        raise CsrfFailed
    return False
