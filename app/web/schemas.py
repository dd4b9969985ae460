"""The shapes of the API, as programs read them in the OpenAPI description."""

from __future__ import annotations

import re
import uuid
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from app.services.drafts import MAX_DESCRIPTION, MAX_PHOTOS
from app.text import as_seen

# Everything below 32 but tab and line ends: PostgreSQL cannot store some, and people cannot mean any of them.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _without_control(text: str) -> str:
    if CONTROL.search(text):
        raise PydanticCustomError("control_character", "control characters")
    return as_seen(text)


Plain = AfterValidator(_without_control)
AnswerText = Annotated[str, Field(max_length=500), Plain]
Answer = AnswerText | Annotated[int, Field(ge=-(10**9), le=10**9)] | float | list[AnswerText] | None
QuestionCode = Annotated[str, Field(max_length=40), Plain]


class Strict(BaseModel):
    """An unknown name is a mistake, and infinity is no number."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class ReporterIn(Strict):
    """Who reports; all of it optional and none of it ever public. An address given gets one receipt."""

    name: Annotated[str, Field(max_length=100), Plain] = ""
    email: Annotated[str, Field(max_length=254), Plain] = ""
    phone: Annotated[str, Field(max_length=30), Plain] = ""
    language: Literal["nb", "nn", "se", "en"] = Field("nb", description="Language of mails to the reporter.")


class ReportIn(Strict):
    """A new report about one place."""

    category: Annotated[str, Field(min_length=1, max_length=40), Plain] = Field(
        description="A code from GET /api/categories."
    )
    lat: float = Field(strict=True, ge=-90, le=90, description="Latitude, degrees WGS84.")
    lon: float = Field(strict=True, ge=-180, le=180, description="Longitude, degrees WGS84.")
    description: Annotated[str, Field(max_length=MAX_DESCRIPTION), Plain] = Field(
        "",
        description="What is wrong, in the reporter's words. Shown to staff; public only when they let it through.",
    )
    address: Annotated[str, Field(max_length=200), Plain] = Field("", description="Where it is, in words.")
    answers: dict[QuestionCode, Answer] = Field(
        default_factory=dict,
        max_length=50,
        description="Answers to the category's questions, by their codes.",
    )
    photos: list[uuid.UUID] = Field(
        default_factory=list, max_length=MAX_PHOTOS, description="Ids from POST /api/photos."
    )
    reporter: ReporterIn = Field(default_factory=ReporterIn)


class ReportReceipt(BaseModel):
    """What a new report got; the report is on disk when you read this."""

    reference: str = Field(description="Can be read over the phone; accepted with and without hyphens.")
    status: str
    category: str
    lat: float
    lon: float
    created_at: datetime
    due_at: datetime | None = Field(description="When it should be done; null where no date is promised.")
    url: str | None = Field(description="The public page; null for a category that is never public.")
    follow_url: str = Field(description="Secret: whoever has it can follow the report and act as its reporter.")


class PublicPhoto(BaseModel):
    """A photo that the service desk let through."""

    url: str
    thumbnail_url: str


class PublicReport(BaseModel):
    """What everybody may see of a report."""

    reference: str
    category: str
    status: str
    lat: float | None
    lon: float | None
    created_at: datetime
    changed_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    planned_for: date | None = Field(description="The day for which a crew has it on its list; null when none has.")
    support_count: int = Field(description="How many others have reported the same.")
    address: str | None = Field(description="Null until the service desk lets the reporter's words through.")
    description: str | None = Field(description="Null until the service desk lets the reporter's words through.")
    photos: list[PublicPhoto]
    url: str


class PublicUpdate(BaseModel):
    """One line of a report's history."""

    at: datetime
    kind: str
    status: str | None = Field(description="The status since then; null when it did not change.")
    unit: str | None = Field(description="Code of the unit that has it.")
    words: str | None = Field(description="What staff wrote to everybody.")


class PublicReportWithHistory(PublicReport):
    """A report and what has happened to it."""

    duplicate_of: str | None = Field(description="Reference of the report that stays, if it is public.")
    updates: list[PublicUpdate]


class ReportPage(BaseModel):
    """Reports, newest first."""

    reports: list[PublicReport]
    next_cursor: str | None = Field(description="Ask for this cursor with the same filters; null on the last page.")


class PhotoReceipt(BaseModel):
    """A photo that waits for its report."""

    id: uuid.UUID
    width: int
    height: int
    expires_at: datetime = Field(description="When it is deleted, unless a report has been sent with it.")


class FieldMistake(BaseModel):
    """What is wrong with one field."""

    field: str
    detail: str


class Problem(BaseModel):
    """RFC 9457: what went wrong, for programs and for people."""

    type: str = Field(description="Address of a page that explains this kind of problem.")
    title: str
    status: int
    detail: str
    errors: list[FieldMistake] = Field(default_factory=list)


class MapPoint(BaseModel):
    """GeoJSON: longitude before latitude."""

    type: Literal["Point"]
    coordinates: tuple[float, float]


class ClusterProperties(BaseModel):
    """How many reports stand for one point."""

    count: int
    open: int = Field(description="How many of them somebody still has to do something about.")


class ReportProperties(BaseModel):
    """One report."""

    reference: str
    category: str
    status: str


class MapFeature(BaseModel):
    """A cluster or a report."""

    type: Literal["Feature"]
    geometry: MapPoint
    properties: ClusterProperties | ReportProperties


class MapFeatures(BaseModel):
    """What the map shows."""

    type: Literal["FeatureCollection"]
    truncated: bool = Field(description="Whether something was left out: zoom in to see it.")
    features: list[MapFeature]
