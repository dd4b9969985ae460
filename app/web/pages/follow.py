"""The reporter's own page behind the secret link: receipt, history, and what the reporter can still do."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import APIRouter, Response
from starlette.datastructures import FormData

from app.errors import N_, DomainError
from app.services import following
from app.services.drafts import MAX_PHOTOS
from app.services.following import Said
from app.services.photos import take_photo
from app.storage import PhotoRefused
from app.web.deps import FormDep
from app.web.follow_page import show_page
from app.web.form_photos import photo_ids_of
from app.web.uploads import ReportUploadDep, files_of, read_file
from app.web.visit import Visit, VisitDep, check_csrf, key_of, words_of

router = APIRouter(include_in_schema=False, prefix="/follow/{reference}/{token}")

SAVED = N_("Thank you. Those who have the report read it.")
SAVED_BEFORE = N_("We have it already. You need not send it again.")
REOPENED = N_("Thank you for telling us. The service desk looks at it again.")
REOPENED_BEFORE = N_("You have told us already that it is still broken. The service desk looks at it again.")
REOPENED_MORE = N_("You have told us already that it is still broken. What you wrote now is added.")
WITHDRAWN = N_("Your report is withdrawn.")
GONE = N_("Thank you for telling us. Nobody needs to go there now.")
ENDED_BEFORE = N_("Your report was withdrawn before. You need not do it again.")
WITHHELD = N_("Your words and photos are now shown to nobody but those who work on the report.")
SHOWN = N_("Your words and photos may be shown again, when the service desk has looked at them.")


@router.get("")
def show(visit: VisitDep, new: str = "") -> Response:
    """Status and history; with ?new=1 the receipt."""
    return show_page(visit, new=bool(new))


# Forms come before visits: a body that arrives slowly must not hold a database connection.
@router.post("/withdrawal")
def withdraw(form: FormDep, visit: VisitDep) -> Response:
    """The report was a mistake."""
    check_csrf(visit, form)
    return _try(visit, "withdrawal", _withdraw, {Said.NOW: WITHDRAWN, Said.BEFORE: ENDED_BEFORE})


@router.post("/disappearance")
def say_gone(form: FormDep, visit: VisitDep) -> Response:
    """It is no longer a problem."""
    check_csrf(visit, form)
    words = words_of(form)

    def verb(visit: Visit) -> Said:
        return following.say_gone(visit.session, visit.report, words=words, at=visit.at)

    return _try(visit, "disappearance", verb, {Said.NOW: GONE, Said.BEFORE: ENDED_BEFORE}, words=words)


@router.post("/words")
def withhold(form: FormDep, visit: VisitDep) -> Response:
    """Others may read the words, when the desk lets them; or may not."""
    check_csrf(visit, form)
    withheld = form.get("hide") == "yes"

    def verb(visit: Visit) -> Said:
        return following.withhold_words(visit.session, visit.report, withheld=withheld, at=visit.at)

    said = WITHHELD if withheld else SHOWN
    return _try(visit, "words", verb, {Said.NOW: said, Said.BEFORE: said})


@router.post("/reopening")
def reopen(posted: ReportUploadDep, visit: VisitDep) -> Response:
    """Closed, but still broken."""
    check_csrf(visit, posted)
    sent = _read(visit, posted)

    def verb(visit: Visit) -> Said:
        days = visit.state.settings.reopen_days
        return following.still_broken(
            visit.session, visit.report, **sent.given(), at=visit.at, days=days, rules=visit.rules
        )

    sentences = {Said.NOW: REOPENED, Said.BEFORE: REOPENED_BEFORE, Said.ADDED: REOPENED_MORE}
    return _try(visit, "reopening", sent.checked(verb), sentences, words=sent.words, photo_ids=sent.ids)


@router.post("/reply")
def reply(posted: ReportUploadDep, visit: VisitDep) -> Response:
    """More words or photos, or the answer to a question of the desk."""
    check_csrf(visit, posted)
    sent = _read(visit, posted)

    def verb(visit: Visit) -> Said:
        return following.tell_more(visit.session, visit.report, **sent.given(), at=visit.at)

    sentences = {Said.NOW: SAVED, Said.BEFORE: SAVED_BEFORE}
    return _try(visit, "reply", sent.checked(verb), sentences, words=sent.words, photo_ids=sent.ids)


def _withdraw(visit: Visit) -> Said:
    return following.withdraw(visit.session, visit.report, at=visit.at)


def _try(
    visit: Visit,
    noun: str,
    verb: Callable[[Visit], Said],
    sentences: dict[Said, str],
    *,
    words: str = "",
    photo_ids: list[uuid.UUID] | None = None,
) -> Response:
    """All of it, or, with a sentence on the same page and everything that was typed, nothing."""
    try:
        with visit.session.begin_nested():
            said = verb(visit)
    except DomainError as error:
        # The rolled-back savepoint took what was loaded along.
        visit = replace(visit, report=visit.again())
        return show_page(visit, refused=error, noun=noun, words=words, photo_ids=photo_ids or ())
    return visit.back(flash=sentences[said], kind="success" if said != Said.BEFORE else "info")


@dataclass
class Sent:
    """Words and photos of one form; the photos stay when the rest is refused. `refused`: why one of them is missing."""

    words: str
    key: str
    ids: list[uuid.UUID] = field(default_factory=list)
    refused: PhotoRefused | None = None

    def given(self) -> dict[str, Any]:
        """What the services take."""
        return {"words": self.words, "photo_ids": tuple(self.ids), "key": self.key}

    def checked(self, verb: Callable[[Visit], Said]) -> Callable[[Visit], Said]:
        """The verb, unless a photo was refused: words and photos go together."""

        def check_first(visit: Visit) -> Said:
            if self.refused is not None:
                raise self.refused
            return verb(visit)

        return check_first


def _read(visit: Visit, posted: FormData) -> Sent:
    """What came before the form and with it; the service counts them, so one more than allowed is enough to read."""
    most = visit.state.settings.photo_max_bytes
    sent = Sent(words_of(posted), key_of(posted), photo_ids_of(posted))
    if sent.key and following.was_done(visit.session, visit.report, sent.key):
        return sent
    for file in files_of(posted, "photo_files")[: MAX_PHOTOS + 1]:
        try:
            data = read_file(file, most=most)
            photo = take_photo(visit.session, visit.state.photos, data, at=visit.at, most_bytes=most)
        except PhotoRefused as error:
            sent.refused = error
        else:
            sent.ids.append(photo.id)
    return sent
