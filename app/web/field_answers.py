"""What comes from the field and what is answered, the same for crews and for firms that hold a link to a round."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import Depends, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.errors import N_, Invalid
from app.models import EntryKind, EntryResult, RouteList, StopOutcome
from app.queries import field as queries
from app.services import field, field_photos
from app.services.driving import Driver
from app.services.field_entries import (
    MAX_KEY,
    MAX_MATERIALS,
    MAX_MINUTES,
    MAX_PHOTOS,
    MAX_QUANTITY,
    MAX_WORDS,
    Entry,
    EntryAnswer,
)
from app.text import translate
from app.web import security
from app.web.bodies import MOST_JSON_BYTES, bounded
from app.web.deps import CsrfFailed, StateDep, form_token
from app.web.round_data import RoundData
from app.web.state import AppState
from app.web.uploads import files_of, get_photo_upload, read_file

MOST_ENTRIES = 500
NO_ENTRIES = N_("Send a list of entries, at most 500 at a time.")
NO_PHOTO = N_("Choose a photo first.")
_FAR = 10_000_000.0
# No control characters: the database takes no NUL, and would refuse the whole batch for it.
_PLAIN = r"^[^\x00-\x1f\x7f-\x9f]*$"
_Key = Annotated[str, Field(min_length=1, max_length=MAX_KEY, pattern=_PLAIN)]
_Id = Annotated[int, Field(ge=1, lt=2**63)]
_Code = Annotated[str, Field(min_length=1, max_length=40, pattern=_PLAIN)]
_Pieces = Annotated[float, Field(ge=0, le=MAX_QUANTITY)]
_Keys = Annotated[list[_Key], Field(max_length=MAX_PHOTOS)]


class SentEntry(BaseModel):
    """One tap as JSON. Unknown names are left alone, so that an older server takes a newer cab's taps."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)

    key: _Key
    kind: EntryKind
    happened_at: AwareDatetime
    stop_id: _Id | None = None
    references: Annotated[list[_Code], Field(max_length=50)] = []
    outcome: StopOutcome | None = None
    words: str | None = None
    show: bool | None = None
    minutes: Annotated[int, Field(ge=0, le=MAX_MINUTES)] | None = None
    materials: Annotated[dict[_Code, _Pieces], Field(max_length=MAX_MATERIALS)] | None = None
    photo_keys: _Keys | None = None
    photos_before: _Keys | None = None
    category: Annotated[str, Field(max_length=40, pattern=_PLAIN)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    metres: Annotated[float, Field(ge=0, le=_FAR)] | None = None

    def entry(self) -> Entry:
        """The tap in plain values; raises ValueError for an outcome that says nothing."""
        if self.kind == EntryKind.OUTCOME and (self.outcome is None or self.stop_id is None):
            raise ValueError("An outcome belongs to a stop.")
        whole = self.lat is not None and self.lon is not None
        return Entry(
            key=self.key,
            kind=self.kind,
            happened_at=self.happened_at,
            stop_id=self.stop_id,
            references=tuple(self.references),
            outcome=self.outcome,
            words=(self.words or "").replace("\x00", "")[:MAX_WORDS],
            show=bool(self.show),
            minutes=self.minutes,
            materials={code: pieces for code, pieces in (self.materials or {}).items() if pieces > 0},
            photo_keys=tuple(self.photo_keys or ()),
            photos_before=tuple(self.photos_before or ()),
            category=self.category or "",
            lat=self.lat if whole else None,
            lon=self.lon if whole else None,
            metres=self.metres,
        )


async def get_sent(request: Request, state: StateDep) -> bytes:
    """The body of a request of a page of ours, not read yet; raises CsrfFailed, HTTPException 413."""
    if not security.csrf_holds(request, state.settings, request.headers.get("x-csrf-token", ""), secret=state.secret):
        raise CsrfFailed
    return await Request(request.scope, bounded(request.receive, request.scope, MOST_JSON_BYTES)).body()


SentDep = Annotated[bytes, Depends(get_sent)]


async def get_field_photo(
    request: Request, posted: Annotated[FormData, Depends(get_photo_upload)], state: StateDep
) -> AsyncIterator[FormData]:
    """The fields `key` and `file` of a page of ours; raises CsrfFailed."""
    if not security.csrf_holds(request, state.settings, form_token(posted, request), secret=state.secret):
        raise CsrfFailed
    yield posted


FieldPhotoDep = Annotated[FormData, Depends(get_field_photo)]


def show_round(session: Session, route_list: RouteList, shown: RoundData) -> Response:
    """Everything a cab needs; the caller has asked whether this reader may drive the list."""
    whole = queries.whole_list(session, route_list.id)
    body = shown.of(whole, queries.vectors_around(session, whole), queries.conflicts_of(session, whole.id))
    return _json(body)


def take_entries(
    session: Session,
    state: AppState,
    driver: Driver,
    route_list: RouteList,
    sent: bytes,
    *,
    at: datetime,
    lang: str,
) -> Response:
    """Apply what was sent. What cannot be read is answered as such and does not hold up the rest."""
    read = [_read(one) for one in _entries_of(sent)]
    answers = iter(
        field.apply(
            session,
            driver,
            route_list,
            [entry for entry in read if isinstance(entry, Entry)],
            rules=state.rules_file.current,
            at=at,
            undo_seconds=state.settings.undo_seconds,
        )
    )
    told = [next(answers) if isinstance(entry, Entry) else entry for entry in read]
    return _json({"entries": [_told(one, lang) for one in told], "version": route_list.version})


def take_photo(
    session: Session,
    state: AppState,
    route_list: RouteList,
    posted: FormData,
    *,
    at: datetime,
    link_id: int | None = None,
) -> Response:
    """Take one photo by its key; sent again, the same answer. Through a link not more than a round takes."""
    files = files_of(posted, "file") or files_of(posted, "photo")
    if not files:
        raise Invalid(NO_PHOTO, fields={"file": NO_PHOTO})
    most = state.settings.photo_max_bytes
    photo = field_photos.take_photo(
        session,
        state.photos,
        route_list,
        read_file(files[0], most=most),
        key=str(posted.get("key") or ""),
        at=at,
        link_id=link_id,
        most_bytes=most,
    )
    return _json({"photo": photo.id})


def _entries_of(sent: bytes) -> list[Any]:
    try:
        body = orjson.loads(sent)
    except orjson.JSONDecodeError:
        raise Invalid(NO_ENTRIES) from None
    entries = body.get("entries") if isinstance(body, dict) else None
    if not isinstance(entries, list) or len(entries) > MOST_ENTRIES:
        raise Invalid(NO_ENTRIES)
    return entries


def _read(sent: Any) -> Entry | EntryAnswer:
    try:
        return SentEntry.model_validate(sent).entry()
    except (ValidationError, ValueError):
        key = sent.get("key") if isinstance(sent, dict) else None
        return EntryAnswer(key=str(key or "")[:MAX_KEY], result=EntryResult.REFUSED, conflict="unreadable")


def _told(answer: EntryAnswer, lang: str) -> dict[str, Any]:
    sentence = answer.sentence
    return {
        "key": answer.key,
        "result": answer.result.value,
        "conflict": answer.conflict,
        "sentence": translate(sentence, lang) if sentence else None,
        "reference": answer.reference,
    }


def _json(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), 200, {"Cache-Control": "no-store"}, "application/json")
