"""Words and photos of one report: notes, what others may read and see of it, and the original of a blurred photo."""

from __future__ import annotations

import uuid

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from sqlalchemy.orm import selectinload

from app.errors import N_, NotFound
from app.models import Report
from app.models.mention import names_in
from app.queries.people import mentionable
from app.queries.visible import report_for
from app.services import blurring, moderation, noting
from app.storage import Region
from app.storage.blurring import MOST_REGIONS
from app.text import translate
from app.web.deps import CsrfChecked, DeskDep, LanguageDep, RulesDep, SessionDep, get_language
from app.web.pages.desk_form import DeskForm, DeskFormDep
from app.web.templating import render

router = APIRouter(prefix="/staff/reports/{reference}", include_in_schema=False)
SIDES = ("left", "top", "width", "height")
EMPTY_ROWS = 3
SAVED = N_("Your note is saved for staff.")
TOLD = N_("%(names)s will be told.")
ELSEWHERE = N_("%(names)s can not see this report and will not be told.")


@router.post("/note", dependencies=[CsrfChecked])
def note(desk: DeskFormDep) -> Response:
    """A line among staff, or for everybody."""
    public = desk.text("public") == "1"
    said = {name: value for name, value in desk.undoable.items() if name != "version"}
    words = desk.text("words")
    return desk.act(
        lambda report: noting.note(
            desk.session, report, words=desk.words(report) if public else words, public=public, **said
        ),
        stay=True,
        flash="" if public else _saved(desk, words),
    )


def _saved(desk: DeskForm, words: str) -> str:
    """That it is saved, who is told, and which @names are not."""
    lang = get_language(desk.request)
    sentences = [translate(SAVED, lang)]
    if names_in(words):
        report = report_for(desk.session, desk.staff, desk.reference)
        called = noting.called(desk.session, report, words)
        told = [one.name for one in called.staff if one.id != desk.staff.id]
        for names, sentence in ((told, TOLD), (called.elsewhere, ELSEWHERE)):
            if names:
                sentences.append(translate(sentence, lang, names=", ".join(names)))
        if called.unknown:
            named = ", ".join(called.unknown)
            sentences.append(translate(N_("Nobody here is called %(names)s."), lang, names=named))
        if called.unclear:
            named = ", ".join(called.unclear)
            several = N_('Several are called %(names)s. Write the whole name: @"Kari Nordmann".')
            sentences.append(translate(several, lang, names=named))
    return " ".join(sentences)


@router.get("/colleagues")
def colleagues(reference: str, session: SessionDep, staff: DeskDep) -> Response:
    """Names that can be called with @ in a note about this report."""
    report = report_for(session, staff, reference)
    names = [one.name for one in mentionable(session, unit_code=report.unit_code) if one.id != staff.id]
    answer = orjson.dumps({"names": names})
    return Response(answer, headers={"Cache-Control": "no-store"}, media_type="application/json")


@router.post("/masking", dependencies=[CsrfChecked])
def mask(desk: DeskFormDep) -> Response:
    """The words that others must not read, by their numbers; with `publish` the rest is let through."""
    chosen = desk.wholes("mask")
    publish = desk.text("publish") == "1"
    return desk.act(
        lambda report: moderation.mask_words(desk.session, report, which=chosen, publish=publish, **desk.who_when),
        stay=True,
        flash=N_("Everybody can read the text without the masked words.")
        if publish
        else N_("Others read the text without the masked words, when they may read it."),
    )


@router.get("/photos/{photo_id}")
def photo_page(
    request: Request,
    reference: str,
    photo_id: uuid.UUID,
    session: SessionDep,
    staff: DeskDep,
    rules: RulesDep,
    lang: LanguageDep,
) -> Response:
    """One photo, on which the parts are marked that others must not see."""
    report = report_for(session, staff, reference, selectinload(Report.photos))
    photo = next((one for one in report.photos if one.id == photo_id), None)
    if photo is None:
        raise NotFound(blurring.NOT_HERE)
    # Where the original is gone, the marks are in the picture for good and can not be moved.
    kept = photo.regions or [] if photo.blurred_at is None or photo.original_id is not None else []
    category = rules.categories.get(report.category_code)
    return render(
        request,
        "staff/photo.html",
        report=report,
        photo=photo,
        number=report.photos.index(photo) + 1,
        category_name=category.name(lang) if category else report.category_code,
        sides=SIDES,
        rows=[*kept, *([""] * len(SIDES) for _ in range(min(EMPTY_ROWS, MOST_REGIONS - len(kept))))],
        most_regions=MOST_REGIONS,
        rules_banner=None,
    )


@router.post("/blurring", dependencies=[CsrfChecked])
def blur(desk: DeskFormDep) -> Response:
    """Those parts of a photo are made unreadable."""
    return desk.act(
        lambda report: blurring.blur_photo(
            desk.session,
            report,
            photo_id=_photo_id(desk),
            regions=_regions(desk),
            store=desk.state.photos,
            **desk.who_when,
        ),
        stay=True,
        flash=N_("Those parts can not be seen any more. The photo as it was is kept apart for a time."),
    )


@router.post("/unblurring", dependencies=[CsrfChecked])
def unblur(desk: DeskFormDep) -> Response:
    """The photo as it was, for staff until it is let through anew."""
    return desk.act(
        lambda report: blurring.unblur_photo(
            desk.session, report, photo_id=_photo_id(desk), store=desk.state.photos, **desk.who_when
        ),
        stay=True,
        flash=N_("The photo is whole again, and not public."),
    )


@router.post("/original", dependencies=[CsrfChecked])
def show_original(desk: DeskFormDep) -> Response:
    """The photo as it was. That somebody saw it is kept."""
    report = report_for(desk.session, desk.staff, desk.reference)
    path = blurring.original_of(
        desk.session, report, photo_id=_photo_id(desk), store=desk.state.photos, by=desk.staff, at=desk.at
    )
    headers = {"Cache-Control": "no-store", "Content-Disposition": "inline"}
    return FileResponse(path, media_type="image/jpeg", headers=headers)


def _regions(desk: DeskForm) -> list[Region]:
    """The rows that are filled in, in per cent; raises Invalid for half a row."""
    columns = [[str(value).strip() for value in desk.form.getlist(side)] for side in SIDES]
    rows = [row for row in zip(*columns, strict=False) if any(row)][: MOST_REGIONS + 1]
    return [Region.checked(*(_percent(value) for value in row)) for row in rows]


def _percent(value: str) -> float:
    try:
        return float(value.replace(",", "."))
    except ValueError:
        return float("nan")


def _photo_id(desk: DeskForm) -> uuid.UUID:
    try:
        return uuid.UUID(desk.text("photo"))
    except ValueError:
        raise NotFound(blurring.NOT_HERE) from None
