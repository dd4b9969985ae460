"""The file of one report for a request for access: the keys of the JSON, the same that the PDF says in words.

`masked`: without names, contact data, typed answers, and the photos and words that the desk has not let through;
staff are named by their roles.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """One part of the file. Times are ISO 8601 in UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FileContact(Part):
    """Who sent the report; not there when masked."""

    name: str | None
    email: str | None
    phone: str | None
    language: str
    confirmed_at: datetime | None


class FileAnswer(Part):
    """An extra question of the category, and what was answered."""

    question: str
    answer: str


class FilePhoto(Part):
    """One photo. Its bytes are in the PDF when it may be seen there."""

    id: UUID
    received_at: datetime
    by_crew: bool
    public: bool = Field(description="Whether everybody may see it.")
    blurred_at: datetime | None
    shown: bool = Field(description="Whether the PDF holds it.")


class FileEvent(Part):
    """One line of the history."""

    at: datetime
    what: str
    in_words: str
    by: str = Field(description="Name, or the role when masked.")
    public: bool
    unit: str | None
    from_status: str | None
    to_status: str | None
    undone: bool
    words: str | None
    details: dict[str, object] = Field(description="Codes and numbers that were kept with the line; empty when masked.")


class FileDelivery(Part):
    """What went to a unit over one of its channels."""

    kind: str
    channel: str
    address: str | None = Field(description="Null when masked.")
    state: str
    queued_at: datetime
    sent_at: datetime | None
    attempts: int


class FileForwarding(Part):
    """A unit that the report was given to."""

    at: datetime
    unit: str
    by: str
    for_information: bool
    rule: str | None
    corrected: bool
    taken_back_at: datetime | None
    deliveries: list[FileDelivery]


class FileMail(Part):
    """One mail about the report: to whom, when, and how it went; not what stood in it."""

    kind: str
    to: str = Field(description="reporter, or supporter: somebody else who follows the report.")
    state: str
    queued_at: datetime
    sent_at: datetime | None


class FileSight(Part):
    """Somebody of the staff opened it."""

    at: datetime
    by: str
    what: str


class ReportFile(Part):
    """Everything about one report."""

    reference: str
    municipality: str
    made_at: datetime
    made_by: str
    masked: bool
    category: str
    category_code: str
    status: str
    status_in_words: str
    channel: str
    received_at: datetime
    written_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    hidden_at: datetime | None
    private: bool
    lat: float | None = Field(description="Degrees WGS84.")
    lon: float | None
    address: str | None
    nearest_address: str | None
    road: str | None
    road_owner: str
    lamp: str | None
    unit: str | None
    proposed_unit: str | None
    proposed_rule: str | None
    proposed_because: str
    duplicate_of: str | None
    duplicates: list[str]
    supporters: int
    words: str | None
    words_public: bool
    words_left_out: bool = Field(description="Whether there are words that this masked file does not hold.")
    answers: list[FileAnswer]
    contact: FileContact | None
    contact_left_out: bool = Field(description="Whether there are contact data that this masked file does not hold.")
    rating: int | None
    rating_words: str | None
    photos: list[FilePhoto]
    history: list[FileEvent]
    forwardings: list[FileForwarding]
    mails: list[FileMail]
    seen_by: list[FileSight]

    def as_json(self) -> bytes:
        """As it is handed over."""
        return self.model_dump_json(indent=2).encode()
