"""The holder of a follow link at one report: for every page behind such a link."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.models import Report
from app.models.links import follow_path
from app.queries import following as queries
from app.routing import Rules
from app.text import as_seen
from app.web import security
from app.web.deps import CsrfFailed, LanguageDep, MaybeStaffDep, NowDep, SessionDep, StateDep, form_token
from app.web.next_steps import Reader
from app.web.schemas import CONTROL
from app.web.state import AppState
from app.web.templating import redirect

# What our own forms are known by.
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Visit:
    """The holder of a follow link, at one report."""

    request: Request
    session: Session
    state: AppState
    report: Report
    lang: str
    at: datetime

    @property
    def rules(self) -> Rules:
        """The rules in force."""
        return self.state.rules_file.current

    @property
    def path(self) -> str:
        """Of the report's own page."""
        return follow_path(self.report, secret=self.state.secret)

    @property
    def reader(self) -> Reader:
        """For whom the page says what happens next."""
        reporter = self.report.reporter
        hears = reporter is not None and reporter.hears
        return Reader(self.lang, self.at, self.state.settings.reopen_days, own=True, hears=hears)

    def back(self, *, flash: str, kind: str = "success") -> Response:
        """To the page itself."""
        return redirect(self.request, self.path, flash=(kind, flash))

    def again(self) -> Report:
        """The report as it is now, after what was begun was rolled back."""
        token = self.request.path_params["token"]
        return queries.followed_report(self.session, self.report.reference, token, secret=self.state.secret)


def get_visit(
    request: Request,
    reference: str,
    token: str,
    session: SessionDep,
    state: StateDep,
    lang: LanguageDep,
    now: NowDep,
    staff: MaybeStaffDep,  # noqa: ARG001  (known to the template)
) -> Visit:
    """The report, if the link is right."""
    report = queries.followed_report(session, reference, token, secret=state.secret)
    return Visit(request, session, state, report, lang, now)


VisitDep = Annotated[Visit, Depends(get_visit)]


def check_csrf(visit: Visit, form: FormData) -> None:
    """Raises CsrfFailed. Not a dependency, because the form's photos are read before the visit begins."""
    settings, secret = visit.state.settings, visit.state.secret
    if not security.csrf_holds(visit.request, settings, form_token(form, visit.request), secret=secret):
        raise CsrfFailed


def words_of(form: FormData) -> str:
    """What was typed, without characters that nobody sees."""
    return as_seen(CONTROL.sub("", str(form.get("words") or "")))


def key_of(form: FormData) -> str:
    """What makes two taps on one form one; empty when it is none of ours."""
    key = str(form.get("key") or "")
    return key if _KEY.fullmatch(key) else ""
