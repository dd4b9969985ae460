"""Enter in a field of the form, where there is no script: it looks things up, and only the Send button sends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.errors import N_
from app.text import translate
from app.web.report_form import ReportForm
from app.web.state import AppState

NOT_SENT = N_("Nothing is sent yet. Everything you wrote is here. Press “Send the report” when you are done.")


def look_again(
    session: Session,  # noqa: ARG001  (as every step)
    state: AppState,  # noqa: ARG001
    form: ReportForm,
    posted: FormData,  # noqa: ARG001
    *,
    lang: str,
    at: datetime,  # noqa: ARG001
) -> dict[str, Any]:
    """The form once more with what belongs to it by now: hits, questions, the lamp of a number.

    While kinds are looked for, what was found says enough.
    """
    searching = form.kind.strip() and not form.category
    return {} if searching else {"notice": translate(NOT_SENT, lang)}
