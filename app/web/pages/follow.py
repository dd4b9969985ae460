"""The reporter's own page behind the secret link: receipt, history, and what the reporter can still do."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.errors import N_, DomainError, Invalid
from app.models import Photo, Report
from app.models.links import follow_path, photo_key, public_path
from app.queries import following as queries
from app.queries.photos import unsent
from app.routing import Rules, Unit
from app.services import following
from app.services.drafts import MAX_PHOTOS
from app.services.photos import take_photo
from app.storage import PhotoRefused
from app.text import as_seen, say
from app.web import security
from app.web.deps import (
    CsrfFailed,
    FormDep,
    LanguageDep,
    MaybeStaffDep,
    NowDep,
    SessionDep,
    StateDep,
    form_token,
)
from app.web.errors import STATUS_OF
from app.web.form_photos import photo_ids_of, thumbnail_of
from app.web.history import for_holder, last_question, show_first
from app.web.notices_here import Promise, promise_of
from app.web.schemas import CONTROL
from app.web.state import AppState
from app.web.templating import redirect, render
from app.web.uploads import ReportUploadDep, files_of, read_file

router = APIRouter(include_in_schema=False, prefix="/follow/{reference}/{token}")
SAVED = N_("Thank you. The service desk reads it.")


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

    def back(self, *, flash: str) -> Response:
        """To the page itself."""
        return redirect(self.request, follow_path(self.report, secret=self.state.secret), flash=("success", flash))


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
    """Raises CsrfFailed."""
    if not security.csrf_holds(
        visit.request, visit.state.settings, form_token(form, visit.request), secret=visit.state.secret
    ):
        raise CsrfFailed


@router.get("")
def show(visit: VisitDep, new: str = "") -> Response:
    """Status and history; with ?new=1 the receipt."""
    return _page(visit, new=bool(new))


# Forms come before visits: a body that arrives slowly must not hold a database connection.
@router.post("/withdrawal")
def withdraw(form: FormDep, visit: VisitDep) -> Response:
    """The report is not needed any more."""
    check_csrf(visit, form)
    following.withdraw(visit.session, visit.report, at=visit.at)
    return visit.back(flash=N_("Your report is withdrawn."))


@router.post("/reopening")
def reopen(posted: ReportUploadDep, visit: VisitDep) -> Response:
    """Closed, but still broken."""
    return _say(visit, posted, reopening=True)


@router.post("/reply")
def reply(posted: ReportUploadDep, visit: VisitDep) -> Response:
    """More words or photos, or the answer to a question of the desk."""
    return _say(visit, posted, reopening=False)


def _say(visit: Visit, posted: FormData, *, reopening: bool) -> Response:
    """Words and photos together, or, with a sentence, neither."""
    check_csrf(visit, posted)
    words = as_seen(CONTROL.sub("", str(posted.get("words") or "")))
    days = visit.state.settings.reopen_days
    verb = partial(following.still_broken, days=days) if reopening else following.tell_more
    sent = _photos(visit, posted)
    try:
        if sent.refused is not None:
            raise sent.refused
        with visit.session.begin_nested():
            verb(visit.session, visit.report, words=words, photo_ids=tuple(sent.ids), at=visit.at)
    except DomainError as error:
        # The rolled-back savepoint took what was loaded along.
        token = visit.request.path_params["token"]
        report = queries.followed_report(visit.session, visit.report.reference, token, secret=visit.state.secret)
        return _page(replace(visit, report=report), refused=error, words=words, photo_ids=sent.ids)
    return visit.back(flash=SAVED)


@dataclass
class Sent:
    """Photos of one form, which stay when the rest of it is refused; `refused` says why one of them is missing."""

    ids: list[uuid.UUID]
    refused: PhotoRefused | None = None


def _photos(visit: Visit, posted: FormData) -> Sent:
    """What came before the form and with it; the service counts them, so one more than allowed is enough to read."""
    most = visit.state.settings.photo_max_bytes
    sent = Sent(photo_ids_of(posted))
    for file in files_of(posted, "photo_files")[: MAX_PHOTOS + 1]:
        try:
            data = read_file(file, most=most)
            photo = take_photo(visit.session, visit.state.photos, data, at=visit.at, most_bytes=most)
        except PhotoRefused as error:
            sent.refused = error
        else:
            sent.ids.append(photo.id)
    return sent


def _page(
    visit: Visit,
    *,
    new: bool = False,
    refused: DomainError | None = None,
    words: str = "",
    photo_ids: Sequence[uuid.UUID] = (),
) -> Response:
    report, rules, lang = visit.report, visit.rules, visit.lang
    status = STATUS_OF.get(type(refused), 422) if refused is not None else 200
    base_url = visit.state.settings.public_url or str(visit.request.base_url)
    path = follow_path(report, secret=visit.state.secret)
    return render(
        visit.request,
        "follow/page.html",
        status_code=status,
        report=report,
        new=new,
        mailed=new and queries.has_receipt(visit.session, report),
        path=path,
        address=f"{base_url.rstrip('/')}{path}",
        category=rules.categories.get(report.category_code),
        likely=(unit := rules.units.get(report.unit_code or report.proposed_unit_code or "")),
        promise=_promise(visit, unit) if new else None,
        lines=for_holder(report, rules, lang=lang),
        question=last_question(report),
        first=show_first(visit.session, report),
        public_path=_public_path(report),
        can_withdraw=following.can_withdraw(report),
        can_reopen=following.can_say_still_broken(report, at=visit.at, days=visit.state.settings.reopen_days),
        refused=_sentence(refused, lang),
        words=words,
        photo_src=lambda photo, size="": _photo_src(photo, report, visit.state, size),
        kept_photos=unsent(visit.session, photo_ids),
        thumbnail=lambda photo: thumbnail_of(photo, secret=visit.state.secret),
        max_photos=MAX_PHOTOS,
        photo_max_bytes=visit.state.settings.photo_max_bytes,
    )


def _sentence(refused: DomainError | None, lang: str) -> str:
    if isinstance(refused, Invalid) and refused.fields:
        return say(Invalid(next(iter(refused.fields.values()))), lang)
    return say(refused, lang) if refused is not None else ""


def _promise(visit: Visit, unit: Unit | None) -> Promise | None:
    category = visit.rules.categories.get(visit.report.category_code)
    return promise_of(visit.session, category, unit) if category is not None else None


def _public_path(report: Report) -> str:
    is_public = not report.private and report.hidden_at is None and report.is_placed and report.status != "withdrawn"
    return public_path(report) if is_public else ""


def _photo_src(photo: Photo, report: Report, state: AppState, size: str) -> str:
    return f"/photos/{photo.id}{size}.jpg?key={photo_key(photo.id, nonce=report.nonce, secret=state.secret)}"
