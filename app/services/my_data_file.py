"""What a person gets of everything kept about them: the keys of the JSON file, and what each of them means."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_PATH = "/data-schema.json"


class Part(BaseModel):
    """One part of the file. Times are ISO 8601 in UTC, days are days in the municipality."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class KeptRule(Part):
    """One kind of data: what, why, and how long, in the language of the reader."""

    kind: str = Field(description="Short name of the kind; `kept_until` of a report uses the same names.")
    what: str
    why: str
    until: str


class Contact(Part):
    """Who sent the report. Only the service desk and the unit that mends it see this."""

    name: str | None
    email: str | None
    phone: str | None
    language: str = Field(description="Language of our mails: nb, nn, se or en.")
    confirmed_at: datetime | None = Field(description="When the button in our mail was pressed.")
    stopped_at: datetime | None = Field(description="When its owner said that no more mails are wanted.")
    bounced_at: datetime | None = Field(description="When a mail came back because there is no such mailbox.")


class Place(Part):
    """Where it is. Degrees WGS84."""

    lat: float | None
    lon: float | None
    address: str | None = Field(description="As the reporter wrote or confirmed it.")
    nearest_address: str | None = Field(description="The address that the register has nearest to the place.")
    road: str | None = Field(description="The road as its register names it.")
    lamp: str | None = Field(description="Number on the mast, where the report is about a lamp.")


class Answer(Part):
    """An extra question of the kind of fault, and what was answered."""

    question: str
    answer: str


class PhotoData(Part):
    """One photo as it was made anew when it came: without the camera's data, and no original is kept."""

    id: UUID
    url: str = Field(description="Opens for whoever has this address, until the data are deleted.")
    thumbnail: str
    received_at: datetime
    width: int
    height: int
    public: bool = Field(description="Whether everybody may see it.")
    blurred_at: datetime | None = Field(description="When the service desk made parts of it unreadable for others.")


class Event(Part):
    """One line of the report's history."""

    at: datetime
    what: str = Field(description="Code of what happened, such as submitted, forwarded, fixed.")
    in_words: str
    by: Literal["you", "staff", "system", "contractor", "earlier system"]
    unit: str | None
    words: str | None = Field(description="What you wrote, what we asked you, or what everybody may read.")


class MailData(Part):
    """One mail to the reporter: that it was sent, not what stood in it."""

    kind: str
    state: str = Field(description="pending, sending, sent, failed, unknown or cancelled.")
    queued_at: datetime
    sent_at: datetime | None


class Recipient(Part):
    """Whom the report was given to (GDPR, article 15 (1) (c))."""

    unit: str
    outside: bool = Field(description="Whether it is outside the municipality.")
    at: datetime
    for_information: bool
    over: list[str] = Field(description="email, inbox or webhook.")
    contact_included: bool = Field(description="Whether name, e-mail address and phone number went along.")
    taken_back_at: datetime | None


class RatingData(Part):
    """How satisfied the reporter was, 1 to 5."""

    score: int
    words: str | None
    at: datetime


class ReportData(Part):
    """One report and all that belongs to it."""

    reference: str
    kind: str = Field(description="Code of the kind of fault.")
    kind_in_words: str
    status: str
    status_in_words: str
    written_at: datetime | None = Field(description="When it was written, where that was earlier: without a network.")
    received_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    channel: str = Field(description="web, api, phone or import.")
    place: Place
    words: str | None
    words_public: bool = Field(description="Whether the service desk let everybody read the words.")
    words_for_others: str | None = Field(
        description="The words as others read them, where the service desk has taken some out."
    )
    words_withheld_at: datetime | None = Field(description="When the reporter asked that nobody else reads them.")
    answers: list[Answer]
    photos: list[PhotoData]
    contact: Contact | None
    history: list[Event]
    internal_notes: int = Field(description="Notes among staff. Ask the service desk for access to them.")
    mails: list[MailData]
    given_to: list[Recipient]
    rating: RatingData | None
    others: int = Field(description="How many others have reported the same; who they are is not yours to know.")
    browser_code: bool = Field(description="Whether a code of your browser is kept, so that you are not counted twice.")
    form_code: bool = Field(description="Whether a code of the sent form is kept, so that it is stored only once.")
    kept_until: dict[str, date | None] = Field(
        description="Last day for each kind of data; null while it is not known, because the report is open."
    )


class FollowedReport(Part):
    """Somebody else's report that the address follows."""

    reference: str
    since: datetime
    counted: bool
    email: str
    confirmed_at: datetime | None
    ended_at: datetime | None


class FollowedPlace(Part):
    """A place that the address follows. Degrees WGS84, metres."""

    label: str
    lat: float
    lon: float
    radius: int
    street: str | None
    since: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None


class SignIn(Part):
    """A link that was asked for, or a browser that is signed in."""

    what: Literal["link", "browser"]
    at: datetime
    until: datetime | None
    used_at: datetime | None


class MailIn(Part):
    """A mail that came to us and waits for the service desk, or was left out because a machine seemed to send it."""

    at: datetime
    subject: str | None
    words: str | None


class PersonData(Part):
    """Everything kept about one person: one report by its secret link, or all of one e-mail address."""

    schema_: str = Field(alias="$schema", description="Where these keys are described.")
    made_at: datetime
    municipality: str
    email: str | None = Field(description="The address whose data these are; null where they are one report's.")
    rules: list[KeptRule]
    reports: list[ReportData]
    followed_reports: list[FollowedReport]
    followed_places: list[FollowedPlace]
    sign_ins: list[SignIn]
    mails_in: list[MailIn]

    def as_json(self) -> bytes:
        """As it is handed over."""
        return self.model_dump_json(by_alias=True, indent=2).encode()
