"""The choice of a language: remembered in a cookie; inside a form it keeps what was typed."""

from __future__ import annotations

from fastapi import Request, Response
from starlette.datastructures import FormData

from app.languages import LANGUAGES
from app.settings import Settings

A_YEAR = 365 * 86400


def remember(response: Response, settings: Settings, language: str) -> None:
    """Keep the language of all later pages."""
    response.set_cookie(
        "gatami_language",
        language,
        max_age=A_YEAR,
        path="/",
        secure=settings.https,
        httponly=True,
        samesite="lax",
    )


def choose(request: Request, posted: FormData, *, lang: str) -> str:
    """The language that a button `do=language:nb` of a form asks for, from this answer on; else that of the page."""
    step, _, asked = str(posted.get("do", "")).partition(":")
    if step != "language" or asked not in LANGUAGES:
        return lang
    request.state.language = request.state.chosen_language = asked
    return asked


def keep_typed(*_given: object, **_known: object) -> dict[str, object]:
    """The form's step of the button: the page as it was, in the language that was chosen before."""
    return {}
